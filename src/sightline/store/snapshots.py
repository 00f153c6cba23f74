"""Named states of all labels of a project, kept whole, that one undoable change restores."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from sightline.core.clock import now
from sightline.core.errors import ConflictError, NotFoundError
from sightline.core.labels import LABELLED
from sightline.core.names import check_name
from sightline.store import classes as class_rows
from sightline.store.journal import Applied, Delta, Fields, current_tags, record
from sightline.store.tables import images, projects, snapshots

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sightline.store.db import Database
    from sightline.store.projects import Project

_FIELDS = ("status", "class_id", "split", "split_fixed", "tags")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A named state."""

    id: int
    name: str
    seq: int
    at: str
    actor: str
    labelled: int


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
            state = _state(connection, project)
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
            row = connection.execute(
                select(snapshots).where(
                    snapshots.c.id == snapshot_id, snapshots.c.project_id == project.id
                )
            ).first()
            if row is None:
                raise NotFoundError("no such snapshot", hint="reload the list of snapshots")
            delta = _difference(connection, project, json.loads(zlib.decompress(row.state)))
            if not delta.ids and not delta.classes:
                raise ConflictError(
                    "the labels are as in the snapshot already", hint="there is nothing to do"
                )
            text = f"Restore snapshot {row.name} ({len(delta.ids):,} images)"
            return record(connection, project, delta, actor=actor, kind="labels", description=text)

        return self._db.write(work)


def _state(connection: Connection, project: Project) -> dict[str, Any]:
    rows = _images(connection, project)
    state: dict[str, Any] = {"ids": [row.id for row in rows]}
    for name in _FIELDS[:-1]:
        state[name] = [getattr(row, name) for row in rows]
    state["tags"] = current_tags(connection, state["ids"])
    live = class_rows.rows(connection, project.id)
    state["classes"] = {str(row.id): row.state() for row in live}
    return state


def _images(connection: Connection, project: Project) -> list[Any]:
    query = select(
        images.c.id,
        images.c.status,
        images.c.class_id,
        images.c.split,
        images.c.split_fixed,
        images.c.top,
    ).where(images.c.project_id == project.id, images.c.deleted.is_(False))
    return list(connection.execute(query.order_by(images.c.ordinal)).all())


def _difference(connection: Connection, project: Project, old: dict[str, Any]) -> Delta:
    current = _state(connection, project)
    tops = {row.id: row.top for row in _images(connection, project)}
    place = {image_id: index for index, image_id in enumerate(current["ids"])}
    pairs = [
        (place[image_id], index)
        for index, image_id in enumerate(old["ids"])
        if image_id in place
        and any(current[name][place[image_id]] != old[name][index] for name in _FIELDS)
    ]
    fields: Fields = {
        name: ([current[name][at] for at, _ in pairs], [old[name][at] for _, at in pairs])
        for name in _FIELDS
    }
    ids = tuple(current["ids"][at] for at, _ in pairs)
    return Delta(
        ids,
        fields if ids else {},
        tuple(tops[image_id] for image_id in ids),
        _class_changes(connection, project, old["classes"]),
    )


def _class_changes(
    connection: Connection, project: Project, old: dict[str, dict[str, Any]]
) -> tuple[tuple[int, dict[str, Any], dict[str, Any]], ...]:
    changes = []
    for row in class_rows.rows(connection, project.id, deleted=True):
        before = row.state()
        after = old.get(str(row.id), before | {"deleted": True, "hotkey": None})
        if after != before:
            changes.append((row.id, before, after))
    return tuple(changes)
