"""What data sets are made of and changed by: all labels at once, with their times, in few reads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from sightline.core.errors import ConflictError
from sightline.core.labels import UNLABELLED, UNSURE, split_code, status_code
from sightline.store import classes as class_rows
from sightline.store.delta import Delta, Fields, current_tags
from sightline.store.images import tags_of
from sightline.store.journal import Applied, record
from sightline.store.label_plan import rows_of
from sightline.store.tables import assets, images, journal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from sightline.store.classes import ClassRow
    from sightline.store.db import Database
    from sightline.store.projects import Project

LABEL_FIELDS: Final = ("status", "class_id", "tags")


@dataclass(slots=True)
class LabelTimes:
    """What the journal tells about labels, by image id. Only what still stands counts."""

    first: dict[int, str] = field(default_factory=dict)
    """When it got its first label, UTC, RFC 3339."""
    last: dict[int, str] = field(default_factory=dict)
    """When it got what it has now."""
    unsure: set[int] = field(default_factory=set)
    """Images that somebody was unsure about at some time."""
    seq: int = 0
    """The newest entry that stands; an undone one leaves no trace here."""


@dataclass(frozen=True, slots=True)
class LabelNow:
    """What an image has now."""

    id: int
    asset_id: int
    page: int
    status: int
    class_id: int | None
    split: int
    split_fixed: bool
    version: int
    tags: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What an image shall have, where it is not None; `version` is the one that was seen."""

    image_id: int
    version: int
    status: str | None = None
    class_name: str | None = None
    tags: tuple[str, ...] | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True)
class NewClass:
    """A class to make."""

    name: str
    colour: str | None = None
    hotkey: str | None = None
    skeleton: dict[str, Any] | None = None
    """Names and edges of its keypoints."""


_LIVE: Final = (
    select(journal.c.seq, journal.c.at, journal.c.payload)
    .where(
        journal.c.project_id == bindparam("project"),
        journal.c.live.is_(True),
        journal.c.kind.not_in(("undo", "redo")),
    )
    .order_by(journal.c.seq)
)
_NOW: Final = select(
    images.c.id,
    images.c.asset_id,
    images.c.page,
    images.c.status,
    images.c.class_id,
    images.c.split,
    images.c.split_fixed,
    images.c.version,
).where(images.c.project_id == bindparam("project"), images.c.deleted.is_(False))

_FRAMES: Final = (
    select(
        images.c.id,
        images.c.asset_id,
        images.c.page,
        images.c.width,
        images.c.height,
        assets.c.raw_width,
        assets.c.raw_height,
        assets.c.orientation,
        images.c.objects,
    )
    .join(assets, assets.c.id == images.c.asset_id)
    .where(images.c.project_id == bindparam("project"), images.c.deleted.is_(False))
)


class Exchange:
    """Reads and writes the labels of a whole project."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def times(self, project_id: int) -> LabelTimes:
        """Return when images got their labels: one pass over the journal."""
        found = LabelTimes()
        query = _LIVE.execution_options(yield_per=1_000)
        with self._db.read() as connection:
            for seq, at, payload in connection.execute(query, {"project": project_id}):
                found.seq = seq
                _learn(found, at, Delta.unpack(payload))
        return found

    def now(self, project_id: int) -> list[LabelNow]:
        """Return what every image has now, in no order."""
        with self._db.read() as connection:
            rows = connection.execute(_NOW, {"project": project_id}).all()
            tags = tags_of(connection, [row[0] for row in rows])
        return [LabelNow(*row, tags.get(row[0], ())) for row in rows]

    def frames(self, project_id: int, image_id: int | None = None) -> list[tuple[int, ...]]:
        """Return what says where labels belong, of every image or of one, in no order.

        Each: id, asset, page, width, height (upright), the file's own width and height, EXIF
        orientation, number of objects.
        """
        query = _FRAMES if image_id is None else _FRAMES.where(images.c.id == image_id)
        with self._db.read() as connection:
            return [tuple(row) for row in connection.execute(query, {"project": project_id})]

    def apply(
        self,
        project: Project,
        wishes: Sequence[Wish],
        new: Sequence[NewClass],
        *,
        actor: str,
        description: str,
        batch: int | None = None,
    ) -> Applied:
        """Make classes, set labels, tags and splits: one entry, which one undo takes back.

        `batch`: 0 makes it the first entry of a step whose others follow (`journal.record`).

        Raises:
            ConflictError: An image has been changed since its wish was made.
        """

        def work(connection: Connection) -> Applied:
            made = [_make(connection, project, one) for one in new]
            ids = {row.name: row.id for row in class_rows.rows(connection, project.id)}
            delta = _delta(connection, project, wishes, ids, made)
            return record(
                connection,
                project,
                delta,
                actor=actor,
                kind="labels",
                description=description,
                batch=batch,
            )

        return self._db.write(work)


def _learn(found: LabelTimes, at: str, delta: Delta) -> None:
    """Take in an entry: images whose label it really changed."""
    sides = [delta.fields[name] for name in LABEL_FIELDS if name in delta.fields]
    codes = delta.fields.get("status")
    for place, image_id in enumerate(delta.ids):
        if all(before[place] == after[place] for before, after in sides):
            continue
        code = None if codes is None else codes[1][place]
        if code == UNLABELLED:
            found.first.pop(image_id, None)
            found.last.pop(image_id, None)
            continue
        found.first.setdefault(image_id, at)
        found.last[image_id] = at
        if code == UNSURE:
            found.unsure.add(image_id)


def _make(connection: Connection, project: Project, one: NewClass) -> ClassRow:
    """Make a class; a key that is taken by now is chosen anew."""
    try:
        made = class_rows.add(
            connection, project.id, one.name, colour=one.colour, hotkey=one.hotkey
        )
    except ConflictError:
        made = class_rows.add(connection, project.id, one.name, colour=one.colour)
    if one.skeleton is None:
        return made
    skeleton = json.dumps(one.skeleton)
    class_rows.put(connection, made.id, made.state() | {"skeleton": skeleton})
    return class_rows.get(connection, made.id)


def _delta(
    connection: Connection,
    project: Project,
    wishes: Sequence[Wish],
    ids: dict[str, int],
    made: Sequence[ClassRow],
) -> Delta:
    rows = rows_of(connection, project, [one.image_id for one in wishes])
    stale = sum(row.version != one.version for row, one in zip(rows, wishes, strict=True))
    if stale:
        raise ConflictError(
            f"{stale:,} images have been labelled by somebody else meanwhile",
            hint="look at the report again, then import",
        )
    fields: Fields = {}
    if any(one.status is not None for one in wishes):
        fields["status"] = _column(rows, wishes, "status", lambda one: status_code(one.status))
        fields["class_id"] = _column(
            rows, wishes, "class_id", lambda one: ids[one.class_name] if one.class_name else None
        )
    if any(one.tags is not None for one in wishes):
        before = current_tags(connection, [row.id for row in rows])
        pairs = zip(before, wishes, strict=True)
        after = [
            old if one.tags is None else sorted({ids[tag] for tag in one.tags})
            for old, one in pairs
        ]
        fields["tags"] = (before, after)
    if any(one.split is not None for one in wishes):
        fields |= _splits(rows, wishes)
    return Delta(
        tuple(row.id for row in rows),
        fields,
        tuple(row.top for row in rows),
        tuple((row.id, None, row.state()) for row in made),
    )


def _column(
    rows: Sequence[Any], wishes: Sequence[Wish], name: str, wanted: Any
) -> tuple[list[Any], list[Any]]:
    before = [getattr(row, name) for row in rows]
    pairs = zip(before, wishes, strict=True)
    return before, [old if one.status is None else wanted(one) for old, one in pairs]


def _splits(rows: Sequence[Any], wishes: Sequence[Wish]) -> Fields:
    split = [row.split for row in rows]
    fixed = [row.split_fixed for row in rows]
    pairs = list(zip(rows, wishes, strict=True))
    return {
        "split": (split, [split_code(w.split) if w.split else r.split for r, w in pairs]),
        "split_fixed": (fixed, [bool(w.split) or r.split_fixed for r, w in pairs]),
    }
