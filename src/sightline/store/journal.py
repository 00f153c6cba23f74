"""The journal: every change a person can make is an entry with its before and after.

An entry is written in the same transaction as the state it makes, so undo, redo, history and the
refusal of stale writes all read one truth. Undo and redo are entries themselves: nothing is ever
taken out of the journal.

`images.top` names the entry whose state an image shows. Undoing an entry is possible exactly
while it is on top of each of its images; it puts the image back on the entry below.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlalchemy import bindparam, delete, insert, select, update

from sightline.core.clock import now
from sightline.core.errors import ConflictError
from sightline.core.labels import STATUSES
from sightline.store import classes as class_rows
from sightline.store import events
from sightline.store.images import tags_of
from sightline.store.projects import next_seq
from sightline.store.sql import chunks
from sightline.store.tables import annotation_rows, images, journal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from sightline.store.projects import Project

EVENT_IDS: Final = 500
"""Image ids told with an event; a larger change is told without them."""
COLUMNS: Final = ("status", "class_id", "split", "split_fixed")
"""Columns of `images` that a journal entry may change; `tags` is the fifth field."""
_APPEND: Final = insert(journal)


Fields: TypeAlias = dict[str, tuple[list[Any], list[Any]]]
"""A field to its values before and after, each in the order of the images."""


@dataclass(frozen=True, slots=True)
class ImageState:
    """What the caller of a change hears about each image."""

    id: int
    version: int
    status: str
    class_id: int | None


@dataclass(frozen=True, slots=True)
class Applied:
    """A change that stands."""

    seq: int
    description: str
    images: tuple[ImageState, ...]
    """At most `EVENT_IDS` of them; `count` says how many there are."""
    count: int


@dataclass(frozen=True, slots=True)
class Delta:
    """What an entry changes: fields of images, in columns, and whole classes.

    `fields` maps a field to (before, after), each as long as `ids`. `tops` is what was on top of
    each image before. `classes` holds (id, before or None, after or None).
    """

    ids: tuple[int, ...] = ()
    fields: Fields = field(default_factory=dict)
    tops: tuple[int, ...] = ()
    classes: tuple[tuple[int, dict[str, Any] | None, dict[str, Any] | None], ...] = ()

    def pack(self) -> bytes:
        """Return it as compressed JSON."""
        value = {
            "ids": self.ids,
            "fields": self.fields,
            "tops": self.tops,
            "classes": self.classes,
        }
        return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)

    @staticmethod
    def unpack(raw: bytes) -> Delta:
        """Read what `pack` wrote."""
        value = json.loads(zlib.decompress(raw))
        return Delta(
            ids=tuple(value["ids"]),
            fields={name: (pair[0], pair[1]) for name, pair in value["fields"].items()},
            tops=tuple(value["tops"]),
            classes=tuple((key, before, after) for key, before, after in value["classes"]),
        )


def record(
    connection: Connection,
    project: Project,
    delta: Delta,
    *,
    actor: str,
    kind: str,
    description: str,
    after: tuple[ImageState, ...] | None = None,
) -> Applied:
    """Carry out a delta and append it, all in the caller's transaction.

    `after`: the states that it leads to, when the caller knows them.
    """
    seq = next_seq(connection, project.id)
    _put(connection, delta, after=True, seq=seq, tops=None)
    _append(connection, project, seq, actor=actor, kind=kind, description=description, delta=delta)
    tell(connection, project, seq, delta)
    if after is None:
        after = states(connection, delta.ids)
    return Applied(seq, description, after, len(delta.ids))


def revert(
    connection: Connection, project: Project, entry: Any, *, actor: str, redo: bool
) -> Applied:
    """Undo an entry (or do it again), as a new entry.

    Raises:
        ConflictError: An image or a class has been changed since, by whomever.
    """
    delta = Delta.unpack(entry.payload)
    expected = delta.tops if redo else tuple(entry.seq for _ in delta.ids)
    _refuse_if_changed(connection, delta, expected, redo=redo)
    seq = next_seq(connection, project.id)
    tops = None if redo else delta.tops
    _put(connection, delta, after=redo, seq=seq, tops=tops, top=entry.seq)
    _refuse_orphans(connection, delta)
    values: dict[str, Any] = {"live": redo}
    if redo:
        values["applied_seq"] = seq
    where = (journal.c.project_id == project.id, journal.c.seq == entry.seq)
    connection.execute(update(journal).where(*where).values(**values))
    if redo:
        undo = (journal.c.project_id == project.id, journal.c.target == entry.seq)
        undone = (journal.c.kind == "undo", journal.c.live.is_(True))
        connection.execute(update(journal).where(*undo, *undone).values(live=False))
    verb = "Redo" if redo else "Undo"
    description = f"{verb}: {entry.description}"[:300]
    _append(
        connection,
        project,
        seq,
        actor=actor,
        kind="redo" if redo else "undo",
        description=description,
        delta=Delta(),
        target=entry.seq,
        count=entry.count,
    )
    tell(connection, project, seq, delta)
    return Applied(seq, description, states(connection, delta.ids), len(delta.ids))


def states(connection: Connection, ids: Sequence[int]) -> tuple[ImageState, ...]:
    """Return the state now of the first `EVENT_IDS` of these images, in their order."""
    shown = list(ids[:EVENT_IDS])
    query = select(images.c.id, images.c.version, images.c.status, images.c.class_id).where(
        images.c.id.in_(shown)
    )
    found = {
        row.id: ImageState(row.id, row.version, STATUSES[row.status], row.class_id)
        for row in connection.execute(query)
    }
    return tuple(found[key] for key in shown if key in found)


def tell(connection: Connection, project: Project, seq: int, delta: Delta) -> None:
    """Append the events of a delta."""
    if delta.ids:
        ids = list(delta.ids) if len(delta.ids) <= EVENT_IDS else []
        payload = {"project": project.name, "seq": seq, "images": ids, "count": len(delta.ids)}
        events.append(connection, "labels", project.id, payload)
    if delta.classes:
        events.append(connection, "classes", project.id, {"project": project.name})


def _append(
    connection: Connection,
    project: Project,
    seq: int,
    *,
    actor: str,
    kind: str,
    description: str,
    delta: Delta,
    target: int | None = None,
    count: int | None = None,
) -> None:
    values = {
        "project_id": project.id,
        "seq": seq,
        "at": now(),
        "actor": actor,
        "kind": kind,
        "description": description[:300],
        "count": len(delta.ids) if count is None else count,
        "target": target,
        "applied_seq": seq,
        "live": True,
        "payload": delta.pack(),
    }
    connection.execute(_APPEND, values)


def _put(
    connection: Connection,
    delta: Delta,
    *,
    after: bool,
    seq: int,
    tops: tuple[int, ...] | None,
    top: int | None = None,
) -> None:
    """Set images and classes to one side of a delta.

    `tops` are what is to be on top of each image; None: the entry `top`, or `seq` itself.
    """
    for class_id, before, now_ in delta.classes:
        state = now_ if after else before
        class_rows.put(connection, class_id, state if state is not None else {"deleted": True})
    if not delta.ids:
        return
    fields = delta.fields
    columns = [name for name in COLUMNS if name in fields]
    side = 1 if after else 0
    mark = seq if top is None else top
    rows = [
        {
            "key": image_id,
            "new_seq": seq,
            "new_top": mark if tops is None else tops[place],
            **{f"new_{name}": fields[name][side][place] for name in columns},
        }
        for place, image_id in enumerate(delta.ids)
    ]
    connection.execute(_update_of(tuple(columns)), rows)
    if "tags" in fields:
        _put_tags(connection, delta.ids, fields["tags"][side])


@cache
def _update_of(columns: tuple[str, ...]) -> Any:
    """Return the statement that sets these columns; building it costs as much as running it."""
    return (
        update(images)
        .where(images.c.id == bindparam("key"))
        .values(
            version=images.c.version + 1,
            seq=bindparam("new_seq"),
            top=bindparam("new_top"),
            **{name: bindparam(f"new_{name}") for name in columns},
        )
    )


def _put_tags(connection: Connection, ids: Sequence[int], tags: list[list[int]]) -> None:
    for part in chunks(ids):
        connection.execute(
            delete(annotation_rows).where(
                annotation_rows.c.image_id.in_(part), annotation_rows.c.kind == "tag"
            )
        )
    rows = [
        {"image_id": image_id, "kind": "tag", "class_id": class_id, "source": "person"}
        for image_id, one in zip(ids, tags, strict=True)
        for class_id in one
    ]
    if rows:
        connection.execute(insert(annotation_rows), rows)


def _refuse_if_changed(
    connection: Connection, delta: Delta, expected: tuple[int, ...], *, redo: bool
) -> None:
    found: dict[int, int] = {}
    for part in chunks(delta.ids):
        query = select(images.c.id, images.c.top).where(images.c.id.in_(part))
        found |= {row.id: row.top for row in connection.execute(query)}
    changed = [key for key, top in zip(delta.ids, expected, strict=True) if found.get(key) != top]
    if changed:
        raise ConflictError(
            f"{len(changed)} of {len(delta.ids)} images have been changed since",
            hint="undo the later change first, or set the label by hand",
            current=[vars_of(state) for state in states(connection, changed)],
        )
    for class_id, before, after in delta.classes:
        wanted = before if redo else after
        state = class_rows.find_state(connection, class_id)
        gone = state is None or state["deleted"]
        if (wanted is None and not gone) or (wanted is not None and state != wanted):
            raise ConflictError(
                "the class has been changed since", hint="edit the class by hand instead"
            )


def _refuse_orphans(connection: Connection, delta: Delta) -> None:
    """Refuse what leaves an image with a class that is deleted: somebody labelled it since."""
    for class_id, _, _ in delta.classes:
        state = class_rows.find_state(connection, class_id)
        if state is None or not state["deleted"]:
            continue
        query = select(images.c.id).where(images.c.class_id == class_id)
        if connection.execute(query.limit(1)).first() is not None:
            raise ConflictError(
                f"images have been labelled {state['name']!r} since",
                hint="undo those labels first, or delete the class by hand",
            )


def vars_of(state: ImageState) -> dict[str, Any]:
    """Return an image's state as JSON."""
    return {
        "id": state.id,
        "version": state.version,
        "status": state.status,
        "class_id": state.class_id,
    }


def current_tags(connection: Connection, ids: Sequence[int]) -> list[list[int]]:
    """Return the tags of each image, in the order asked for."""
    found = tags_of(connection, ids)
    return [list(found.get(image_id, ())) for image_id in ids]
