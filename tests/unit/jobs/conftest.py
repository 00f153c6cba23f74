from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.jobs import make_runner, open_db
from sightline.jobs.processes import kill_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.jobs.runner import JobRunner
    from sightline.store.db import Database


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "jobs").mkdir()
    return tmp_path


@pytest.fixture
def db(workspace: Path) -> Iterator[Database]:
    db = open_db(workspace)
    yield db
    db.close()


@pytest.fixture
def runner(db: Database, workspace: Path) -> Iterator[JobRunner]:
    """A runner whose workers are gone at the end, however the test ended."""
    runner = make_runner(db, workspace)
    yield runner
    for job in runner.list(state="running"):
        child = runner.folder(job.id).child(job.attempt)
        if child is not None and not child.inline:
            kill_tree(child.pid, child.created)
    runner.close()
