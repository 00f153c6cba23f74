"""What people do to labels and classes, each a journal entry; undo, redo, history, snapshots."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.labels import split_code
from sightline.store import history
from sightline.store.class_edits import ClassEdits
from sightline.store.delta import Delta, Fields
from sightline.store.history import Entry, ImageEntry, UndoState
from sightline.store.journal import Applied, Outcome, carry_out, record
from sightline.store.label_plan import (
    class_names,
    describe,
    label_delta,
    only_changed,
    rows_of,
    states_after,
)
from sightline.store.projects import owner_of
from sightline.store.revert import revert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from sqlalchemy import Connection

    from sightline.core.labels import LabelChange
    from sightline.store.projects import Project


class LabelStore(ClassEdits):
    """Every change of labels and classes."""

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
            owner = owner_of(connection, project)
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
                after=states_after(rows, delta),
            )

        return self._db.submit(work)

    def bulk(
        self,
        project: Project,
        changes: Sequence[LabelChange],
        *,
        actor: str,
        description: str = "",
        dry_run: bool = False,
        expect: int | None = None,
    ) -> Outcome:
        """Change many images as one step; those that are so already are left alone.

        `expect`: how many images a person was told would change.

        Raises:
            UnknownImageError, UnknownClassError: One of them is not in this project.
            ConflictError: Another number of images would change.
        """
        if not changes:
            raise InvalidInputError("there is nothing to change", hint="name at least one image")

        def plan(connection: Connection) -> tuple[Delta, str]:
            names = class_names(connection, project, changes)
            rows = rows_of(connection, project, [change.image_id for change in changes])
            delta = only_changed(label_delta(connection, rows, changes))
            kept = set(delta.ids)
            told = [one for one in changes if one.image_id in kept] or changes
            return delta, description or describe(told, names)

        done = carry_out(
            self._db, project, plan, actor=actor, kind="labels", dry_run=dry_run, expect=expect
        )
        return replace(done, count=len(changes))

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

    def split_anew(
        self,
        project: Project,
        splits: dict[int, tuple[str, bool]],
        *,
        actor: str,
        description: str,
        expect: int | None = None,
    ) -> Outcome:
        """Put images into (split, whether it is fixed) as one step; the others are left alone.

        Raises:
            UnknownImageError: One of them is not in this project.
            ConflictError: Another number of images would change than `expect`.
        """

        def plan(connection: Connection) -> tuple[Delta, str]:
            ids = tuple(splits)
            rows = rows_of(connection, project, ids)
            wanted = [splits[key] for key in ids]
            fields: Fields = {
                "split": ([row.split for row in rows], [split_code(one) for one, _ in wanted]),
                "split_fixed": ([bool(row.split_fixed) for row in rows], [f for _, f in wanted]),
            }
            return only_changed(Delta(ids, fields, tuple(row.top for row in rows))), description

        return carry_out(
            self._db, project, plan, actor=actor, kind="splits", dry_run=False, expect=expect
        )

    def undo(self, project: Project, *, actor: str) -> Applied:
        """Take back this person's newest change.

        Raises:
            ConflictError: There is none, or its images have been changed since.
        """

        def work(connection: Connection) -> Applied:
            entry = history.undo_target(connection, project.id, actor)
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
            entry = history.redo_target(connection, project.id, actor)
            if entry is None:
                raise ConflictError(
                    "there is nothing to redo", hint="a new change clears what could be redone"
                )
            return revert(connection, project, entry, actor=actor, redo=True)

        return self._db.write(work)

    def undo_state(self, project: Project, *, actor: str) -> UndoState:
        """Return what undo and redo would do."""
        with self._db.read() as connection:
            undo = history.undo_target(connection, project.id, actor)
            redo = history.redo_target(connection, project.id, actor)
        return UndoState(
            undo=None if undo is None else undo.description,
            redo=None if redo is None else redo.description,
        )

    def history(
        self, project: Project, *, limit: int = 100, before: int = 0, actor: str = ""
    ) -> list[Entry]:
        """Return the newest entries of a project; those older than `before`, those of `actor`."""
        with self._db.read() as connection:
            return history.entries(connection, project.id, limit=limit, before=before, actor=actor)

    def people(self, project: Project) -> list[str]:
        """Return everybody who has changed something, by name."""
        with self._db.read() as connection:
            return history.people(connection, project.id)

    def image_history(
        self, project: Project, image_id: int, *, limit: int = 20
    ) -> list[ImageEntry]:
        """Return the entries whose effect stands on an image, newest first."""
        with self._db.read() as connection:
            return history.image_entries(connection, project.id, image_id, limit=limit)
