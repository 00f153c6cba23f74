from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from sightline.core.errors import ConflictError, UnknownJobError
from sightline.store.db import Database, sqlite_url
from sightline.store.events import EventLog
from sightline.store.jobs import FINAL, JobTable, moved
from sightline.store.tables import metadata, projects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATES = ("queued", "running", *FINAL)


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "jobs.db")
    else:
        url = request.getfixturevalue("empty_postgres_url")
    db = Database(url)
    with db.transaction() as connection:
        metadata.create_all(connection)
        connection.execute(projects.insert().values(id=5, name="digits", created_at="then"))
    yield db
    db.close()


@pytest.fixture
def table(db: Database) -> JobTable:
    return JobTable(db)


def create(table: JobTable, job_id: str, kind: str = "ingest", **more: Any) -> None:
    values: dict[str, Any] = {"project": "digits", "actor": "ann", "resumable": True} | more
    table.create(job_id, kind, {"source": "/pictures"}, **values)


def bring_to(table: JobTable, job_id: str, state: str) -> None:
    create(table, job_id)
    if state != "queued":
        table.claim_next(["ingest"], at_once=99)
    if state in FINAL:
        table.finish(job_id, state)


def test_job_tells_each_change_of_state(db: Database, table: JobTable) -> None:
    create(table, "a")
    table.claim_next(["ingest"], at_once=1)
    job = table.finish("a", "done", result={"added": 3}, done=3, total=3, note="n" * 400)
    assert job.finished
    assert len(job.note) == 300
    told = EventLog(db).since(0)
    assert [(event.kind, event.project_id, event.payload["state"]) for event in told] == [
        ("job", 5, "queued"),
        ("job", 5, "running"),
        ("job", 5, "done"),
    ]
    assert told[-1].payload == table.get("a").to_dict()
    assert told[-1].payload["result"] == {"added": 3}


@pytest.mark.parametrize("state", STATES)
def test_only_running_jobs_can_be_done_or_interrupted(table: JobTable, state: str) -> None:
    for target in ("done", "interrupted"):
        job_id = f"{state}-{target}"
        bring_to(table, job_id, state)
        if state == "running":
            assert table.finish(job_id, target).state == target
        else:
            with pytest.raises(ConflictError, match=state):
                table.finish(job_id, target)
            assert table.get(job_id).state == state
            if state == "queued":
                table.finish(job_id, "cancelled")


@pytest.mark.parametrize("state", STATES)
def test_only_ended_jobs_that_did_not_succeed_are_resumed(table: JobTable, state: str) -> None:
    bring_to(table, "a", state)
    if state in {"failed", "cancelled", "interrupted"}:
        assert table.get("a").resumable
        job = table.requeue("a")
        assert (job.state, job.attempt, job.finished_at) == ("queued", 2, None)
    else:
        assert not table.get("a").resumable
        with pytest.raises(ConflictError):
            table.requeue("a")


def test_job_that_began_meanwhile_is_not_ended_as_queued(table: JobTable) -> None:
    bring_to(table, "a", "running")
    with pytest.raises(ConflictError, match="running"):
        table.finish("a", "cancelled", expect="queued")
    assert table.get("a").state == "running"


def test_kind_that_cannot_continue_is_not_resumed(table: JobTable) -> None:
    create(table, "a", resumable=False)
    table.finish("a", "failed")
    with pytest.raises(ConflictError, match="cannot continue"):
        table.requeue("a")


def test_oldest_is_claimed_first_and_no_more_than_allowed(table: JobTable) -> None:
    for job_id in ("b", "c", "a"):
        create(table, job_id)
    create(table, "0", kind="train")

    def claim(at_once: int) -> str | None:
        job = table.claim_next(["ingest", "embed"], at_once=at_once)
        return job.id if job else None

    assert [claim(2) for _ in range(3)] == ["a", "b", None]
    table.finish("a", "done")
    assert [claim(2), claim(2)] == ["c", None]
    assert claim(9) is None
    assert table.get("0").state == "queued"


def test_a_job_is_claimed_once_by_many_processes(db: Database) -> None:
    url = db.engine.url.render_as_string(hide_password=False)
    tables = [JobTable(Database(url)) for _ in range(3)]
    for index in range(6):
        create(tables[0], f"{index}")

    def claim_all(table: JobTable) -> list[str]:
        found = []
        while job := table.claim_next(["ingest"], at_once=99):
            found.append(job.id)
        return found

    with ThreadPoolExecutor(3) as pool:
        claimed = [job_id for found in pool.map(claim_all, tables) for job_id in found]
    assert sorted(claimed) == [f"{index}" for index in range(6)]
    for table in tables:
        table._db.close()


def test_jobs_are_listed_newest_first_and_filtered(table: JobTable) -> None:
    create(table, "1")
    create(table, "2", project=None)
    table.finish("1", "cancelled")
    assert [job.id for job in table.list()] == ["2", "1"]
    assert [job.id for job in table.list(limit=1)] == ["2"]
    assert [job.id for job in table.list(project="digits")] == ["1"]
    assert [job.id for job in table.list(state="cancelled")] == ["1"]
    assert [job.id for job in table.list(state=["queued", "running"])] == ["2"]


def test_active_jobs_are_not_removed(table: JobTable) -> None:
    for index in range(5):
        create(table, f"{index}")
        table.finish(f"{index}", "failed")
    create(table, "9")
    with pytest.raises(ConflictError, match="queued"):
        table.remove("9")
    assert table.finished_beyond(3) == ["1", "0"]
    table.remove("0")
    for act in (table.get, table.remove, table.requeue):
        with pytest.raises(UnknownJobError):
            act("0")


def test_queued_jobs_begin_in_the_order_that_they_were_moved_to(table: JobTable) -> None:
    for name in "abcd":
        create(table, name)
    assert table.move("d", ["ingest"], "first") == ["d", "a", "b", "c"]
    assert table.move("c", ["ingest"], "up") == ["d", "a", "c", "b"]
    assert table.move("d", ["ingest"], "down") == ["a", "d", "c", "b"]
    assert table.move("a", ["ingest"], "last") == ["d", "c", "b", "a"]
    create(table, "e")
    assert table.queue(["ingest"]) == ["d", "c", "b", "a", "e"]
    begun = [table.claim_next(["ingest"], at_once=9) for _ in range(5)]
    assert [job.id for job in begun if job] == ["d", "c", "b", "a", "e"]


def test_only_a_queued_job_moves(table: JobTable) -> None:
    bring_to(table, "a", "running")
    with pytest.raises(ConflictError, match="is running"):
        table.move("a", ["ingest"], "first")
    with pytest.raises(UnknownJobError):
        table.move("nobody", ["ingest"], "first")


@pytest.mark.parametrize("to", ["first", "up", "down", "last"])
def test_moving_loses_nobody(to: Any) -> None:
    for one in "abc":
        assert sorted(moved("abc", one, to)) == ["a", "b", "c"]
