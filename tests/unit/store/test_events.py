from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from sightline.store import events
from sightline.store.events import EventLog

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sightline.store.db import Database


def test_since_gives_what_is_new_in_order(db: Database) -> None:
    log = EventLog(db)
    start = log.last_id()
    for number in range(5):
        db.write(partial(events.append, kind="labels", project_id=1, payload={"seq": number}))
    found = log.since(start)
    assert [one.payload["seq"] for one in found] == [0, 1, 2, 3, 4]
    assert log.since(found[2].id)[0].payload["seq"] == 3
    assert log.last_id() == found[-1].id


def test_an_event_of_a_write_that_failed_is_never_told(db: Database) -> None:
    log = EventLog(db)
    start = log.last_id()

    def work(connection: Connection) -> None:
        events.append(connection, "labels", 1, {})
        raise ValueError

    assert isinstance(db.submit(work).exception(10), ValueError)
    assert log.since(start) == []


def test_a_tail_skips_no_event_however_slowly_a_writer_commits(db: Database) -> None:
    """Ids must become visible in their order, else a tail that has seen 2 never sees 1."""
    log = EventLog(db)
    start = log.last_id()
    drawn, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with db.transaction() as connection:
            events.append(connection, "labels", 1, {"who": "slow"})
            drawn.set()
            may_commit.wait(60)

    first = threading.Thread(target=slow)
    first.start()
    assert drawn.wait(60)
    second = db.submit(lambda c: events.append(c, "labels", 1, {"who": "quick"}))
    assert log.since(start) == [], "the quick one waits for the slow one"
    may_commit.set()
    first.join()
    second.result(60)
    assert [one.payload["who"] for one in log.since(start)] == ["slow", "quick"]
