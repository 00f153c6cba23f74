"""Labels that came before their pictures: kept, and given to them as soon as they are here."""

from __future__ import annotations

import zlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import orjson

from sightline.app.datasets.object_import_plan import attributes_of
from sightline.core.errors import ConflictError
from sightline.core.geometry.shapes import Mask
from sightline.core.labels import split_code, status_code
from sightline.core.objects import ImageObject, ObjectChange
from sightline.formats.objects.frames import in_pixels
from sightline.formats.objects.wire import picture_from_json, picture_json
from sightline.formats.records import Record
from sightline.label.match import Matches
from sightline.label.object_classes import ClassNames
from sightline.label.plan import plan_import
from sightline.store.exchange import LabelNow
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
        """Give what waits to the images from ordinal `first` on, and return the counts.

        Objects are drawn; classes, tags and splits of whole pictures are given where there are
        none. A part of the pictures is one step for undo.

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
        found = [
            (one, image, record)
            for one in self._store.waiting.of_stems(project.id, by_stem)
            if (image := best(one.path, by_stem[stem_of(one.path)])) is not None
            and (record := self._placed(one, image)) is not None
        ]
        if not found:
            return {"pictures": 0, "objects": 0}
        changes: dict[int, ObjectChange] = {}
        for one, image, record in found:
            put = changes[image.id].put if image.id in changes else ()
            drawn = self._drawn(project, one, record)
            changes[image.id] = ObjectChange(image_id=image.id, put=(*put, *drawn))
        text = f"Labels of {len(changes):,} pictures that came later"
        whole = [(record, image) for _, image, record in found]
        try:
            seq = self._label(project, whole, text)
        except ConflictError:  # somebody labelled one of them this moment: all go on waiting
            return {"pictures": 0, "objects": 0}
        self._store.objects.bulk(
            project, changes.values(), actor=ACTOR, description=text, batch=seq
        )
        self._store.waiting.delete(project.id, [one.id for one, _, _ in found])
        return {"pictures": len(changes), "objects": sum(len(c.put) for c in changes.values())}

    def _label(
        self, project: Project, whole: Sequence[tuple[PictureRecord, ImageRow]], text: str
    ) -> int | None:
        """Give pictures the classes, tags and splits that were said of them; what is there stays.

        Returns:
            The journal entry, the first of the step; None: nothing was said.

        Raises:
            ConflictError: Somebody labelled one of them meanwhile.
        """
        have = {row.id: row.name for row in self._store.classes.list(project.id)}
        names = ClassNames(have.values(), {})
        said: list[tuple[Record, tuple[int, ...]]] = [
            (_whole(record, names), (image.id,))
            for record, image in whole
            if record.label or record.tags or record.split
        ]
        now = {image.id: _now(image) for _, image in whole}
        plan = plan_import(Matches(images=said), now, have, (), mode="merge")
        if not (plan.wishes or plan.new):
            return None
        done = self._store.exchange.apply(
            project, plan.wishes, plan.new, actor=ACTOR, description=text, batch=0
        )
        return done.seq

    def _placed(self, one: WaitingRow, row: ImageRow) -> PictureRecord | None:
        """Return a record in its picture; None: it is of another frame, and goes on waiting."""
        try:
            record = self.placed(_unpacked(one.payload), row)
        except ValueError:
            return None
        return record if _fits(record, row) else None

    def _drawn(
        self, project: Project, one: WaitingRow, record: PictureRecord
    ) -> tuple[ImageObject, ...]:
        """Return what a record draws.

        The uids follow from the record, so that one that is drawn twice (the first time, the power
        failed before it was forgotten) is there once.
        """
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


def _whole(record: PictureRecord, names: ClassNames) -> Record:
    """Return what a record says of the whole picture, with the project's names of classes."""
    label = names.of(record.label) if record.label else ""
    tags = tuple(name for one in record.tags if (name := names.of(one)))
    return Record(record.path, label or "", tags or None, split=record.split)


def _now(row: ImageRow) -> LabelNow:
    """Return what an image has."""
    return LabelNow(
        row.id,
        row.asset_id,
        row.page,
        status_code(row.status),
        row.class_id,
        split_code(row.split),
        row.split_fixed,
        row.version,
        row.tags,
    )


def _packed(record: PictureRecord) -> bytes:
    return zlib.compress(orjson.dumps(picture_json(record)), 1)


def _unpacked(payload: bytes) -> PictureRecord:
    return picture_from_json(orjson.loads(zlib.decompress(payload)))
