from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from sightline.core.errors import StorageError
from sightline.store import schema
from sightline.store.projects import ProjectTable
from sightline.store.tables import metadata

if TYPE_CHECKING:
    from sightline.store.db import Database


def test_the_steps_lead_to_the_tables(db: Database) -> None:
    with db.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_head_is_the_newest_step() -> None:
    steps = sorted((Path(schema.__file__).parent / "migrations/versions").glob("[0-9]*.py"))
    assert steps[-1].name.startswith(schema.HEAD)


def test_nothing_is_done_to_an_up_to_date_database(db: Database, tmp_path: Path) -> None:
    assert schema.migrate(db, backups=tmp_path / "b") is None
    assert not (tmp_path / "b").exists()


def test_a_newer_database_is_refused(db: Database, tmp_path: Path) -> None:
    db.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StorageError, match="newer"):
        schema.migrate(db, backups=tmp_path)


def test_a_backup_holds_what_was_there(db: Database, tmp_path: Path) -> None:
    if not db.is_sqlite:
        assert schema._back_up(db, tmp_path, "0001") is None
        return
    ProjectTable(db).create("kept")
    copy = schema._back_up(db, tmp_path, "0001")
    assert copy is not None
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT name FROM projects").fetchall() == [("kept",)]
