"""The look at a data set of objects: every picture decided, nothing changed.

Decisions go to a temporary file, so that a data set that turns out to be damaged at its end changes
nothing, and one of a million boxes does not have to fit into memory.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, Final

import orjson

from sightline.core.objects import ImageObject, ObjectChange, new_uid
from sightline.formats.objects.wire import (
    object_from_json,
    object_json,
    picture_from_json,
    picture_json,
)
from sightline.formats.records import Record, Refused
from sightline.label.object_frames import upright
from sightline.label.object_plan import ObjectPlan, plan_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sightline.core.progress import Progress
    from sightline.formats.objects.records import ObjectReader, ObjectRecord, PictureRecord
    from sightline.label.object_classes import ClassNames
    from sightline.label.object_match import Finder, Found, Picture
    from sightline.label.plan import Mode

CHUNK: Final = 500
MOST_SHOWN: Final = 1_000
SPOOLED: Final = 16 << 20
BOX: Final = "box"
"""Attribute that keeps the box a format gives beside keypoints."""


@dataclass(slots=True)
class Tally:
    """What a look has found."""

    records: int = 0
    images: int = 0
    """Images that change."""
    matched: int = 0
    by: Counter[str] = field(default_factory=Counter)
    frames: Counter[str] = field(default_factory=Counter)
    """Pictures whose labels were scaled or turned."""
    new: int = 0
    changed: int = 0
    deleted: int = 0
    same: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    """New and changed objects by kind."""
    unmatched: list[str] = field(default_factory=list)
    unmatched_count: int = 0
    skipped: list[Refused] = field(default_factory=list)
    skipped_count: int = 0
    waiting: int = 0
    """Unmatched ones whose labels wait for their picture."""
    unwanted: int = 0
    """Objects of classes that a person has left out."""
    lacking: int = 0
    """Pictures that the data set holds and the project does not."""

    def skip(self, where: str, reason: str) -> None:
        """Leave something out."""
        self.skipped_count += 1
        if len(self.skipped) < MOST_SHOWN:
            self.skipped.append(Refused(where[:300], reason))


class Look:
    """Decides about every picture of a data set.

    Args:
        finder: Finds the image that is meant.
        names: What gives classes their names, and those of the project by their ids.
        objects_of: Returns what is drawn in images, by id.
        mode: What counts when both say something.
    """

    def __init__(
        self,
        finder: Finder,
        names: tuple[ClassNames, Mapping[int, str]],
        objects_of: Callable[[Sequence[int]], dict[int, list[ImageObject]]],
        mode: Mode,
        source: str,
    ) -> None:
        self.tally = Tally()
        self.records: list[tuple[Record, tuple[int, ...]]] = []
        """What is said of whole pictures: class, tags, split."""
        self._finder = finder
        self._names, self._class_names = names
        self._objects_of = objects_of
        self._mode: Mode = mode
        self._source = source
        self._met: set[int] = set()
        self._spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - closed by close
        self._waits: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - the same

    def close(self) -> None:
        """Let the temporary files go."""
        self._spool.close()
        self._waits.close()

    def take(
        self,
        pictures: Iterator[PictureRecord],
        twins: Callable[[], frozenset[str]],
        digest_of: Callable[[str], str],
        progress: Progress,
    ) -> None:
        """Decide about every picture.

        Raises:
            InvalidInputError: The data set is damaged.
            CancelledError: Somebody asked it to stop.
        """
        while part := list(islice(pictures, CHUNK)):
            progress.check()
            placed = [self._place(one, twins(), digest_of) for one in part]
            good = [one for one in placed if one is not None]
            there = [image.id for _, image in good if image.objects]
            now = self._objects_of(there) if there else {}
            for record, image in good:
                self._decide(record, image, now.get(image.id, []))
            self.tally.records += len(part)
            progress.advance(self.tally.records, None, "reading")

    def note_refused(self, reader: ObjectReader) -> None:
        """Take what the reader has left out into the account."""
        kept = [*reader.refused, *self.tally.skipped]
        self.tally.skipped = kept[:MOST_SHOWN]
        self.tally.skipped_count += reader.refused_count

    def changes(self, class_ids: Mapping[str, int], by: str) -> Iterator[ObjectChange]:
        """Yield what was decided, image by image."""
        self._spool.seek(0)
        for line in self._spool:
            said = orjson.loads(line)
            put = [self._object(one, class_ids, by) for one in said["put"]]
            yield ObjectChange(image_id=said["id"], put=tuple(put), delete=tuple(said["delete"]))

    def waits(self) -> Iterator[PictureRecord]:
        """Yield what waits for its picture."""
        self._waits.seek(0)
        for line in self._waits:
            yield picture_from_json(orjson.loads(line))

    def _place(
        self, record: PictureRecord, twins: frozenset[str], digest_of: Callable[[str], str]
    ) -> tuple[PictureRecord, Picture] | None:
        """Return a record in pixels of its upright image; None: it has none, or does not fit."""
        digest = digest_of(record.file) if record.file else ""
        found = self._finder.find(record.path, digest=digest, twins=twins)
        if found.image is None:
            self._unmatched(record, found)
            return None
        if found.image.id in self._met:
            self.tally.skip(record.path, "the picture is named more than once: the first counts")
            return None
        try:
            placed, how = upright(record, found.image)
        except ValueError as error:
            self.tally.skip(record.path, str(error))
            return None
        self._met.add(found.image.id)
        self.tally.matched += 1
        self.tally.by[found.how] += 1
        if how:
            self.tally.frames[how] += 1
        return placed, found.image

    def _unmatched(self, record: PictureRecord, found: Found) -> None:
        self.tally.lacking += bool(record.file)
        if found.reason:
            self.tally.skip(record.path, found.reason)
            return
        self.tally.unmatched_count += 1
        if len(self.tally.unmatched) < MOST_SHOWN:
            self.tally.unmatched.append(record.path)
        if record.objects or record.label or record.tags:
            self.tally.waiting += 1
            self._waits.write(orjson.dumps(picture_json(record)) + b"\n")

    def _decide(self, record: PictureRecord, image: Picture, now: Sequence[ImageObject]) -> None:
        wanted = [one for one in map(self._named(record, image), record.objects) if one]
        plan = plan_objects(now, self._class_names, wanted, self._mode)
        self._count(plan)
        self._whole(record, image)
        if not plan:
            return
        self.tally.images += 1
        put = [object_json(one) | {"uid": new_uid()} for one in plan.add]
        for old, one in plan.change:
            put.append(
                object_json(one)
                | {"uid": old.uid, "z": old.z, "locked": old.locked, "hidden": old.hidden}
            )
        line = orjson.dumps({"id": image.id, "put": put, "delete": plan.delete})
        self._spool.write(line + b"\n")

    def _named(
        self, record: PictureRecord, image: Picture
    ) -> Callable[[ObjectRecord], ObjectRecord | None]:
        """Return what gives an object the project's class, or leaves it out."""

        def named(one: ObjectRecord) -> ObjectRecord | None:
            name = self._names.of(one.label)
            if name is None:
                if self._names.is_unwanted(one.label):
                    self.tally.unwanted += 1
                else:
                    reason = f"{one.label[:80]!r} cannot be the name of a class"
                    self.tally.skip(record.path, reason)
                return None
            if _is_outside(one, image):
                self.tally.skip(record.path, f"a {one.shape.kind} lies outside of the picture")
                return None
            return one if name == one.label else replace(one, label=name)

        return named

    def _count(self, plan: ObjectPlan) -> None:
        self.tally.new += len(plan.add)
        self.tally.changed += len(plan.change)
        self.tally.deleted += len(plan.delete)
        self.tally.same += plan.same
        for one in [*plan.add, *(record for _, record in plan.change)]:
            self.tally.kinds[one.shape.kind] += 1

    def _whole(self, record: PictureRecord, image: Picture) -> None:
        """Note what is said of the whole picture."""
        if record.label or record.tags or record.split:
            label = self._names.of(record.label) if record.label else ""
            tags = tuple(name for one in record.tags if (name := self._names.of(one)))
            row = Record(record.path, label or "", tags or None, split=record.split)
            self.records.append((row, (image.id,)))

    @staticmethod
    def _object(said: dict[str, Any], class_ids: Mapping[str, int], by: str) -> ImageObject:
        one = object_from_json(said)
        return ImageObject(
            uid=said["uid"],
            class_id=class_ids[one.label],
            shape=one.shape,
            attributes=attributes_of(one),
            z=said.get("z", 0),
            locked=said.get("locked", False),
            hidden=said.get("hidden", False),
            score=one.score,
            source=by,
        )


def attributes_of(one: ObjectRecord) -> dict[str, Any]:
    """Return an object's attributes, with the box that stands beside its keypoints."""
    if one.box is None:
        return dict(one.attributes)
    return {**one.attributes, BOX: " ".join(f"{value!r}" for value in one.box)}


def _is_outside(one: ObjectRecord, image: Picture) -> bool:
    x1, y1, x2, y2 = one.shape.bounds()
    return x2 < 0 or y2 < 0 or x1 > image.width or y1 > image.height
