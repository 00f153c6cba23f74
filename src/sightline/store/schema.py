"""Bring a database to the schema that this version writes; a backup comes first."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, make_url, text

from sightline.core.clock import now
from sightline.core.errors import InvalidInputError, StorageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sightline.store.db import Database

HEAD: Final = "0004"
"""The newest step; a test holds it to the files in migrations/versions."""
BACKUPS_KEPT: Final = 5


def refuse_foreign(url: str) -> None:
    """Look at a SQLite file before anything is opened for writing, which would already change it.

    Raises:
        InvalidInputError: It is a database of another program.
    """
    path = Path(make_url(url).database or "") if url.startswith("sqlite") else Path()
    if not path.is_file():
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            tables = [name for (name,) in found.execute(_TABLES)]
    except sqlite3.Error:  # whatever it is, opening it tells
        return
    if tables and "alembic_version" not in tables:
        raise InvalidInputError(
            f"{path} is a database of another program (its tables: {', '.join(tables[:5])})",
            hint="name a file that is not there yet, and take this one in with "
            "`sightline labels import PROJECT FILE --format hoshina`",
        )


_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"


def migrate(db: Database, *, backups: Path) -> str | None:
    """Bring the schema up to date and return the backup's path, None when nothing was to do.

    Raises:
        StorageError: The database was written by a newer version, which this one must not touch.
    """
    with db.read() as connection:
        current = _version(connection)
    if current == HEAD:
        return None
    known = {path.name[:4] for path in (_FOLDER / "versions").glob("[0-9]*.py")}
    if current is not None and current not in known:
        raise StorageError(
            f"the database has schema {current}, newer than this version's {HEAD}",
            hint="start it with the newer Sightline, or restore an older backup",
        )
    backup = _back_up(db, backups, current) if current is not None else None
    _upgrade(db)
    return backup


_FOLDER: Final = Path(__file__).parent / "migrations"


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _upgrade(db: Database) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    with db.transaction() as connection:
        if not db.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(7214594)"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _back_up(db: Database, backups: Path, version: str) -> str | None:
    """Copy a SQLite file by its own backup API; a PostgreSQL server has its own backups."""
    if not db.is_sqlite:
        return None
    source = db.engine.url.database or ""
    backups.mkdir(parents=True, exist_ok=True)
    target = backups / f"sightline-{version}-{now().replace(':', '')}.db"
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
    for stale in sorted(backups.glob("sightline-*.db"))[:-BACKUPS_KEPT]:
        stale.unlink()
    return str(target)
