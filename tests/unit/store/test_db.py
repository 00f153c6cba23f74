from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select, text

from sightline.core.errors import ConflictError, StorageError
from sightline.store.db import Database, sqlite_url
from sightline.store.tables import projects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection


def add(name: str) -> Callable[[Connection], object]:
    values = {"name": name, "created_at": "now", "next_ordinal": 0, "seq": 0}
    return lambda connection: connection.execute(insert(projects).values(**values))


def names(db: Database) -> set[str]:
    with db.read() as connection:
        return set(connection.scalars(select(projects.c.name)))


def test_a_write_is_there_when_it_returns(db: Database) -> None:
    db.write(add("one"))
    assert names(db) == {"one"}


def test_an_error_of_one_writer_does_not_touch_the_others_of_its_group(db: Database) -> None:
    gate = threading.Event()

    def wait(_connection: Connection) -> None:
        gate.wait(60)

    def fail(connection: Connection) -> None:
        add("lost")(connection)
        raise ConflictError("no", hint="")

    first = db.submit(wait)
    good, bad, last = db.submit(add("good")), db.submit(fail), db.submit(add("last"))
    gate.set()
    for future in (first, good, last):
        future.result(60)
    with pytest.raises(ConflictError):
        bad.result(60)
    assert names(db) == {"good", "last"}


def test_writers_in_many_threads_all_end_and_none_is_lost(db: Database) -> None:
    def work(who: int) -> None:
        for number in range(20):
            db.write(add(f"{who}-{number}"))

    threads = [threading.Thread(target=work, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as connection:
        assert connection.scalar(select(func.count()).select_from(projects)) == 160


def test_close_finishes_what_was_handed_in_and_refuses_more(tmp_path: Path) -> None:
    db = Database(sqlite_url(tmp_path / "x.db"))
    db.write(lambda connection: connection.execute(text("CREATE TABLE t (x INTEGER)")))
    futures = [
        db.submit(lambda connection: connection.execute(text("INSERT INTO t VALUES (1)")))
        for _ in range(100)
    ]
    db.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(StorageError, match="closed"):
        db.submit(lambda connection: connection.execute(text("INSERT INTO t VALUES (1)")))


def test_a_full_disk_is_an_error_with_a_hint_and_nothing_is_lost(tmp_path: Path) -> None:
    db = Database(sqlite_url(tmp_path / "x.db"))
    db.write(lambda connection: connection.execute(text("CREATE TABLE t (x TEXT)")))
    db.write(lambda connection: connection.execute(text("INSERT INTO t VALUES ('kept')")))

    def fill(connection: Connection) -> None:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count={pages}"))
        try:
            connection.execute(text("INSERT INTO t VALUES (:x)"), {"x": "y" * 100_000})
        finally:
            connection.execute(text("PRAGMA max_page_count=1000000"))

    with pytest.raises(StorageError) as caught:
        db.write(fill)
    assert "disk is full" in caught.value.hint
    db.write(lambda connection: connection.execute(text("INSERT INTO t VALUES ('more')")))
    with db.read() as connection:
        assert set(connection.scalars(text("SELECT x FROM t"))) == {"kept", "more"}
    db.close()


def test_a_database_that_cannot_be_reached_is_an_error_with_a_hint() -> None:
    db = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(StorageError, match="refuses"), db.read():
        pass
    db.close()
