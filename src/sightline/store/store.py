"""The store: everything a workspace keeps, behind one door."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError, StorageError
from sightline.store import events
from sightline.store.arrays import ArrayStore
from sightline.store.classes import ClassTable
from sightline.store.db import Database, sqlite_url
from sightline.store.edits import EditStore
from sightline.store.events import EventLog
from sightline.store.exchange import Exchange
from sightline.store.images import ImageTable
from sightline.store.jobs import JobTable
from sightline.store.labels import LabelStore
from sightline.store.models import ModelStore
from sightline.store.object_index import ObjectIndex
from sightline.store.objects import ObjectStore
from sightline.store.odds import OddsTable
from sightline.store.projects import ProjectTable
from sightline.store.runs import HeadTable, RunTable
from sightline.store.schema import migrate, refuse_foreign
from sightline.store.snapshots import SnapshotStore
from sightline.store.state import StateCache
from sightline.store.suggestions import SuggestionTable
from sightline.store.views import ViewStore
from sightline.store.waiting import WaitingStore

if TYPE_CHECKING:
    from pathlib import Path


class Store:
    """One workspace's database, arrays and models."""

    def __init__(self, workspace: Path, *, database_url: str = "") -> None:
        _prepare(workspace)
        self.workspace = workspace
        url = resolve_url(workspace, database_url)
        refuse_foreign(url)
        self.db = Database(url)
        self.backup = migrate(self.db, backups=workspace / "backups")
        self.projects = ProjectTable(self.db)
        self.classes = ClassTable(self.db)
        self.images = ImageTable(self.db)
        self.odds = OddsTable(self.db)
        self.state = StateCache(self.db)
        self.labels = LabelStore(self.db)
        self.objects = ObjectStore(self.db)
        self.object_index = ObjectIndex(self.db)
        self.waiting = WaitingStore(self.db)
        self.edits = EditStore(self.db)
        self.suggestions = SuggestionTable(self.db)
        self.exchange = Exchange(self.db)
        self.snapshots = SnapshotStore(self.db)
        self.events = EventLog(self.db)
        self.views = ViewStore(self.db, workspace / "cache" / "views")
        self.runs = RunTable(self.db)
        self.heads = HeadTable(self.db)
        self.jobs = JobTable(self.db)
        self.arrays = ArrayStore(workspace / "cache" / "arrays")
        self.models = ModelStore(workspace / "models")

    def project_dir(self, name: str) -> Path:
        """Return the folder of a project."""
        return self.workspace / "projects" / name

    def tell(self, kind: str, project_id: int | None, payload: dict[str, Any]) -> None:
        """Append an event that belongs to no other write."""
        self.db.write(lambda connection: events.append(connection, kind, project_id, payload))

    def close(self) -> None:
        """Finish writing and let go of files."""
        self.arrays.close()
        self.db.close()


def resolve_url(workspace: Path, database_url: str) -> str:
    """Return the SQLAlchemy URL: PostgreSQL through psycopg, or a SQLite file.

    Raises:
        InvalidInputError: The URL is of another database.
    """
    if not database_url:
        return sqlite_url(workspace / "sightline.db")
    scheme, found, rest = database_url.partition("://")
    if not found:
        path = (workspace / database_url).resolve()
        _make(path.parent, "the folder of the database")
        return sqlite_url(path)
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite":
        return database_url
    raise InvalidInputError(
        f"no support for {scheme} databases", hint="use postgresql://user@host/name, or nothing"
    )


def _make(folder: Path, what: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{what}, {folder}, cannot be made: {error.strerror}",
            hint="set SIGHTLINE_DATABASE_URL (or AL_DB_PATH) to another place",
        ) from error


def _prepare(workspace: Path) -> None:
    try:
        for name in ("projects", "models", "cache", "jobs", "trash", "logs"):
            (workspace / name).mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise InvalidInputError(
            f"{workspace} cannot be a workspace: a file is in the way",
            hint="choose another folder with --workspace",
        ) from error
    except OSError as error:
        raise StorageError(
            f"the workspace {workspace} cannot be made: {error.strerror}",
            hint="choose another folder with --workspace",
        ) from error
    if not os.access(workspace, os.W_OK):
        raise StorageError(
            f"the workspace {workspace} cannot be written to",
            hint="check its permissions, or choose another folder with --workspace",
        )
