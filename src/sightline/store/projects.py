"""Projects: a name, a folder, and a count of changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from sightline.core.clock import now
from sightline.core.errors import ConflictError, UnknownProjectError, did_you_mean
from sightline.core.names import check_name
from sightline.store import events
from sightline.store.tables import projects

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sightline.store.db import Database


@dataclass(frozen=True, slots=True)
class Project:
    """One collection of pictures."""

    id: int
    name: str
    created_at: str
    archived_at: str | None
    trashed_from: str | None
    """The name it had, while it lies in the trash."""
    next_ordinal: int
    """One past the highest ordinal ever given; ordinals are never used again."""
    seq: int
    """How many changes it has seen."""


_NEXT_SEQ: Final = (
    update(projects)
    .where(projects.c.id == bindparam("project"))
    .values(seq=projects.c.seq + 1)
    .returning(projects.c.seq)
)


def next_seq(connection: Connection, project_id: int) -> int:
    """Take the next change number of a project, which also lets its writers take turns."""
    seq = connection.scalar(_NEXT_SEQ, {"project": project_id})
    if seq is None:
        raise UnknownProjectError("the project is gone", hint="reload the list of projects")
    return int(seq)


class ProjectTable:
    """Projects by name."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, name: str) -> Project:
        """Make a project.

        Raises:
            InvalidInputError: The name cannot be that of a folder.
            ConflictError: There is one of this name, whatever its case.
        """
        name = check_name(name, "project")

        def work(connection: Connection) -> Project:
            _refuse_taken(connection, name)
            key = connection.execute(
                insert(projects).values(name=name, created_at=now(), next_ordinal=0, seq=0)
            ).inserted_primary_key
            project_id = int(key[0]) if key is not None else 0
            events.append(connection, "project", project_id, {"project": name, "change": "created"})
            return read_project(connection, name)

        try:
            return self._db.write(work)
        except IntegrityError as error:
            raise ConflictError(
                f"there is a project named {name!r} already", hint="choose another name"
            ) from error

    def get(self, name: str) -> Project:
        """Return the project of this name.

        Raises:
            UnknownProjectError: There is none.
        """
        with self._db.read() as connection:
            return read_project(connection, name, trashed=False)

    def by_id(self, project_id: int) -> Project:
        """Return the project with this id.

        Raises:
            UnknownProjectError: There is none.
        """
        with self._db.read() as connection:
            row = connection.execute(_BY_ID, {"key": project_id}).first()
        if row is None:
            raise UnknownProjectError("the project is gone", hint="reload the list of projects")
        return Project(*row)

    def find(self, name: str) -> Project | None:
        """Return the project of this name, or None."""
        try:
            return self.get(name)
        except UnknownProjectError:
            return None

    def list(self, *, archived: bool | None = None, trashed: bool = False) -> list[Project]:
        """Return projects by name; `archived` keeps only those that are, or are not."""
        query = select(projects).order_by(projects.c.name)
        gone = projects.c.trashed_from
        query = query.where(gone.is_not(None) if trashed else gone.is_(None))
        if archived is not None:
            column = projects.c.archived_at
            query = query.where(column.is_not(None) if archived else column.is_(None))
        with self._db.read() as connection:
            return [Project(*row) for row in connection.execute(query)]

    def to_trash(self, name: str) -> Project:
        """Take a project out of every list and free its name; its rows stay."""

        def work(connection: Connection) -> Project:
            project = read_project(connection, name)
            hidden = f".trash-{project.id}"
            values = {"name": hidden, "trashed_from": name}
            connection.execute(update(projects).where(projects.c.id == project.id).values(**values))
            events.append(connection, "project", None, {"project": name, "change": "deleted"})
            return read_project(connection, hidden)

        return self._db.write(work)

    def from_trash(self, project_id: int, name: str) -> Project:
        """Bring a project back under a name.

        Raises:
            ConflictError: There is a project of this name by now.
        """

        def work(connection: Connection) -> Project:
            _refuse_taken(connection, name)
            values = {"name": name, "trashed_from": None, "archived_at": None}
            connection.execute(update(projects).where(projects.c.id == project_id).values(**values))
            payload = {"project": name, "change": "restored"}
            events.append(connection, "project", project_id, payload)
            return read_project(connection, name)

        return self._db.write(work)

    def set_archived(self, name: str, *, archived: bool) -> Project:
        """Put a project away, or fetch it back; nothing else changes."""

        def work(connection: Connection) -> Project:
            project = read_project(connection, name)
            when = now() if archived else None
            connection.execute(
                update(projects).where(projects.c.id == project.id).values(archived_at=when)
            )
            change = "archived" if archived else "restored"
            events.append(connection, "project", project.id, {"project": name, "change": change})
            return read_project(connection, name)

        return self._db.write(work)

    def remove(self, name: str) -> None:
        """Forget a project with all its rows. Its files are the caller's business."""

        def work(connection: Connection) -> None:
            project = read_project(connection, name)
            connection.execute(delete(projects).where(projects.c.id == project.id))
            events.append(connection, "project", None, {"project": name, "change": "deleted"})

        self._db.write(work)


def _refuse_taken(connection: Connection, name: str) -> None:
    for taken in connection.scalars(select(projects.c.name)):
        if taken.casefold() == name.casefold():
            raise ConflictError(
                f"there is a project named {taken!r} already", hint="choose another name"
            )


_BY_ID: Final = select(projects).where(projects.c.id == bindparam("key"))
_BY_NAME: Final = select(projects).where(projects.c.name == bindparam("name"))


def read_project(connection: Connection, name: str, *, trashed: bool = True) -> Project:
    """Return the project of this name; `trashed`: also one in the trash, by its hidden name.

    Raises:
        UnknownProjectError: There is none.
    """
    row = connection.execute(_BY_NAME, {"name": normalize("NFC", name)}).first()
    if row is None or (row.trashed_from is not None and not trashed):
        known = connection.scalars(
            select(projects.c.name).where(projects.c.trashed_from.is_(None))
        ).all()
        raise UnknownProjectError(f"no project named {name!r}", hint=did_you_mean(name, known))
    return Project(*row)


def owner_of(connection: Connection, project: Project | str) -> Project:
    """Return a project, or the one of this name.

    Raises:
        UnknownProjectError: There is none.
    """
    if isinstance(project, str):
        return read_project(connection, project, trashed=False)
    return project
