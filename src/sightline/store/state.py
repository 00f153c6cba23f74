"""The state of every image of a project as arrays by ordinal, in step with the database.

Filters and queues over a million images are array operations on these; a row that changed is read
again by the project's change number, so a refresh costs what changed, whoever changed it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import bindparam, select

from sightline.store.tables import annotation_rows, images, projects
from sightline.store.tag_rows import TagRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import I32, I64, Bool
    from sightline.store.db import Database

NO_CLASS = -1


@dataclass(slots=True)
class ProjectState:
    """Arrays by ordinal; N is the highest ordinal ever given plus one. Read only."""

    seq: int
    image_id: I64
    """(N,) 0 where an ordinal has no image."""
    status: I32
    """(N,) place in STATUSES."""
    class_id: I32
    """(N,) -1 for none."""
    split: I32
    """(N,) place in SPLITS."""
    alive: Bool
    """(N,) not deleted."""
    tags: TagRows = field(default_factory=TagRows.none)
    review: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    """(N,) place in REVIEWS."""
    objects: I32 = field(default_factory=lambda: np.zeros(0, np.int32))
    """(N,) how many are drawn."""

    @property
    def size(self) -> int:
        """Return N."""
        return len(self.image_id)


_HEAD: Final = select(projects.c.seq, projects.c.next_ordinal).where(
    projects.c.id == bindparam("project")
)


_TAGS: Final = (
    select(images.c.ordinal, annotation_rows.c.class_id)
    .join(annotation_rows, annotation_rows.c.image_id == images.c.id)
    .where(
        images.c.project_id == bindparam("project"),
        images.c.seq > bindparam("since"),
        annotation_rows.c.kind == "tag",
    )
)
"""Of images that changed, by the index of their change numbers."""


class StateCache:
    """Keeps one ProjectState per project and brings it up to date when it is asked for."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._states: dict[int, ProjectState] = {}
        self._lock = threading.Lock()

    def get(self, project_id: int) -> ProjectState:
        """Return the state as of now. The arrays are replaced, never changed, by a refresh."""
        with self._lock:
            state = self._states.get(project_id)
            fresh = self._refresh(project_id, state)
            self._states[project_id] = fresh
            return fresh

    def drop(self, project_id: int) -> None:
        """Forget a project."""
        with self._lock:
            self._states.pop(project_id, None)

    def _refresh(self, project_id: int, state: ProjectState | None) -> ProjectState:
        with self._db.read() as connection:
            row = connection.execute(_HEAD, {"project": project_id}).first()
            seq, size = (row.seq, row.next_ordinal) if row else (0, 0)
            if state is not None and state.seq == seq:
                return state
            query = select(
                images.c.ordinal,
                images.c.id,
                images.c.status,
                images.c.class_id,
                images.c.split,
                images.c.deleted,
                images.c.review,
                images.c.objects,
            ).where(images.c.project_id == project_id)
            if state is not None:
                query = query.where(images.c.seq > state.seq)
            changed = connection.execute(query).all()
            since = -1 if state is None else state.seq
            asked = {"project": project_id, "since": since}
            tags = [(row.ordinal, row.class_id) for row in connection.execute(_TAGS, asked)]
        return _merge(state, seq, size, [tuple(row) for row in changed], tags)


def _merge(
    state: ProjectState | None,
    seq: int,
    size: int,
    changed: list[tuple[int, ...]],
    tags: list[tuple[int, int]],
) -> ProjectState:
    fresh = ProjectState(
        seq=seq,
        image_id=_grown(None if state is None else state.image_id, size, np.int64, 0),
        status=_grown(None if state is None else state.status, size, np.int32, 0),
        class_id=_grown(None if state is None else state.class_id, size, np.int32, NO_CLASS),
        split=_grown(None if state is None else state.split, size, np.int32, 0),
        alive=_grown(None if state is None else state.alive, size, np.bool_, 0),
        tags=TagRows.none() if state is None else state.tags,
        review=_grown(None if state is None else state.review, size, np.int32, 0),
        objects=_grown(None if state is None else state.objects, size, np.int32, 0),
    )
    if changed:
        columns = list(zip(*changed, strict=True))
        at = np.asarray(columns[0], dtype=np.int64)
        fresh.image_id[at] = columns[1]
        fresh.status[at] = columns[2]
        fresh.class_id[at] = [NO_CLASS if one is None else one for one in columns[3]]
        fresh.split[at] = columns[4]
        fresh.alive[at] = ~np.asarray(columns[5], dtype=np.bool_)
        fresh.review[at] = columns[6]
        fresh.objects[at] = columns[7]
        fresh.tags = fresh.tags.replaced(at, tags)
    return fresh


def _grown(old: NDArray[Any] | None, size: int, dtype: Any, fill: int) -> NDArray[Any]:
    new: NDArray[Any] = np.full(size, fill, dtype=dtype)
    if old is not None:
        new[: len(old)] = old
    return new
