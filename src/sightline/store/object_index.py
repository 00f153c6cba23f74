"""All objects of a project as arrays, in step with the database.

What looks at all objects (the gallery, the checks) works on these; objects of images that changed
are read again by the project's change number.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import bindparam, select

from sightline.core.geometry.shapes import KINDS
from sightline.store.tables import images, object_rows, projects

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from sightline.core.arrays import F64, I32, I64
    from sightline.store.db import Database

KEPT: Final = 4
"""Projects whose arrays stay in memory; a million objects take 90 MB."""
_PART: Final = 20_000
_CODES: Final = {kind: code for code, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class ObjectArrays:
    """N objects by ordinal of their image, then by uid. Never changed."""

    ordinal: I64
    """(N,) ascending."""
    class_id: I32
    """(N,)"""
    kind: I32
    """(N,) place in `shapes.KINDS`."""
    bounds: F64
    """(N, 4) x1, y1, x2, y2 in pixels."""
    size: I32
    """(N, 2) width and height of the image, pixels."""
    uid: NDArray[np.bytes_]
    """(N,)"""

    def __len__(self) -> int:
        """Return N."""
        return len(self.ordinal)


_SEQ: Final = select(projects.c.seq).where(projects.c.id == bindparam("project"))
_CHANGED: Final = (images.c.project_id == bindparam("project"), images.c.seq > bindparam("since"))
_TOUCHED: Final = select(images.c.ordinal).where(*_CHANGED)
_ROWS: Final = (
    select(
        images.c.ordinal,
        object_rows.c.class_id,
        object_rows.c.kind,
        object_rows.c.x1,
        object_rows.c.y1,
        object_rows.c.x2,
        object_rows.c.y2,
        images.c.width,
        images.c.height,
        object_rows.c.uid,
    )
    .join(object_rows, object_rows.c.image_id == images.c.id)
    .where(*_CHANGED, images.c.deleted.is_(False), images.c.objects > 0)
)


class ObjectIndex:
    """Keeps the arrays of the projects that were asked for last."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: OrderedDict[int, tuple[int, ObjectArrays]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, project_id: int) -> tuple[int, ObjectArrays]:
        """Return the arrays as of now, and the change number that they are of."""
        with self._lock:
            found = self._refreshed(project_id, self._known.get(project_id))
            self._known[project_id] = found
            self._known.move_to_end(project_id)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
            return found

    def _refreshed(
        self, project_id: int, known: tuple[int, ObjectArrays] | None
    ) -> tuple[int, ObjectArrays]:
        with self._db.read() as connection:
            seq = connection.scalar(_SEQ, {"project": project_id}) or 0
            if known is not None and known[0] == seq:
                return known
            asked = {"project": project_id, "since": -1 if known is None else known[0]}
            parts = _read(connection, asked)
            if known is not None:
                touched = list(connection.scalars(_TOUCHED, asked))
                kept = ~np.isin(known[1].ordinal, touched)
                if kept.all() and not parts:
                    return seq, known[1]
                parts.append(_taken(known[1], kept))
        return seq, _joined(parts)


def _read(connection: Connection, asked: dict[str, Any]) -> list[ObjectArrays]:
    result = connection.execute(_ROWS.execution_options(yield_per=_PART), asked)
    return [_arrays(rows) for rows in result.partitions()]


def _arrays(rows: Any) -> ObjectArrays:
    ordinal, class_id, kind, x1, y1, x2, y2, width, height, uid = zip(*rows, strict=True)
    return ObjectArrays(
        np.asarray(ordinal, np.int64),
        np.asarray(class_id, np.int32),
        np.asarray([_CODES[one] for one in kind], np.int32),
        np.asarray((x1, y1, x2, y2), np.float64).T,
        np.asarray((width, height), np.int32).T,
        np.asarray(uid, "S32"),
    )


def _taken(one: ObjectArrays, at: NDArray[Any]) -> ObjectArrays:
    return ObjectArrays(*(getattr(one, each.name)[at] for each in fields(one)))


def _joined(parts: list[ObjectArrays]) -> ObjectArrays:
    if not parts:
        return ObjectArrays(
            np.zeros(0, np.int64),
            np.zeros(0, np.int32),
            np.zeros(0, np.int32),
            np.zeros((0, 4)),
            np.zeros((0, 2), np.int32),
            np.zeros(0, "S32"),
        )
    names = [each.name for each in fields(ObjectArrays)]
    whole = ObjectArrays(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))
    return _taken(whole, np.lexsort((whole.uid, whole.ordinal)))
