"""Labels of pictures that are not here yet: kept as they were read, until the pictures come."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, func, insert, select

from sightline.core.clock import now
from sightline.store.sql import chunks
from sightline.store.tables import waiting_labels

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection

    from sightline.store.db import Database

PART: Final = 1_000
MAX_STEM: Final = 200


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """What a data set says of one picture."""

    id: int
    path: str
    """As the data set writes it, with `/`."""
    at: str
    source: str
    payload: bytes


class WaitingStore:
    """Waiting labels of all projects."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, project_id: int, source: str, pictures: Iterable[tuple[str, bytes]]) -> int:
        """Keep what a source says of pictures, (path, payload) each, and return how many.

        What the same source said of the same path before is replaced.
        """
        count = 0
        given = iter(pictures)
        while part := dict(itertools.islice(given, PART)):
            rows = [
                {
                    "project_id": project_id,
                    "stem": stem_of(path),
                    "path": path,
                    "at": now(),
                    "source": source[:200],
                    "payload": payload,
                }
                for path, payload in part.items()
            ]

            def work(connection: Connection, rows: list[dict[str, object]] = rows) -> None:
                connection.execute(_FORGET, rows)
                connection.execute(_KEEP, rows)

            self._db.write(work)
            count += len(rows)
        return count

    def count(self, project_id: int) -> int:
        """Return how many pictures are waited for."""
        with self._db.read() as connection:
            return int(connection.scalar(_COUNT, {"project_id": project_id}) or 0)

    def page(self, project_id: int, *, after: int, limit: int) -> list[WaitingRow]:
        """Return the next ones by id."""
        with self._db.read() as connection:
            asked = {"project_id": project_id, "after": after, "most": limit}
            return [WaitingRow(*row) for row in connection.execute(_PAGE, asked)]

    def of_stems(self, project_id: int, stems: Collection[str]) -> list[WaitingRow]:
        """Return what waits for pictures of these names, by id."""
        found: list[WaitingRow] = []
        with self._db.read() as connection:
            for part in chunks(sorted(stems)):
                asked = {"project_id": project_id, "stems": list(part)}
                found += [WaitingRow(*row) for row in connection.execute(_OF_STEMS, asked)]
        return sorted(found, key=lambda one: one.id)

    def delete(self, project_id: int, ids: Sequence[int] | None = None) -> int:
        """Forget some, or all of a project, and return how many."""

        def work(connection: Connection) -> int:
            query = delete(waiting_labels).where(waiting_labels.c.project_id == project_id)
            if ids is None:
                return connection.execute(query).rowcount
            return sum(
                connection.execute(query.where(waiting_labels.c.id.in_(part))).rowcount
                for part in chunks(ids)
            )

        return self._db.write(work)


def stem_of(path: str) -> str:
    """Return by what a picture is found: its file name without the ending, in lower case."""
    return PurePosixPath(path.replace("\\", "/")).stem.casefold()[:MAX_STEM]


_OWN: Final = waiting_labels.c.project_id == bindparam("project_id")
_KEEP: Final = insert(waiting_labels)
_FORGET: Final = delete(waiting_labels).where(
    _OWN,
    waiting_labels.c.path == bindparam("path"),
    waiting_labels.c.source == bindparam("source"),
)
_COUNT: Final = select(func.count()).select_from(waiting_labels).where(_OWN)
_ROWS: Final = select(
    waiting_labels.c.id,
    waiting_labels.c.path,
    waiting_labels.c.at,
    waiting_labels.c.source,
    waiting_labels.c.payload,
).where(_OWN)
_PAGE: Final = (
    _ROWS.where(waiting_labels.c.id > bindparam("after"))
    .order_by(waiting_labels.c.id)
    .limit(bindparam("most"))
)
_OF_STEMS: Final = _ROWS.where(waiting_labels.c.stem.in_(bindparam("stems", expanding=True)))
