"""The journal: every change a person can make is an entry with its before and after.

An entry is written in the same transaction as the state it makes, so undo, redo, history and the
refusal of stale writes all read one truth. Undo and redo are entries themselves: nothing is ever
taken out of the journal.

`images.top` names the entry whose state an image shows. Undoing an entry is possible exactly
while it is on top of each of its images; it puts the image back on the entry below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from sightline.core.clock import now
from sightline.core.errors import ConflictError
from sightline.core.labels import STATUSES
from sightline.store import classes as class_rows
from sightline.store import events
from sightline.store.delta import Delta, class_changes, put
from sightline.store.images import tags_of
from sightline.store.projects import next_seq
from sightline.store.sql import chunks
from sightline.store.tables import annotation_rows, images, journal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from sightline.store.db import Database
    from sightline.store.projects import Project

EVENT_IDS: Final = 500
"""Image ids told with an event; a larger change is told without them."""
_APPEND: Final = insert(journal)


@dataclass(frozen=True, slots=True)
class ImageState:
    """What the caller of a change hears about each image."""

    id: int
    version: int
    status: str
    class_id: int | None
    tags: tuple[int, ...] | None = None
    """Class ids, ascending; None: as they were."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A change that stands."""

    seq: int
    description: str
    images: tuple[ImageState, ...]
    """At most `EVENT_IDS` of them; `count` says how many there are."""
    count: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change of many images did, or would do."""

    count: int
    """Images that it is about."""
    changed: int
    """Images that are another afterwards."""
    description: str
    seq: int | None
    """Of its entry; None: nothing has been changed."""
    images: tuple[ImageState, ...] = ()
    """At most `EVENT_IDS` of those that changed."""


def carry_out(
    db: Database,
    project: Project,
    plan: Callable[[Connection], tuple[Delta, str]],
    *,
    actor: str,
    kind: str,
    dry_run: bool,
    expect: int | None,
) -> Outcome:
    """Record what `plan` decides, or only tell of it; nothing is recorded that changes nothing.

    Raises:
        ConflictError: It is about another number of images than `expect`.
    """

    def work(connection: Connection) -> Outcome:
        delta, text = plan(connection)
        size = len(delta.ids)
        if expect is not None and size != expect:
            raise ConflictError(
                f"{size:,} images by now, not {expect:,}",
                hint="somebody has labelled meanwhile: look at the number and decide again",
            )
        if dry_run or not (size or delta.classes):
            return Outcome(size, size, text, None)
        done = record(connection, project, delta, actor=actor, kind=kind, description=text)
        return Outcome(size, size, text, done.seq, done.images)

    if not dry_run:
        return db.write(work)
    with db.read() as connection:
        return work(connection)


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
    put(connection, delta, after=True, seq=seq, tops=None)
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
    put(connection, delta, after=redo, seq=seq, tops=tops, top=entry.seq)
    _refuse_orphans(connection, delta)
    _refuse_dead_classes(connection, delta, redo=redo)
    _refuse_clashes(connection, project, delta)
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
    tags = tags_of(connection, shown)
    found = {
        row.id: ImageState(
            row.id, row.version, STATUSES[row.status], row.class_id, tags.get(row.id, ())
        )
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
        wanted, target = (before, after) if redo else (after, before)
        state = class_rows.find_state(connection, class_id)
        if state is None or not _is_as(state, wanted, target):
            name = (after or before or {}).get("name", "")
            raise ConflictError(
                f"the class has been changed since: {name!r}",
                hint="undo the later change first, or edit the class by hand",
            )


def _is_as(
    state: dict[str, Any], wanted: dict[str, Any] | None, target: dict[str, Any] | None
) -> bool:
    """Tell whether a class is still as an entry left it, as far as undoing the entry matters.

    What the entry did not change may have been changed since; so may the place of a class that
    the undoing makes or deletes.
    """
    if wanted is None:
        return bool(state["deleted"])
    if target is None:
        return all(state[key] == one for key, one in wanted.items() if key != "position")
    return all(state[key] == wanted[key] for key in class_changes(wanted, target))


def _refuse_orphans(connection: Connection, delta: Delta) -> None:
    """Refuse what leaves an image with a class that is deleted: somebody labelled it since."""
    for class_id, _, _ in delta.classes:
        state = class_rows.find_state(connection, class_id)
        if state is not None and state["deleted"] and _is_used(connection, class_id):
            raise ConflictError(
                f"images have been labelled {state['name']!r} since",
                hint="undo those labels first, or delete the class by hand",
            )


def _is_used(connection: Connection, class_id: int) -> bool:
    labelled = select(images.c.id).where(images.c.class_id == class_id).limit(1)
    tagged = select(annotation_rows.c.id).where(
        annotation_rows.c.class_id == class_id, annotation_rows.c.kind == "tag"
    )
    return any(connection.execute(one.limit(1)).first() is not None for one in (labelled, tagged))


def _refuse_dead_classes(connection: Connection, delta: Delta, *, redo: bool) -> None:
    """Refuse what gives images a class that somebody has deleted or merged since."""
    side = 1 if redo else 0
    given = set(delta.fields["class_id"][side]) if "class_id" in delta.fields else set()
    if "tags" in delta.fields:
        given |= {tag for tags in delta.fields["tags"][side] for tag in tags}
    for class_id in sorted(given - {None}):
        state = class_rows.find_state(connection, class_id)
        if state is None or state["deleted"]:
            name = "" if state is None else state["name"]
            raise ConflictError(
                f"the class {name!r} has been deleted since",
                hint="bring it back first (whoever deleted it can undo that), or label by hand",
            )


def _refuse_clashes(connection: Connection, project: Project, delta: Delta) -> None:
    """Refuse what brings back a class whose name or key another one has by now."""
    if not delta.classes:
        return
    live = class_rows.rows(connection, project.id)
    touched = {class_id for class_id, _, _ in delta.classes}
    for row in live:
        if row.id in touched:
            try:
                class_rows.check_free(live, row.state(), but=row.id)
            except ConflictError as error:
                hint = "rename that class or change its key, then try again"
                raise ConflictError(str(error), hint=hint) from error


def vars_of(state: ImageState) -> dict[str, Any]:
    """Return an image's state as JSON."""
    return {
        "id": state.id,
        "version": state.version,
        "status": state.status,
        "class_id": state.class_id,
        "tags": None if state.tags is None else list(state.tags),
    }
