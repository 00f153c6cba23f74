"""What people do to classes, each a journal entry that one undo takes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError
from sightline.core.names import check_name
from sightline.core.skeletons import skeleton_text
from sightline.core.taxonomy import check_colour
from sightline.store import class_plan
from sightline.store import classes as class_rows
from sightline.store.delta import Delta
from sightline.store.journal import Outcome, carry_out, record

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from sightline.store.classes import ClassRow
    from sightline.store.db import Database
    from sightline.store.projects import Project


class ClassEdits:
    """Every change of classes. `dry_run` says what would happen and changes nothing.

    `expect`: how many images a person was told of; another number by now is a ConflictError.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

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
        """Change name, colour, hotkey, skeleton or position (from 0, among the classes).

        Raises:
            UnknownClassError: There is none.
            ConflictError: The name or the hotkey is taken.
        """

        def work(connection: Connection) -> ClassRow:
            row = class_plan.own(connection, project, class_id)
            live = class_rows.rows(connection, row.project_id)
            state = row.state() | {key: one for key, one in values.items() if key != "position"}
            state["name"] = check_name(state["name"], "class")
            if "skeleton" in values:
                state["skeleton"] = skeleton_text(values["skeleton"])
            state["colour"] = check_colour(state["colour"])
            class_rows.check_free(live, state, but=class_id)
            places = class_rows.places_after(live, class_id, values.get("position"))
            changes = tuple(
                (one.id, one.state(), (state if one.id == class_id else one.state()) | new)
                for one in live
                if (new := places.get(one.id, {})) or one.id == class_id
            )
            text = f"Edit class {row.name}"
            delta = Delta(classes=changes)
            record(connection, project, delta, actor=actor, kind="classes", description=text)
            return class_rows.get(connection, class_id)

        return self._db.write(work)

    def delete_class(
        self,
        project: Project,
        class_id: int,
        *,
        actor: str,
        dry_run: bool = False,
        expect: int | None = None,
    ) -> Outcome:
        """Delete a class: its images lose it as class and as tag, and are unlabelled without.

        Raises:
            UnknownClassError: There is none.
        """

        def plan(connection: Connection) -> tuple[Delta, str]:
            row = class_plan.own(connection, project, class_id)
            delta = class_plan.delete_delta(connection, project, row)
            return delta, f"Delete class {row.name} ({len(delta.ids):,} labels)"

        return carry_out(
            self._db, project, plan, actor=actor, kind="classes", dry_run=dry_run, expect=expect
        )

    def merge_classes(
        self,
        project: Project,
        sources: Sequence[int],
        into: int,
        *,
        actor: str,
        dry_run: bool = False,
        expect: int | None = None,
    ) -> Outcome:
        """Make several classes one: their images bear `into`, and they are deleted.

        Raises:
            UnknownClassError: One of them is gone.
            InvalidInputError: They are not other classes of this project, each once.
        """

        def plan(connection: Connection) -> tuple[Delta, str]:
            rows, target = class_plan.sources_of(connection, project, sources, into)
            delta = class_plan.merge_delta(connection, project, rows, target)
            names = ", ".join(row.name for row in rows)
            return delta, f"Merge {names} into {target.name} ({len(delta.ids):,} images)"

        return carry_out(
            self._db, project, plan, actor=actor, kind="classes", dry_run=dry_run, expect=expect
        )

    def split_class(
        self,
        project: Project,
        class_id: int,
        name: str,
        ids: Collection[int],
        *,
        actor: str,
        dry_run: bool = False,
        expect: int | None = None,
    ) -> Outcome:
        """Move those of a class's images that are among `ids` to a new class.

        Raises:
            UnknownClassError: There is no such class.
            ConflictError: The name is taken.
            InvalidInputError: None of the images bears the class.
        """

        def plan(connection: Connection) -> tuple[Delta, str]:
            row = class_plan.own(connection, project, class_id)
            if dry_run:
                new_id, made = 0, None
                live = class_rows.rows(connection, project.id)
                class_rows.check_free(live, {"name": check_name(name, "class")}, but=None)
            else:
                new = class_rows.add(connection, project.id, name)
                new_id, made = new.id, (new.id, None, new.state())
            delta = class_plan.split_delta(connection, project, row, new_id, ids=ids, made=made)
            if not delta.ids and not dry_run:
                raise InvalidInputError(
                    f"none of these images is {row.name!r}", hint="select images of that class"
                )
            return delta, f"Split {name} off {row.name} ({len(delta.ids):,} images)"

        return carry_out(
            self._db, project, plan, actor=actor, kind="classes", dry_run=dry_run, expect=expect
        )
