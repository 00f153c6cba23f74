"""Labels that came before their pictures: kept, and drawn as soon as the pictures are here."""

from __future__ import annotations

import zlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import orjson

from sightline.app.object_import_plan import attributes_of
from sightline.core.errors import ConflictError
from sightline.core.geometry.shapes import Mask
from sightline.core.objects import ImageObject, ObjectChange
from sightline.formats.objects.frames import in_pixels
from sightline.formats.objects.wire import picture_from_json, picture_json
from sightline.store.waiting import stem_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sightline.formats.objects.records import PictureRecord
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store
    from sightline.store.waiting import WaitingRow

ACTOR: Final = "import"
"""Whom the journal names, as for labels from folders."""
PAGE: Final = 1_000
SHOWN: Final = 200


class Waiting:
    """Labels that wait for pictures."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.placed: Callable[[PictureRecord, ImageRow], PictureRecord] = _scaled
        """Brings a record into the frame of its picture, or raises ValueError."""

    def keep(self, project: Project, source: str, records: Iterable[PictureRecord]) -> int:
        """Keep what a data set says of pictures that are not here; return of how many."""
        pairs = ((one.path, _packed(one)) for one in records)
        return self._store.waiting.put(project.id, source, pairs)

    def get(self, project: Project, *, after: int = 0, limit: int = SHOWN) -> dict[str, Any]:
        """Return how many pictures are waited for, and the next of them after an id."""
        rows = self._store.waiting.page(project.id, after=after, limit=limit)
        return {
            "count": self._store.waiting.count(project.id),
            "items": [
                {
                    "id": row.id,
                    "path": row.path,
                    "source": row.source,
                    "at": row.at,
                    "objects": len(_unpacked(row.payload).objects),
                }
                for row in rows
            ],
            "next": rows[-1].id if len(rows) == limit else None,
        }

    def forget(self, project: Project) -> dict[str, Any]:
        """Throw away all that waits."""
        return {"deleted": self._store.waiting.delete(project.id)}

    def attach(self, project: Project, first: int = 0) -> dict[str, int]:
        """Draw what waits for the images from ordinal `first` on, and return the counts.

        A record belongs to the picture of its name; of several, to the one whose folders are most
        like those that it writes. What could be of two pictures goes on waiting.
        """
        told = {"pictures": 0, "objects": 0}
        if self._store.waiting.count(project.id):
            after = first - 1
            while rows := self._store.images.page_after(project.id, after, PAGE):
                after = rows[-1].ordinal
                for key, count in self._attach(project, rows).items():
                    told[key] += count
        return told

    def _attach(self, project: Project, rows: Sequence[ImageRow]) -> dict[str, int]:
        by_stem: dict[str, list[ImageRow]] = defaultdict(list)
        for row in rows:
            by_stem[stem_of(row.path)].append(row)
        waiting = self._store.waiting.of_stems(project.id, by_stem)
        changes: dict[int, ObjectChange] = {}
        done: list[int] = []
        for one in waiting:
            image = best(one.path, by_stem[stem_of(one.path)])
            drawn = None if image is None else self._drawn(project, one, image)
            if image is not None and drawn is not None:
                put = changes[image.id].put if image.id in changes else ()
                changes[image.id] = ObjectChange(image_id=image.id, put=(*put, *drawn))
                done.append(one.id)
        if changes:
            text = f"Labels of {len(changes):,} pictures that came later"
            self._store.objects.bulk(project, changes.values(), actor=ACTOR, description=text)
            self._store.waiting.delete(project.id, done)
        return {"pictures": len(changes), "objects": sum(len(c.put) for c in changes.values())}

    def _drawn(
        self, project: Project, one: WaitingRow, row: ImageRow
    ) -> tuple[ImageObject, ...] | None:
        """Return what a record draws; None: it is of another frame, and goes on waiting.

        The uids follow from the record, so that one that is drawn twice (the first time, the power
        failed before it was forgotten) is there once.
        """
        try:
            record = self.placed(_unpacked(one.payload), row)
        except ValueError:
            return None
        if not _fits(record, row):
            return None
        return tuple(
            ImageObject(
                uid=f"w{one.id}-{at:06d}",
                class_id=self._class_id(project, each.label),
                shape=each.shape,
                attributes=attributes_of(each),
                score=each.score,
                source=one.source,
            )
            for at, each in enumerate(record.objects)
        )

    def _class_id(self, project: Project, name: str) -> int:
        for row in self._store.classes.list(project.id):
            if row.name.casefold() == name.casefold():
                return row.id
        try:
            return self._store.labels.add_class(project, name, actor=ACTOR).id
        except ConflictError:  # somebody else made it this moment
            return self._store.classes.by_name(project.id, name).id


def best(path: str, rows: Sequence[ImageRow]) -> ImageRow | None:
    """Return the image that a written path is of, among those of its name; None: it is unclear."""
    written = _parts(path)
    alike = [(_common(written, _parts(row.path)), row) for row in rows if row.page == 0]
    most = max((count for count, _ in alike), default=0)
    found = [row for count, row in alike if count == most]
    return found[0] if len(found) == 1 else None


def _parts(path: str) -> list[str]:
    """Return the folders of a path, the nearest first, and its stem before them."""
    folders = path.replace("\\", "/").casefold().split("/")[:-1]
    return [stem_of(path), *reversed(folders)]


def _common(one: list[str], other: list[str]) -> int:
    pairs: Iterator[tuple[str, str]] = zip(one, other, strict=False)
    count = 0
    for a, b in pairs:
        if a != b:
            break
        count += 1
    return count


def _scaled(record: PictureRecord, row: ImageRow) -> PictureRecord:
    return in_pixels(record, row.width, row.height)


def _fits(record: PictureRecord, row: ImageRow) -> bool:
    """Say whether every mask has the size of its picture: of others nobody knows where they lie."""
    masks = (one.shape for one in record.objects if isinstance(one.shape, Mask))
    return all((mask.width, mask.height) == (row.width, row.height) for mask in masks)


def _packed(record: PictureRecord) -> bytes:
    return zlib.compress(orjson.dumps(picture_json(record)), 1)


def _unpacked(payload: bytes) -> PictureRecord:
    return picture_from_json(orjson.loads(zlib.decompress(payload)))
