"""What the journal says: of a project, of one image, and what undo and redo would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, or_, select

from sightline.core.labels import SPLITS, STATUSES
from sightline.core.objects import REVIEWS
from sightline.store.delta import Delta
from sightline.store.images import tags_of
from sightline.store.object_rows import objects_in
from sightline.store.tables import images, journal

if TYPE_CHECKING:
    from sqlalchemy import Connection

UNDOABLE: Final = ("labels", "objects", "classes", "splits", "edits")
"""Kinds of entries that a person can take back."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the history."""

    seq: int
    at: str
    actor: str
    kind: str
    description: str
    count: int
    undone: bool


@dataclass(frozen=True, slots=True)
class ImageEntry(Entry):
    """What one change did to one image: status, class_id, tags, split, review, objects."""

    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UndoState:
    """What undo and redo would do for one person now; None: nothing."""

    undo: str | None
    redo: str | None


_ENTRY: Final = (
    journal.c.seq,
    journal.c.at,
    journal.c.actor,
    journal.c.kind,
    journal.c.description,
    journal.c.count,
    journal.c.live,
)
_SHOWN: Final = ("status", "class_id", "split", "review", "objects")
_IMAGE: Final = select(*(images.c[name] for name in (*_SHOWN, "top"))).where(
    images.c.id == bindparam("key"), images.c.project_id == bindparam("project")
)


def entries(
    connection: Connection, project_id: int, *, limit: int, before: int, actor: str
) -> list[Entry]:
    """Return the newest entries of a project; 0 and "" leave nothing out."""
    is_first = or_(journal.c.batch.is_(None), journal.c.batch == journal.c.seq)
    query = select(*_ENTRY).where(journal.c.project_id == project_id, is_first)
    if before:
        query = query.where(journal.c.seq < before)
    if actor:
        query = query.where(journal.c.actor == actor)
    found = connection.execute(query.order_by(journal.c.seq.desc()).limit(limit)).all()
    return [Entry(*row[:-1], undone=not row.live) for row in found]


def people(connection: Connection, project_id: int) -> list[str]:
    """Return everybody who has an entry, by name."""
    query = select(journal.c.actor).where(journal.c.project_id == project_id).distinct()
    return sorted(connection.scalars(query))


def image_entries(
    connection: Connection, project_id: int, image_id: int, *, limit: int
) -> list[ImageEntry]:
    """Return the entries whose effect stands on an image, newest first.

    The image shows the state of the entry on top; each entry knows the one that it covers.
    """
    asked = {"key": image_id, "project": project_id}
    row = connection.execute(_IMAGE, asked).mappings().first()
    if row is None:
        return []
    tags = list(tags_of(connection, [image_id]).get(image_id, ()))
    state = {name: row[name] for name in _SHOWN} | {"tags": tags}
    top = row["top"]
    found: list[ImageEntry] = []
    while top and len(found) < limit:
        entry = connection.execute(
            select(*_ENTRY, journal.c.payload).where(
                journal.c.project_id == project_id, journal.c.seq == top
            )
        ).one()
        delta = Delta.unpack(entry.payload)
        at = delta.ids.index(image_id)
        before = {name: _before(delta, name, at, now) for name, now in state.items()}
        found.append(
            ImageEntry(
                *entry[:6], undone=not entry.live, before=_shown(before), after=_shown(state)
            )
        )
        state, top = before, delta.tops[at]
    return found


def undo_target(connection: Connection, project_id: int, actor: str) -> Any:
    """Return the row that undo would take back, or None."""
    query = (
        select(journal)
        .where(
            journal.c.project_id == project_id,
            journal.c.actor == actor,
            journal.c.kind.in_(UNDOABLE),
            journal.c.live.is_(True),
        )
        .order_by(journal.c.applied_seq.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def redo_target(connection: Connection, project_id: int, actor: str) -> Any:
    """Return the entry undone last, unless a new change of the same person came after it."""
    mine = (journal.c.project_id == project_id, journal.c.actor == actor)
    newest = connection.scalar(
        select(func.max(journal.c.seq)).where(*mine, journal.c.kind.in_(UNDOABLE))
    )
    undone = connection.scalar(
        select(journal.c.target)
        .where(*mine, journal.c.kind == "undo", journal.c.live.is_(True))
        .where(journal.c.seq > (newest or 0))
        .order_by(journal.c.seq.desc())
        .limit(1)
    )
    query = select(journal).where(journal.c.project_id == project_id, journal.c.seq == undone)
    return None if undone is None else connection.execute(query).first()


def _before(delta: Delta, name: str, at: int, now: Any) -> Any:
    if name not in delta.fields:
        return now
    if name == "objects":
        gone, come = (len(objects_in(side[at])) for side in delta.fields[name])
        return now + gone - come
    return delta.fields[name][0][at]


def _shown(state: dict[str, Any]) -> dict[str, Any]:
    words = {"status": STATUSES, "split": SPLITS, "review": REVIEWS}
    return {**state, **{name: known[state[name]] for name, known in words.items()}}
