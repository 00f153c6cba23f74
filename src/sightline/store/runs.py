"""Trainings and heads: what was asked, how far it is, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from sightline.core.clock import now
from sightline.core.errors import UnknownRunError
from sightline.store import events
from sightline.store.tables import heads, projects, runs

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from sightline.store.db import Database
    from sightline.store.projects import Project


@dataclass(frozen=True, slots=True)
class Run:
    """One training."""

    id: str
    project_id: int
    mode: str
    parent: str | None
    state: str
    network: str
    spec: dict[str, Any]
    created_at: str
    finished_at: str | None
    epoch: int
    epochs: int
    journal_seq: int
    metrics: dict[str, Any] | None
    model_id: str | None
    job_id: str | None
    error: dict[str, Any] | None
    notes: str
    starred: bool
    trashed_at: str | None
    project: str = ""


class RunTable:
    """Trainings of all projects."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(
        self,
        project: Project,
        run_id: str,
        *,
        mode: str,
        parent: str | None,
        network: str,
        spec: dict[str, Any],
        epochs: int,
    ) -> Run:
        """Write a run down as queued."""

        def work(connection: Connection) -> Run:
            seq = connection.scalar(select(projects.c.seq).where(projects.c.id == project.id))
            connection.execute(
                insert(runs).values(
                    id=run_id,
                    project_id=project.id,
                    mode=mode,
                    parent=parent,
                    state="queued",
                    network=network,
                    spec=spec,
                    created_at=now(),
                    epoch=0,
                    epochs=epochs,
                    journal_seq=seq or 0,
                )
            )
            return _tell(connection, run_id)

        return self._db.write(work)

    def change(self, run_id: str, **values: Any) -> Run:
        """Change columns of a run, or none, and tell it.

        Raises:
            UnknownRunError: There is none.
        """

        def work(connection: Connection) -> Run:
            if values.get("state") in {"done", "failed", "cancelled", "interrupted"}:
                values.setdefault("finished_at", now())
            if values:
                connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
            return _tell(connection, run_id)

        return self._db.write(work)

    def get(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            UnknownRunError: There is none.
        """
        with self._db.read() as connection:
            return _read(connection, run_id)

    def list(
        self,
        project_id: int | None = None,
        *,
        trashed: bool = False,
        states: Collection[str] | None = None,
    ) -> list[Run]:
        """Return runs, newest first; `trashed`: those in the trash instead."""
        gone = runs.c.trashed_at
        query = _SELECT.order_by(runs.c.created_at.desc(), runs.c.id.desc())
        query = query.where(gone.is_not(None) if trashed else gone.is_(None))
        if project_id is not None:
            query = query.where(runs.c.project_id == project_id)
        if states is not None:
            query = query.where(runs.c.state.in_(states))
        with self._db.read() as connection:
            return [Run(*row) for row in connection.execute(query)]

    def to_trash(self, run_id: str) -> None:
        """Take a run out of every list; its row stays. Its folder is the caller's business.

        Raises:
            UnknownRunError: There is none.
        """

        def work(connection: Connection) -> None:
            run = _read(connection, run_id)
            connection.execute(update(runs).where(runs.c.id == run_id).values(trashed_at=now()))
            payload = {"id": run.id, "project": run.project, "state": "deleted"}
            events.append(connection, "run", run.project_id, payload)

        self._db.write(work)

    def from_trash(self, run_id: str) -> Run:
        """Bring a run back.

        Raises:
            UnknownRunError: There is none in the trash.
        """

        def work(connection: Connection) -> Run:
            _read(connection, run_id, trashed=True)
            connection.execute(update(runs).where(runs.c.id == run_id).values(trashed_at=None))
            return _tell(connection, run_id)

        return self._db.write(work)

    def forget(self, run_id: str) -> None:
        """Erase a run that is in the trash.

        Raises:
            UnknownRunError: There is none in the trash.
        """

        def work(connection: Connection) -> None:
            _read(connection, run_id, trashed=True)
            connection.execute(delete(runs).where(runs.c.id == run_id))

        self._db.write(work)


_SELECT = select(runs, projects.c.name).join(projects, projects.c.id == runs.c.project_id)


def _read(connection: Connection, run_id: str, *, trashed: bool = False) -> Run:
    row = connection.execute(_SELECT.where(runs.c.id == run_id)).first()
    if row is None or (row.trashed_at is not None) != trashed:
        where = " in the trash" if trashed else ""
        hint = "see `sightline runs trash`" if trashed else "see `sightline runs list`"
        raise UnknownRunError(f"no run {run_id!r}{where}", hint=hint)
    return Run(*row)


def _tell(connection: Connection, run_id: str) -> Run:
    run = _read(connection, run_id)
    payload = {
        "id": run.id,
        "project": run.project,
        "state": run.state,
        "epoch": run.epoch,
        "epochs": run.epochs,
        "metrics": run.metrics,
        "model": run.model_id,
    }
    events.append(connection, "run", run.project_id, payload)
    return run


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted head; its weights lie beside its probabilities."""

    id: int
    project_id: int
    at: str
    encoder: str
    encoder_key: str
    journal_seq: int
    class_ids: tuple[int, ...]
    metrics: dict[str, Any]


class HeadTable:
    """The newest head of each project."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: dict[int, Head] = {}

    def put(
        self,
        project: Project,
        *,
        encoder: str,
        encoder_key: str,
        journal_seq: int,
        class_ids: tuple[int, ...],
        metrics: dict[str, Any],
    ) -> Head:
        """Replace the head of a project and tell it."""

        def work(connection: Connection) -> Head:
            connection.execute(delete(heads).where(heads.c.project_id == project.id))
            connection.execute(
                insert(heads).values(
                    project_id=project.id,
                    at=now(),
                    encoder=encoder,
                    encoder_key=encoder_key,
                    journal_seq=journal_seq,
                    class_ids=list(class_ids),
                    metrics=metrics,
                )
            )
            head = _head(connection, project.id)
            if head is None:
                raise UnknownRunError("the head vanished", hint="train the head again")
            _tell_head(connection, project, head)
            return head

        return self._db.write(work)

    def amend(self, project: Project, head: Head, more: dict[str, Any]) -> Head:
        """Add to the metrics of a head and tell it; one that was replaced meanwhile stays so."""

        def work(connection: Connection) -> Head:
            connection.execute(
                update(heads)
                .where(heads.c.id == head.id, heads.c.at == head.at)
                .values(metrics=head.metrics | more, at=now())
            )
            found = _head(connection, project.id) or head
            _tell_head(connection, project, found)
            return found

        return self._db.write(work)

    def drop(self, project: Project) -> None:
        """Forget the head of a project, and tell it."""

        def work(connection: Connection) -> None:
            connection.execute(delete(heads).where(heads.c.project_id == project.id))
            events.append(connection, "head", project.id, {"project": project.name, "id": None})

        self._db.write(work)

    def get(self, project_id: int) -> Head | None:
        """Return the head of a project, or None."""
        with self._db.read() as connection:
            mark = connection.execute(_MARK, {"project": project_id}).first()
            kept = self._kept.get(project_id)
            if mark is None or (kept is not None and (kept.id, kept.at) == tuple(mark)):
                return None if mark is None else kept
            head = _head(connection, project_id)
        if head is not None:
            self._kept[project_id] = head
        return head


_NEWEST: Final = (
    select(heads).where(heads.c.project_id == bindparam("project")).order_by(heads.c.id.desc())
)
_MARK: Final = (
    select(heads.c.id, heads.c.at)
    .where(heads.c.project_id == bindparam("project"))
    .order_by(heads.c.id.desc())
)
"""A head's metrics may be long: they are read again only when they changed."""
_SHORT: Final = (int, float, str, type(None))


def _tell_head(connection: Connection, project: Project, head: Head) -> None:
    """Tell a head and its figures, not its tables: those are read by whoever shows them."""
    figures = {name: one for name, one in head.metrics.items() if isinstance(one, _SHORT)}
    payload = {"project": project.name, "id": head.id, "journal_seq": head.journal_seq}
    events.append(connection, "head", project.id, payload | figures)


def _head(connection: Connection, project_id: int) -> Head | None:
    row = connection.execute(_NEWEST, {"project": project_id}).first()
    if row is None:
        return None
    values = dict(row._asdict())
    values["class_ids"] = tuple(values["class_ids"])
    return Head(**values)
