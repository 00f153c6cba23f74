"""Long work as the database knows it: what was asked, in which state it is, what came of it.

    queued -> running -> done | failed | cancelled | interrupted
    queued -> cancelled | failed
    failed | cancelled | interrupted -> queued     resumed: the next attempt

Progress does not pass through here: a job writes it to its own file. Each change of state appends
an event in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import delete, func, insert, select, text, update

from sightline.core.clock import now
from sightline.core.errors import ConflictError, UnknownJobError
from sightline.store import events
from sightline.store.tables import jobs, projects

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from sightline.store.db import Database

ACTIVE: Final = ("queued", "running")
FINAL: Final = ("done", "failed", "cancelled", "interrupted")
RESUMABLE: Final = ("failed", "cancelled", "interrupted")
Move = Literal["first", "up", "down", "last"]
_BEFORE: Final[dict[str, tuple[str, ...]]] = {
    "queued": RESUMABLE,
    "running": ("queued",),
    "done": ("running",),
    "failed": ("queued", "running"),
    "cancelled": ("queued", "running"),
    "interrupted": ("running",),
}
"""From which states each state can be reached."""
_NOTE_CHARACTERS: Final = 300
_LOCK: Final = 7_214_595


@dataclass(frozen=True, slots=True)
class Job:
    """Any long work. `rate` (per second) and `eta_s` are there while it runs."""

    id: str
    kind: str
    project: str | None
    arguments: dict[str, Any]
    actor: str
    state: str
    can_resume: bool
    """Whether this kind of job continues where it stopped."""
    attempt: int
    created_at: str
    started_at: str | None
    finished_at: str | None
    done: int
    total: int | None
    note: str
    error: dict[str, Any] | None
    result: dict[str, Any] | None
    rank: int = 0
    """Which of the queued goes first: the lowest, of equal ones the oldest."""
    rate: float | None = None
    eta_s: float | None = None

    @property
    def finished(self) -> bool:
        """Tell whether it has ended, in whichever way."""
        return self.state in FINAL

    @property
    def resumable(self) -> bool:
        """Tell whether it can be resumed now."""
        return self.can_resume and self.state in RESUMABLE

    def to_dict(self) -> dict[str, Any]:
        """Return it as the API gives it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "project": self.project,
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "rate": self.rate,
            "eta_s": self.eta_s,
            "note": self.note,
            "error": self.error,
            "result": self.result,
            "created_at": self.created_at,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "resumable": self.resumable,
        }


class JobTable:
    """Jobs of all projects. Ids sort by the time of creation."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(
        self,
        job_id: str,
        kind: str,
        arguments: dict[str, Any],
        *,
        project: str | None,
        actor: str,
        resumable: bool,
        running: bool = False,
    ) -> Job:
        """Write a job down as queued, or as running at once."""
        at = now()

        def work(connection: Connection) -> Job:
            connection.execute(
                insert(jobs).values(
                    id=job_id,
                    kind=kind,
                    project=project,
                    arguments=arguments,
                    actor=actor,
                    state="running" if running else "queued",
                    resumable=resumable,
                    attempt=1,
                    created_at=at,
                    started_at=at if running else None,
                )
            )
            return _tell(connection, job_id)

        return self._db.write(work)

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            UnknownJobError: There is none.
        """
        with self._db.read() as connection:
            return _read(connection, job_id)

    def list(
        self,
        *,
        state: str | Collection[str] | None = None,
        project: str | None = None,
        limit: int = 200,
    ) -> list[Job]:
        """Return jobs in a state (or one of several; None: in any), newest first."""
        query = select(jobs).order_by(jobs.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(jobs.c.state.in_([state] if isinstance(state, str) else state))
        if project is not None:
            query = query.where(jobs.c.project == project)
        with self._db.read() as connection:
            return [Job(*row) for row in connection.execute(query)]

    def claim_next(self, kinds: Collection[str], *, at_once: int) -> Job | None:
        """Make the oldest queued job of these kinds running, unless `at_once` of them run.

        Of several processes that ask, one gets it.
        """

        def work(connection: Connection) -> Job | None:
            if connection.dialect.name != "sqlite":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            mine = jobs.c.kind.in_(kinds)
            count = select(func.count()).where(mine, jobs.c.state == "running")
            if (connection.scalar(count) or 0) >= at_once:
                return None
            job_id = connection.scalar(_queue(kinds, jobs.c.id).limit(1))
            if job_id is None:
                return None
            return _move(connection, job_id, "running", started_at=now(), finished_at=None)

        return self._db.write(work)

    def queue(self, kinds: Collection[str]) -> Sequence[str]:
        """Return the ids of the queued jobs of these kinds, the next one first."""
        with self._db.read() as connection:
            return connection.scalars(_queue(kinds, jobs.c.id)).all()

    def move(self, job_id: str, kinds: Collection[str], to: Move) -> Sequence[str]:
        """Move a queued job among those of these kinds and return their new order.

        Raises:
            UnknownJobError: There is none.
            ConflictError: It is not queued.
        """

        def work(connection: Connection) -> Sequence[str]:
            order = list(connection.scalars(_queue(kinds, jobs.c.id)))
            if job_id not in order:
                job = _read(connection, job_id)
                raise ConflictError(f"job {job_id} is {job.state}", hint="only the queued move")
            order = moved(order, job_id, to)
            for place, one in enumerate(order):
                rank = place - len(order)  # below zero: before those that come later
                connection.execute(update(jobs).where(jobs.c.id == one).values(rank=rank))
            _tell(connection, job_id)
            return order

        return self._db.write(work)

    def finish(
        self,
        job_id: str,
        state: str,
        *,
        result: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
        done: int | None = None,
        total: int | None = None,
        note: str | None = None,
        expect: str | None = None,
    ) -> Job:
        """End a job, with how far it came (None: leave what is written).

        `expect` ends it in that state only: nobody can have begun a job that is still queued.

        Raises:
            UnknownJobError: There is none.
            ConflictError: It is not in a state that can end so.
        """
        values: dict[str, Any] = {"result": result, "error": error, "finished_at": now()}
        if done is not None:
            values |= {"done": done, "total": total}
        if note is not None:
            values["note"] = note[:_NOTE_CHARACTERS]

        def work(connection: Connection) -> Job:
            return _move(connection, job_id, state, expect, **values)

        return self._db.write(work)

    def requeue(self, job_id: str) -> Job:
        """Queue a job again for its next attempt.

        Raises:
            UnknownJobError: There is none.
            ConflictError: It is active, done, or of a kind that cannot continue.
        """

        def work(connection: Connection) -> Job:
            job = _read(connection, job_id)
            if not job.resumable:
                why = f"is {job.state}" if job.can_resume else f"of kind {job.kind} cannot continue"
                raise ConflictError(f"job {job_id} {why}", hint="start a new one")
            values: dict[str, Any] = {"error": None, "finished_at": None}
            values |= {"attempt": job.attempt + 1, "rank": 0}
            return _move(connection, job_id, "queued", **values)

        return self._db.write(work)

    def remove(self, job_id: str) -> None:
        """Forget a job that has ended.

        Raises:
            UnknownJobError: There is none.
            ConflictError: It is active.
        """

        def work(connection: Connection) -> None:
            job = _read(connection, job_id)
            if not job.finished:
                raise ConflictError(f"job {job_id} is {job.state}", hint="cancel it first")
            connection.execute(delete(jobs).where(jobs.c.id == job_id))

        self._db.write(work)

    def finished_beyond(self, keep: int) -> Sequence[str]:
        """Return the ids of ended jobs older than the newest `keep` of them."""
        query = select(jobs.c.id).where(jobs.c.state.in_(FINAL)).order_by(jobs.c.id.desc())
        with self._db.read() as connection:
            return connection.scalars(query.offset(keep)).all()


def moved(order: Sequence[str], one: str, to: Move) -> list[str]:
    """Return an order with one of its members moved."""
    at = order.index(one)
    rest = [other for other in order if other != one]
    place = {"first": 0, "up": max(0, at - 1), "down": at + 1, "last": len(rest)}[to]
    return [*rest[:place], one, *rest[place:]]


def _queue(kinds: Collection[str], column: Any) -> Any:
    """Return the query for the queued jobs of these kinds, the next one first."""
    queued = select(column).where(jobs.c.kind.in_(kinds), jobs.c.state == "queued")
    return queued.order_by(jobs.c.rank, jobs.c.id)


def _read(connection: Connection, job_id: str) -> Job:
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
    if row is None:
        raise UnknownJobError(f"no job {job_id!r}", hint="see `sightline jobs list`")
    return Job(*row)


def _move(
    connection: Connection, job_id: str, state: str, expect: str | None = None, **values: Any
) -> Job:
    """Change the state where the table of states allows it, and tell it."""
    before = _BEFORE[state] if expect is None else (expect,)
    changed = connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state.in_(before))
        .values(state=state, **values)
    )
    if changed.rowcount != 1:
        job = _read(connection, job_id)
        raise ConflictError(f"job {job_id} is {job.state} and cannot become {state}")
    return _tell(connection, job_id)


def _tell(connection: Connection, job_id: str) -> Job:
    job = _read(connection, job_id)
    project_id = None
    if job.project is not None:
        named = select(projects.c.id).where(projects.c.name == job.project)
        project_id = connection.scalar(named)
    events.append(connection, "job", project_id, job.to_dict())
    return job
