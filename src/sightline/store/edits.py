"""What builds do to pictures and how they call them: each change a journal entry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import bindparam, select

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.store.delta import Delta, Fields
from sightline.store.journal import Outcome, carry_out, states, vars_of
from sightline.store.label_plan import only_changed, rows_of
from sightline.store.tables import assets, images, locations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from sightline.store.db import Database
    from sightline.store.projects import Project

Field = Literal["edit", "alias"]
_NAMES: Final = (
    select(images.c.id, images.c.alias, locations.c.path)
    .join(assets, assets.c.id == images.c.asset_id)
    .join(locations, locations.c.asset_id == assets.c.id)
    .where(images.c.project_id == bindparam("project"), images.c.deleted.is_(False))
    .order_by(images.c.id, locations.c.missing, locations.c.id)
)


class EditStore:
    """Edits and names of images."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def set(
        self,
        project: Project,
        field: Field,
        values: Mapping[int, str | None],
        *,
        actor: str,
        description: str,
        versions: Mapping[int, int] | None = None,
        expect: int | None = None,
    ) -> Outcome:
        """Set the edits or the names of images as one step; what is so already is left alone.

        Args:
            project: Whose images.
            field: What is set.
            values: By image id; None: nothing is done to the picture, or it keeps its own name.
            actor: Who does it.
            description: For the history.
            versions: What the person saw, by image id.
            expect: Images that a person was told would change.

        Raises:
            UnknownImageError: One of them is not in this project.
            ConflictError: An image has another version, or another number would change.
        """
        if not values:
            raise InvalidInputError("there is nothing to change", hint="name at least one image")

        def plan(connection: Connection) -> tuple[Delta, str]:
            ids = tuple(values)
            rows = rows_of(connection, project, ids)
            _refuse_stale(connection, rows, versions or {})
            before = [getattr(row, field) for row in rows]
            fields: Fields = {field: (before, [values[key] for key in ids])}
            return only_changed(Delta(ids, fields, tuple(row.top for row in rows))), description

        done = carry_out(
            self._db, project, plan, actor=actor, kind="edits", dry_run=False, expect=expect
        )
        return replace(done, count=len(values))

    def names(self, project_id: int) -> dict[int, tuple[str | None, str]]:
        """Return name and path of every image, by id."""
        found: dict[int, tuple[str | None, str]] = {}
        with self._db.read() as connection:
            for image_id, alias, path in connection.execute(_NAMES, {"project": project_id}):
                found.setdefault(image_id, (alias, path))
        return found


def _refuse_stale(connection: Connection, rows: Sequence[Any], versions: Mapping[int, int]) -> None:
    stale = [row.id for row in rows if versions.get(row.id, row.version) != row.version]
    if stale:
        raise ConflictError(
            f"{len(stale)} of {len(rows)} images have been changed by somebody else",
            hint="look at the picture again and decide anew",
            current=[vars_of(state) for state in states(connection, stale)],
        )
