"""Undo and redo: an entry's images and classes put back on its other side, as a new entry.

Whatever has been changed since, by whomever, refuses it: nothing is ever overwritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from sightline.core.errors import ConflictError
from sightline.store import classes as class_rows
from sightline.store.delta import Delta, class_changes, put
from sightline.store.journal import EVENT_IDS, Applied, append, states, tell, vars_of
from sightline.store.object_rows import classes_in
from sightline.store.projects import next_seq
from sightline.store.sql import chunks
from sightline.store.tables import annotation_rows, images, journal
from sightline.store.tables import object_rows as object_table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sightline.store.projects import Project


def revert(
    connection: Connection, project: Project, entry: Any, *, actor: str, redo: bool
) -> Applied:
    """Undo a step (or do it again), as a new entry.

    Raises:
        ConflictError: An image or a class has been changed since, by whomever.
    """
    first = entry if entry.batch in (None, entry.seq) else _entry(connection, project, entry.batch)
    parts = [entry.seq] if first.batch is None else _parts(connection, project, first, redo=redo)
    seq = next_seq(connection, project.id)
    shown: dict[int, None] = {}
    for part in parts:
        delta = Delta.unpack(_entry(connection, project, part).payload)
        _turn(connection, project, part, delta, seq=seq, redo=redo)
        tell(connection, project, seq, delta)
        if len(shown) < EVENT_IDS:
            shown |= dict.fromkeys(delta.ids)
    if redo:
        undo = (journal.c.project_id == project.id, journal.c.target == first.seq)
        undone = (journal.c.kind == "undo", journal.c.live.is_(True))
        connection.execute(update(journal).where(*undo, *undone).values(live=False))
    verb = "Redo" if redo else "Undo"
    description = f"{verb}: {first.description}"[:300]
    append(
        connection,
        project,
        seq,
        actor=actor,
        kind="redo" if redo else "undo",
        description=description,
        delta=Delta(),
        target=first.seq,
        count=first.count,
    )
    return Applied(seq, description, states(connection, list(shown)), first.count)


def _entry(connection: Connection, project: Project, seq: int) -> Any:
    where = (journal.c.project_id == project.id, journal.c.seq == seq)
    return connection.execute(select(journal).where(*where)).one()


def _parts(connection: Connection, project: Project, first: Any, *, redo: bool) -> list[int]:
    """Return the entries of a step that are to be undone or done again, in the order to do it."""
    query = select(journal.c.seq).where(
        journal.c.project_id == project.id,
        journal.c.batch == first.seq,
        journal.c.live.is_(not redo),
    )
    return list(connection.scalars(query.order_by(journal.c.seq if redo else journal.c.seq.desc())))


def _turn(
    connection: Connection, project: Project, entry: int, delta: Delta, *, seq: int, redo: bool
) -> None:
    """Put images and classes on the other side of one entry, if they are on this one."""
    expected = delta.tops if redo else tuple(entry for _ in delta.ids)
    _refuse_if_changed(connection, delta, expected, redo=redo)
    tops = None if redo else delta.tops
    put(connection, delta, after=redo, seq=seq, tops=tops, top=entry)
    _refuse_orphans(connection, delta)
    _refuse_dead_classes(connection, delta, redo=redo)
    _refuse_clashes(connection, project, delta)
    values: dict[str, Any] = {"live": redo}
    if redo:
        values["applied_seq"] = seq
    where = (journal.c.project_id == project.id, journal.c.seq == entry)
    connection.execute(update(journal).where(*where).values(**values))


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
    drawn = select(object_table.c.uid).where(object_table.c.class_id == class_id)
    asked = (labelled, tagged, drawn)
    return any(connection.execute(one.limit(1)).first() is not None for one in asked)


def _refuse_dead_classes(connection: Connection, delta: Delta, *, redo: bool) -> None:
    """Refuse what gives images a class that somebody has deleted or merged since."""
    side = 1 if redo else 0
    given = set(delta.fields["class_id"][side]) if "class_id" in delta.fields else set()
    if "tags" in delta.fields:
        given |= {tag for tags in delta.fields["tags"][side] for tag in tags}
    if "objects" in delta.fields:
        given |= classes_in(delta.fields["objects"][side])
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
