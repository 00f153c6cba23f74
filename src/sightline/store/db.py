"""One database, many readers, and one writer that commits in groups.

On a disk an fsync costs the same for one change as for fifty. Writers that each commit on their
own also starve each other while they wait for SQLite's lock. So every short write of a process is
handed to one thread, which commits what has gathered in one transaction, a savepoint for each,
and answers only when the commit is on the disk.
"""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import URL, create_engine, event
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from sightline.core.errors import InvalidInputError, MissingExtraError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

T = TypeVar("T")
GROUP: Final = 64
BUSY_TIMEOUT_MS: Final = 30_000


class Database:
    """An engine with its writer. Close it to stop the writer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._inbox: queue.SimpleQueue[tuple[Any, Future[Any]] | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._start = threading.Lock()
        self._closed = False

    @property
    def is_sqlite(self) -> bool:
        """Tell SQLite from PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading: one consistent state throughout."""
        with storage_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection for a long write of one's own (bulk ingest, migrations).

        Commits at the end, rolls back on an error. SQLite lets one writer in at a time.
        """
        with storage_errors(), self.engine.connect() as connection:
            _begin(connection, write=True)
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def write(self, work: Callable[[Connection], T]) -> T:
        """Do a short write and return once it is durable.

        Raises:
            StorageError: The disk or the database refuses; nothing was written.
        """
        return self.submit(work).result()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Hand in a short write; the future is done once it is durable, or has its error."""
        future: Future[T] = Future()
        with self._start:
            if self._closed:
                raise StorageError("the database is closed", hint="start Sightline again")
            if self._writer is None:
                self._writer = threading.Thread(target=self._serve, name="db-writer", daemon=True)
                self._writer.start()
            self._inbox.put((work, future))
        return future

    def close(self) -> None:
        """Finish what was handed in and let go of the connections."""
        with self._start:
            self._closed = True
            writer = self._writer
            if writer is not None:
                self._inbox.put(None)
        if writer is not None:
            writer.join()
        self.engine.dispose()

    def _serve(self) -> None:
        while True:
            group, last = self._gather()
            if group:
                self._commit(group)
            if last:
                return

    def _gather(self) -> tuple[list[tuple[Any, Future[Any]]], bool]:
        group: list[tuple[Any, Future[Any]]] = []
        item = self._inbox.get()
        while item is not None:
            group.append(item)
            if len(group) == GROUP:
                return group, False
            try:
                item = self._inbox.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: list[tuple[Any, Future[Any]]]) -> None:
        """Do a group in one transaction; when one of them fails, all again in savepoints."""
        asked = [pair for pair in group if pair[1].set_running_or_notify_cancel()]
        try:
            try:
                with self.transaction() as connection:
                    answers = [(future, work(connection)) for work, future in asked]
            except (OperationalError, StorageError):
                raise  # the whole group's: the disk is full, the connection is lost
            except Exception:  # noqa: BLE001 - somebody's: the second time tells whose
                answers = self._commit_apart(asked)
        except Exception as error:  # noqa: BLE001 - nothing is durable: every caller must hear it
            for _, future in asked:
                if not future.done():
                    future.set_exception(error)
            return
        for future, answer in answers:
            future.set_result(answer)

    def _commit_apart(self, asked: list[tuple[Any, Future[Any]]]) -> list[tuple[Future[Any], Any]]:
        """Do each in a savepoint of its own and tell those that fail why."""
        answers: list[tuple[Future[Any], Any]] = []
        with self.transaction() as connection:
            for work, future in asked:
                answer, error = _in_savepoint(connection, work)
                if error is None:
                    answers.append((future, answer))
                else:
                    future.set_exception(error)
        return answers


def _in_savepoint(
    connection: Connection, work: Callable[[Connection], T]
) -> tuple[T | None, Exception | None]:
    """Return what `work` answers, or its error with its writes taken back.

    An OperationalError (disk full, connection lost) is the whole group's and passes through.
    """
    savepoint = connection.begin_nested()
    try:
        answer = work(connection)
    except OperationalError:
        raise  # SQLite has already rolled everything back: there is no savepoint to go to
    except Exception as error:  # noqa: BLE001 - it belongs to the caller, not to this thread
        savepoint.rollback()
        return None, error
    savepoint.commit()
    return answer, None


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn what the driver raises into a StorageError that says what to do."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in {OperationalError, DatabaseError}:
            raise  # a broken rule of a table: the caller knows what it means
        raise StorageError(f"the database refuses: {error.orig}", hint=_hint(str(error))) from error


def _hint(message: str) -> str:
    lower = message.lower()
    if "full" in lower or "no space" in lower:
        return "the disk is full: free some space, nothing that was saved is lost"
    if "not a database" in lower or "malformed" in lower:
        return "the file is damaged: restore a copy from the workspace's backups folder"
    if "locked" in lower or "busy" in lower:
        return "another program is writing for a long time: wait and try again"
    if "readonly" in lower or "read-only" in lower or "unable to open" in lower:
        return "check the permissions of the workspace folder"
    if "connect" in lower:
        return "check SIGHTLINE_DATABASE_URL and that the server is running"
    return "see `sightline doctor`"


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return _server_engine(url)
    engine = create_engine(
        URL.create(
            "sqlite", database=url.removeprefix("sqlite:///")
        ),  # any character is the path's
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
            "cache_size=-32000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("sightline_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _server_engine(url: str) -> Engine:
    try:
        return create_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"PostgreSQL needs {error.name}", hint="pip install 'sightline[postgresql]'"
        ) from error
    except (ArgumentError, ValueError) as error:
        raise InvalidInputError(
            "the database URL is not valid", hint="write it as postgresql://user@host:5432/name"
        ) from error


def _begin(connection: Connection, *, write: bool) -> None:
    connection.execution_options(sightline_write=write)
    connection.begin()


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{path}"
