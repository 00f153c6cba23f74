from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import UnknownRunError
from sightline.store.events import EventLog
from sightline.store.runs import HeadTable, RunTable

if TYPE_CHECKING:
    from sightline.store.db import Database
    from sightline.store.projects import Project


def test_a_run_is_told_at_every_change(db: Database, project: Project) -> None:
    table = RunTable(db)
    start = EventLog(db).last_id()
    table.create(
        project, "r1", mode="new", parent=None, network="small_cnn", spec={"epochs": 2}, epochs=2
    )
    table.change("r1", state="done", epoch=2, metrics={"accuracy": 1.0})
    run = table.get("r1")
    assert (run.project, run.state, run.metrics) == ("pets", "done", {"accuracy": 1.0})
    assert run.finished_at is not None
    told = [one.payload["state"] for one in EventLog(db).since(start) if one.kind == "run"]
    assert told == ["queued", "done"]


def test_a_run_in_the_trash_is_unknown_until_it_is_fetched_back(
    db: Database, project: Project
) -> None:
    table = RunTable(db)
    table.create(project, "r1", mode="new", parent=None, network="n", spec={}, epochs=1)
    table.change("r1", notes="the good one", starred=True)
    with pytest.raises(UnknownRunError, match="in the trash"):
        table.from_trash("r1")
    table.to_trash("r1")
    assert table.list(project.id) == []
    with pytest.raises(UnknownRunError):
        table.get("r1")
    assert [one.id for one in table.list(trashed=True)] == ["r1"]
    back = table.from_trash("r1")
    assert (back.notes, back.starred, table.get("r1")) == ("the good one", True, back)
    table.to_trash("r1")
    table.forget("r1")
    assert table.list(trashed=True) == []


def test_runs_are_listed_by_state(db: Database, project: Project) -> None:
    table = RunTable(db)
    for name, state in (("r1", "done"), ("r2", "running"), ("r3", "queued")):
        table.create(project, name, mode="new", parent=None, network="n", spec={}, epochs=1)
        table.change(name, state=state)
    assert {one.id for one in table.list(states=("running", "queued"))} == {"r2", "r3"}


def test_a_project_has_one_head_the_newest(db: Database, project: Project) -> None:
    table = HeadTable(db)
    for seq in (1, 2):
        table.put(
            project,
            encoder="hog",
            encoder_key="k",
            journal_seq=seq,
            class_ids=(1, 2),
            metrics={"accuracy": 0.5},
        )
    head = table.get(project.id)
    assert head is not None
    assert (head.journal_seq, head.class_ids) == (2, (1, 2))
