"""What people do to labels and classes, each a journal entry; undo, redo, history, snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.labels import split_code
from sightline.core.names import check_name
from sightline.core.taxonomy import check_colour
from sightline.store import classes as class_rows
from sightline.store.journal import Applied, Delta, Fields, record, revert
from sightline.store.label_plan import (
    class_names,
    describe,
    label_delta,
    rows_of,
    states_after,
)
from sightline.store.projects import read_project
from sightline.store.tables import images, journal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from sqlalchemy import Connection

    from sightline.core.labels import LabelChange
    from sightline.store.classes import ClassRow
    from sightline.store.db import Database
    from sightline.store.projects import Project

_UNDOABLE = ("labels", "classes", "splits")


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
class UndoState:
    """What undo and redo would do for one person now; None: nothing."""

    undo: str | None
    redo: str | None


class LabelStore:
    """Every change of labels and classes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def set(
        self,
        project: Project,
        changes: Sequence[LabelChange],
        *,
        actor: str,
        description: str = "",
        kind: str = "labels",
    ) -> Applied:
        """Label images; durable when it returns.

        Raises:
            UnknownImageError, UnknownClassError: One of them is not in this project.
            ConflictError: An image has another version; `current` holds its state.
        """
        return self.submit(
            project, changes, actor=actor, description=description, kind=kind
        ).result()

    def submit(
        self,
        project: Project | str,
        changes: Sequence[LabelChange],
        *,
        actor: str,
        description: str = "",
        kind: str = "labels",
    ) -> Future[Applied]:
        """Hand in what `set` does; the future is done once it is durable.

        `project`: itself, or its name, which is then looked up by the writer.
        """
        if not changes:
            raise InvalidInputError("there is nothing to change", hint="name at least one image")

        def work(connection: Connection) -> Applied:
            owner = _owner(connection, project)
            names = class_names(connection, owner, changes)
            rows = rows_of(connection, owner, [change.image_id for change in changes])
            delta = label_delta(connection, rows, changes)
            return record(
                connection,
                owner,
                delta,
                actor=actor,
                kind=kind,
                description=description or describe(changes, names),
                after=states_after(rows, changes),
            )

        return self._db.submit(work)

    def set_splits(self, project: Project, splits: dict[int, str], *, actor: str) -> Applied:
        """Put images into splits by hand, whatever the hash says."""
        if not splits:
            raise InvalidInputError("there is nothing to change", hint="name at least one image")

        def work(connection: Connection) -> Applied:
            ids = tuple(splits)
            rows = rows_of(connection, project, ids)
            fields: Fields = {
                "split": ([row.split for row in rows], [split_code(splits[key]) for key in ids]),
                "split_fixed": ([row.split_fixed for row in rows], [True] * len(ids)),
            }
            delta = Delta(ids, fields, tuple(row.top for row in rows))
            text = f"Move {len(ids):,} images between splits"
            return record(connection, project, delta, actor=actor, kind="splits", description=text)

        return self._db.write(work)

    def add_class(
        self,
        project: Project,
        name: str,
        *,
        actor: str,
        colour: str | None = None,
        hotkey: str | None = None,
    ) -> ClassRow:
        """Make a class.

        Raises:
            ConflictError: The name or the hotkey is taken.
        """

        def work(connection: Connection) -> ClassRow:
            row = class_rows.add(connection, project.id, name, colour=colour, hotkey=hotkey)
            delta = Delta(classes=((row.id, None, row.state()),))
            text = f"Add class {row.name}"
            record(connection, project, delta, actor=actor, kind="classes", description=text)
            return row

        return self._db.write(work)

    def edit_class(self, project: Project, class_id: int, *, actor: str, **values: Any) -> ClassRow:
        """Change name, colour or hotkey of a class.

        Raises:
            UnknownClassError: There is none.
            ConflictError: The name or the hotkey is taken.
        """

        def work(connection: Connection) -> ClassRow:
            row = class_rows.get(connection, class_id)
            state = row.state() | values
            state["name"] = check_name(state["name"], "class")
            state["colour"] = check_colour(state["colour"])
            class_rows.check_free(class_rows.rows(connection, row.project_id), state, but=class_id)
            delta = Delta(classes=((class_id, row.state(), state),))
            text = f"Edit class {row.name}"
            record(connection, project, delta, actor=actor, kind="classes", description=text)
            return class_rows.get(connection, class_id)

        return self._db.write(work)

    def delete_class(self, project: Project, class_id: int, *, actor: str) -> Applied:
        """Delete a class; its images become unlabelled. One undo brings all of it back."""

        def work(connection: Connection) -> Applied:
            row = class_rows.get(connection, class_id)
            query = select(images.c.id).where(
                images.c.project_id == project.id, images.c.class_id == class_id
            )
            ids = tuple(connection.scalars(query.order_by(images.c.ordinal)))
            found = rows_of(connection, project, ids)
            fields: Fields = {
                "status": ([one.status for one in found], [0] * len(ids)),
                "class_id": ([one.class_id for one in found], [None] * len(ids)),
            }
            delta = Delta(
                ids,
                fields,
                tuple(one.top for one in found),
                ((class_id, row.state(), row.state() | {"deleted": True, "hotkey": None}),),
            )
            text = f"Delete class {row.name} ({len(ids):,} labels)"
            return record(connection, project, delta, actor=actor, kind="classes", description=text)

        return self._db.write(work)

    def undo(self, project: Project, *, actor: str) -> Applied:
        """Take back this person's newest change.

        Raises:
            ConflictError: There is none, or its images have been changed since.
        """

        def work(connection: Connection) -> Applied:
            entry = _undo_target(connection, project.id, actor)
            if entry is None:
                raise ConflictError("there is nothing to undo", hint="only your own changes count")
            return revert(connection, project, entry, actor=actor, redo=False)

        return self._db.write(work)

    def redo(self, project: Project, *, actor: str) -> Applied:
        """Do again what this person undid last.

        Raises:
            ConflictError: There is none, or its images have been changed since.
        """

        def work(connection: Connection) -> Applied:
            entry = _redo_target(connection, project.id, actor)
            if entry is None:
                raise ConflictError(
                    "there is nothing to redo", hint="a new change clears what could be redone"
                )
            return revert(connection, project, entry, actor=actor, redo=True)

        return self._db.write(work)

    def undo_state(self, project: Project, *, actor: str) -> UndoState:
        """Return what undo and redo would do."""
        with self._db.read() as connection:
            undo = _undo_target(connection, project.id, actor)
            redo = _redo_target(connection, project.id, actor)
        return UndoState(
            undo=None if undo is None else undo.description,
            redo=None if redo is None else redo.description,
        )

    def history(self, project: Project, *, limit: int = 100, before: int = 0) -> list[Entry]:
        """Return the newest entries of a project, or those older than `before`."""
        query = select(*_ENTRY).where(journal.c.project_id == project.id)
        if before:
            query = query.where(journal.c.seq < before)
        with self._db.read() as connection:
            found = connection.execute(query.order_by(journal.c.seq.desc()).limit(limit)).all()
        return [_entry(row) for row in found]

    def image_history(self, project: Project, image_id: int, *, limit: int = 20) -> list[Entry]:
        """Return the entries whose effect stands on an image, newest first."""
        found: list[Entry] = []
        with self._db.read() as connection:
            query = select(images.c.top).where(
                images.c.id == image_id, images.c.project_id == project.id
            )
            top = connection.scalar(query) or 0
            while top and len(found) < limit:
                row = connection.execute(
                    select(*_ENTRY, journal.c.payload).where(
                        journal.c.project_id == project.id, journal.c.seq == top
                    )
                ).one()
                found.append(_entry(row))
                delta = Delta.unpack(row.payload)
                top = delta.tops[delta.ids.index(image_id)]
        return found


_ENTRY = (
    journal.c.seq,
    journal.c.at,
    journal.c.actor,
    journal.c.kind,
    journal.c.description,
    journal.c.count,
    journal.c.live,
)


def _entry(row: Any) -> Entry:
    return Entry(row.seq, row.at, row.actor, row.kind, row.description, row.count, not row.live)


def _owner(connection: Connection, project: Project | str) -> Project:
    if isinstance(project, str):
        return read_project(connection, project, trashed=False)
    return project


def _undo_target(connection: Connection, project_id: int, actor: str) -> Any:
    query = (
        select(journal)
        .where(
            journal.c.project_id == project_id,
            journal.c.actor == actor,
            journal.c.kind.in_(_UNDOABLE),
            journal.c.live.is_(True),
        )
        .order_by(journal.c.applied_seq.desc())
        .limit(1)
    )
    return connection.execute(query).first()


def _redo_target(connection: Connection, project_id: int, actor: str) -> Any:
    """Return the entry undone last, unless a new change of the same person came after it."""
    mine = (journal.c.project_id == project_id, journal.c.actor == actor)
    newest = connection.scalar(
        select(func.max(journal.c.seq)).where(*mine, journal.c.kind.in_(_UNDOABLE))
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
