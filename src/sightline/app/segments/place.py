"""A built tree becomes a project: registered with its classes, splits, labels and polygons.

Each step leaves what an earlier attempt did as it is, so that a power cut in mid-way costs nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.clock import now
from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.files import read_json, write_json
from sightline.core.objects import REVIEWS, ImageObject, ObjectChange, review_code
from sightline.store.exchange import NewClass, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sightline.app.pictures.pictures import Pictures
    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.store.classes import ClassRow
    from sightline.store.exchange import LabelNow
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

MARKER: Final = "segment.json"
"""Says of a project's folder what it was built of."""
PLACED, DONE = "placed", "done"
PART: Final = 1_000
UNLABELLED: Final = "unlabelled"


@dataclass(frozen=True, slots=True)
class Twin:
    """A picture of the source, and where it lies in what was built."""

    image_id: int
    file: str
    """Below the project's folder, with `/`."""


class SegmentPlace:
    """Finds and makes the projects that builds end in."""

    def __init__(self, store: Store, projects: Projects, pictures: Pictures, person: str) -> None:
        self._store = store
        self._projects = projects
        self._pictures = pictures
        self._person = person

    def marker(self, source: Project, out: str) -> dict[str, Any] | None:
        """Return what is known of an earlier build of this source; None where the name is free.

        Raises:
            ConflictError: Something else bears the name.
        """
        folder = self._store.project_dir(out)
        taken = any(one.name.casefold() == out.casefold() for one in self._store.projects.list())
        if not taken and not folder.exists():
            return None
        found: dict[str, Any] = {}
        if (folder / MARKER).is_file():
            try:
                found = read_json(folder / MARKER)
            except InvalidInputError:
                found = {}
        if found.get("source_id") != source.id:
            raise ConflictError(
                f"there is a project named {out} already, and it is no build of {source.name}",
                hint="choose another name with --out",
            )
        return found

    def folder(self, out: str) -> Path:
        """Return where the project lies, or will."""
        return self._store.project_dir(out)

    def register(
        self,
        source: Project,
        out: str,
        twins: Sequence[Twin],
        objects: Callable[[int], list[dict[str, Any]]],
        progress: Progress,
    ) -> None:
        """Make the project of a tree that is in its place.

        Args:
            source: What it was built of.
            out: Its name.
            twins: The pictures.
            objects: The objects of a picture of the source, as JSON, with the source's classes.
            progress: Is told how far it is, and may stop the work; the next call goes on.
        """
        found = self._store.projects.find(out)
        if found is None:
            found = self._projects.create(out)
        folder = self._store.project_dir(out).resolve()
        self._pictures.ingest(out, folder, labels="none", pages="first", progress=progress)
        here = self._images(found, folder, twins)
        known = self._store.classes.list(source.id)
        self._label(source, found, here, known)
        self._store.objects.bulk(
            found,
            self._changes(found, here, known, objects, progress),
            actor=self._person,
            description=f"Polygons of {source.name}",
        )

    def settle(self, out: str, report: dict[str, Any]) -> None:
        """Note that all of a build is there."""
        path = self.folder(out) / MARKER
        write_json(path, read_json(path) | {"state": DONE, "at": now(), "report": report})

    def _images(self, out: Project, folder: Path, twins: Sequence[Twin]) -> dict[int, LabelNow]:
        """Return the new image for each picture of the source, each new image once."""
        assets = {one.path: one.asset_id for one in self._store.images.locations(out.id)}
        first = {one.asset_id: one for one in self._store.exchange.now(out.id) if one.page == 0}
        found: dict[int, LabelNow] = {}
        used: set[int] = set()
        for twin in twins:
            image = first.get(assets.get(str(folder / twin.file), 0))
            if image is not None and image.id not in used:
                found[twin.image_id] = image
                used.add(image.id)
        return found

    def _label(
        self,
        source: Project,
        out: Project,
        here: dict[int, LabelNow],
        known: Sequence[ClassRow],
    ) -> None:
        """Make the classes, and give pictures the splits, classes and tags of the source."""
        names = {row.id: row.name for row in known}
        have = {row.name for row in self._store.classes.list(out.id)}
        new = [
            NewClass(row.name, row.colour, row.hotkey, _skeleton(row))
            for row in known
            if row.name not in have
        ]
        wishes = [
            _wish(row, here[row.id], names)
            for row in self._rows(list(here))
            if not here[row.id].split_fixed
        ]
        if new or wishes:
            self._store.exchange.apply(
                out,
                wishes,
                new,
                actor=self._person,
                description=f"Classes and splits of {source.name}",
            )

    def _changes(
        self,
        out: Project,
        here: dict[int, LabelNow],
        known: Sequence[ClassRow],
        objects: Callable[[int], list[dict[str, Any]]],
        progress: Progress,
    ) -> Iterator[ObjectChange]:
        """Yield what is to be drawn in each picture."""
        names = {row.name: row.id for row in self._store.classes.list(out.id)}
        ids = {row.id: names[row.name] for row in known if row.name in names}
        for done, row in enumerate(self._rows(list(here)), start=1):
            progress.check()
            put = tuple(
                ImageObject.from_json(one | {"class_id": ids[one["class_id"]]})
                for one in objects(row.id)
                if one["class_id"] in ids
            )
            review = REVIEWS[review_code(row.review)]
            yield ObjectChange(
                image_id=here[row.id].id, put=put, review=review, note=row.note or None
            )
            progress.advance(done, len(here), "drawing the polygons")

    def _rows(self, ids: Sequence[int]) -> Iterator[ImageRow]:
        for start in range(0, len(ids), PART):
            yield from self._store.images.by_ids(ids[start : start + PART])


def _wish(row: ImageRow, image: LabelNow, names: dict[int, str]) -> Wish:
    """Return what an image shall have: all that is said of the whole picture."""
    said = row.status != UNLABELLED
    return Wish(
        image.id,
        image.version,
        status=row.status if said else None,
        class_name=names.get(row.class_id or 0) if said else None,
        tags=tuple(names[tag] for tag in row.tags if tag in names) if row.tags else None,
        split=row.split or None,
    )


def _skeleton(row: ClassRow) -> dict[str, Any] | None:
    return None if row.skeleton is None else json.loads(row.skeleton)
