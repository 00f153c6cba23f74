"""Named states of all labels of a project, kept whole, that one undoable change restores."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from sightline.core.clock import now
from sightline.core.errors import ConflictError, NotFoundError
from sightline.core.labels import LABELLED
from sightline.core.names import check_name
from sightline.store import classes as class_rows
from sightline.store.journal import Applied, record
from sightline.store.object_rows import COLUMNS, NONE, texts_of
from sightline.store.snapshot_plan import FIELDS, Difference, State, difference, restoring
from sightline.store.tables import annotation_rows, images, object_rows, projects, snapshots

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sightline.store.db import Database
    from sightline.store.projects import Project


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A named state."""

    id: int
    name: str
    seq: int
    at: str
    actor: str
    labelled: int


_DRAWN: Final = (
    COLUMNS.join(images, images.c.id == object_rows.c.image_id)
    .where(images.c.project_id == bindparam("project"), images.c.deleted.is_(False))
    .order_by(object_rows.c.image_id, object_rows.c.uid)
)


class SnapshotStore:
    """Snapshots of all projects."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, project: Project, name: str, *, actor: str) -> Snapshot:
        """Keep the labels as they are now.

        Raises:
            ConflictError: There is a snapshot of this name.
        """
        name = check_name(name, "snapshot")

        def work(connection: Connection) -> Snapshot:
            state = project_state(connection, project)
            seq = connection.scalar(select(projects.c.seq).where(projects.c.id == project.id))
            values = {
                "name": name,
                "seq": seq or 0,
                "at": now(),
                "actor": actor,
                "labelled": sum(code == LABELLED for code in state["status"]),
            }
            raw = zlib.compress(json.dumps(state, separators=(",", ":")).encode(), 3)
            key = connection.execute(
                insert(snapshots).values(project_id=project.id, state=raw, **values)
            ).inserted_primary_key
            return Snapshot(id=int(key[0]) if key is not None else 0, **values)

        try:
            return self._db.write(work)
        except IntegrityError as error:
            raise ConflictError(
                f"there is a snapshot named {name!r} already", hint="choose another name"
            ) from error

    def list(self, project: Project) -> list[Snapshot]:
        """Return the snapshots of a project, newest first."""
        query = (
            select(
                snapshots.c.id,
                snapshots.c.name,
                snapshots.c.seq,
                snapshots.c.at,
                snapshots.c.actor,
                snapshots.c.labelled,
            )
            .where(snapshots.c.project_id == project.id)
            .order_by(snapshots.c.id.desc())
        )
        with self._db.read() as connection:
            return [Snapshot(*row) for row in connection.execute(query)]

    def restore(self, project: Project, snapshot_id: int, *, actor: str) -> Applied:
        """Set all labels and classes back to a snapshot, as one change that undo takes back.

        Images that came later keep what they have.

        Raises:
            NotFoundError: There is no such snapshot.
            ConflictError: Nothing differs.
        """

        def work(connection: Connection) -> Applied:
            row = _row(connection, project, snapshot_id)
            delta = restoring(
                project_state(connection, project),
                _opened(row.state),
                tops=_tops(connection, project),
                classes=class_rows.rows(connection, project.id, deleted=True),
            )
            if not delta.ids and not delta.classes:
                raise ConflictError(
                    "the labels are as in the snapshot already", hint="there is nothing to do"
                )
            text = f"Restore snapshot {row.name} ({len(delta.ids):,} images)"
            return record(connection, project, delta, actor=actor, kind="labels", description=text)

        return self._db.write(work)

    def diff(self, project: Project, first: int | None, second: int | None) -> Difference:
        """Return what changed from one snapshot to another; None: as it is now.

        Raises:
            NotFoundError: There is no such snapshot.
        """
        with self._db.read() as connection:
            states = [
                project_state(connection, project)
                if one is None
                else _opened(_row(connection, project, one).state)
                for one in (first, second)
            ]
        return difference(*states)

    def delete(self, project: Project, snapshot_id: int) -> None:
        """Forget a snapshot.

        Raises:
            NotFoundError: There is no such snapshot.
        """

        def work(connection: Connection) -> None:
            row = _row(connection, project, snapshot_id)
            connection.execute(delete(snapshots).where(snapshots.c.id == row.id))

        self._db.write(work)


def _row(connection: Connection, project: Project, snapshot_id: int) -> Any:
    found = connection.execute(
        select(snapshots).where(snapshots.c.id == snapshot_id, snapshots.c.project_id == project.id)
    ).first()
    if found is None:
        raise NotFoundError("no such snapshot", hint="reload the list of snapshots")
    return found


def _opened(raw: bytes) -> State:
    """Read a snapshot; one from before objects could be drawn has none."""
    found: State = json.loads(zlib.decompress(raw))
    size = len(found["ids"])
    return {"review": [0] * size, "note": [""] * size, "objects": [NONE] * size} | found


def project_state(connection: Connection, project: Project) -> State:
    """Return all labels of a project as a snapshot keeps them."""
    names = FIELDS[:-2]
    query = (
        select(images.c.id, *(images.c[name] for name in names))
        .where(images.c.project_id == project.id, images.c.deleted.is_(False))
        .order_by(images.c.ordinal)
    )
    columns = list(zip(*connection.execute(query).all(), strict=True)) or [()] * (len(names) + 1)
    state: State = {"ids": list(columns[0])}
    state |= {name: list(values) for name, values in zip(names, columns[1:], strict=True)}
    state["tags"] = _tags(connection, project, state["ids"])
    drawn = texts_of(connection, _DRAWN, {"project": project.id})
    state["objects"] = [drawn.get(one, NONE) for one in state["ids"]]
    live = class_rows.rows(connection, project.id)
    state["classes"] = {str(row.id): row.state() for row in live}
    return state


def _tags(connection: Connection, project: Project, ids: list[int]) -> list[list[int]]:
    """Return the tags of each image, in one query for all of them."""
    query = (
        select(annotation_rows.c.image_id, annotation_rows.c.class_id)
        .join(images, images.c.id == annotation_rows.c.image_id)
        .where(images.c.project_id == project.id, annotation_rows.c.kind == "tag")
        .order_by(annotation_rows.c.class_id)
    )
    found: dict[int, list[int]] = {}
    for image_id, class_id in connection.execute(query):
        found.setdefault(image_id, []).append(class_id)
    return [found.get(one, []) for one in ids]


def _tops(connection: Connection, project: Project) -> dict[int, int]:
    query = select(images.c.id, images.c.top).where(images.c.project_id == project.id)
    return {row.id: row.top for row in connection.execute(query)}
