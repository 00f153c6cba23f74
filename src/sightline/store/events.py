"""What happened, in the order in which it became visible to all.

Every state change appends a row here in its own transaction; the event stream tails the table and
the browser's Last-Event-ID is a row's id. On PostgreSQL two transactions could commit in another
order than they drew their ids, and a tail would skip the late one; an advisory lock held to the
end of the transaction makes ids and commits agree. SQLite has one writer, so they always do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, insert, select, text

from sightline.core.clock import now
from sightline.store.tables import events

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sightline.store.db import Database

KEEP: Final = 20_000
"""Events kept; a browser that was away longer reads everything anew."""
_LOCK: Final = 7_214_593
_TRIM_EVERY: Final = 1_000
_APPEND: Final = insert(events)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact, told once."""

    id: int
    at: str
    kind: str
    project_id: int | None
    payload: dict[str, Any]


def append(
    connection: Connection, kind: str, project_id: int | None, payload: dict[str, Any]
) -> None:
    """Tell a fact as part of the transaction that made it true."""
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    row = connection.execute(
        _APPEND, {"at": now(), "kind": kind, "project_id": project_id, "payload": payload}
    )
    key = row.inserted_primary_key
    if key is not None and key[0] % _TRIM_EVERY == 0:
        connection.execute(delete(events).where(events.c.id <= key[0] - KEEP))


class EventLog:
    """Reads the facts back."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def last_id(self) -> int:
        """Return the id of the newest event, 0 when there is none."""
        with self._db.read() as connection:
            return int(connection.scalar(select(func.max(events.c.id))) or 0)

    def first_id(self) -> int:
        """Return the id of the oldest event that is kept, 0 when there is none."""
        with self._db.read() as connection:
            return int(connection.scalar(select(func.min(events.c.id))) or 0)

    def since(self, after: int, limit: int = 500) -> list[Event]:
        """Return events with an id above `after`, oldest first."""
        query = select(events).where(events.c.id > after).order_by(events.c.id).limit(limit)
        with self._db.read() as connection:
            return [Event(*row) for row in connection.execute(query)]
