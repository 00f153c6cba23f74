"""A real database for every test: SQLite, and PostgreSQL where it says `db`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.pictures import new_file
from sightline.store.db import Database, sqlite_url
from sightline.store.images import ImageTable
from sightline.store.labels import LabelStore
from sightline.store.projects import Project, ProjectTable
from sightline.store.schema import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "test.db")
    else:
        url = request.getfixturevalue("empty_postgres_url")
    database = Database(url)
    migrate(database, backups=tmp_path / "backups")
    yield database
    database.close()


@pytest.fixture
def project(db: Database) -> Project:
    """A project with ten images."""
    made = ProjectTable(db).create("pets")
    ImageTable(db).register(made, [new_file(number) for number in range(10)])
    return made


@pytest.fixture
def ids(db: Database, project: Project) -> list[int]:
    """The ids of its images, by ordinal."""
    return [row.id for row in ImageTable(db).by_ordinals(project.id, range(10))]


@pytest.fixture
def labels(db: Database) -> LabelStore:
    """What changes labels."""
    return LabelStore(db)
