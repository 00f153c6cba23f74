"""Views: an order of images that stands still while a person works through it.

A view is an array of ordinals on disk with, for a queue, the score and the reason of each place.
The page reads windows of it by position. Views are disposable: the oldest go when there are many.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import bindparam, delete, insert, select

from sightline.core.clock import now
from sightline.core.errors import UnknownViewError
from sightline.store.tables import views

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from sightline.core.arrays import F32, I32
    from sightline.store.db import Database

KEEP: Final = 200
OPEN: Final = 32


@dataclass(frozen=True, slots=True)
class View:
    """An order of images; N places."""

    id: str
    project_id: int
    created_at: str
    size: int
    spec: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """Some places of a view."""

    ordinals: I32
    """(n,)"""
    scores: F32 | None
    """(n or fewer,) None when the view is no queue."""
    whys: tuple[str, ...] | None
    """n reasons or fewer; None when the view is no queue."""


@dataclass(slots=True)
class _Open:
    """A view in memory. `rest` gives the `more` places after `ordinals`, part by part."""

    ordinals: I32
    scores: F32 | None
    whys: list[str] | None
    more: int = 0
    rest: Callable[[int, int], NDArray[Any]] | None = None

    def places(self, start: int, stop: int) -> I32:
        """Return the places start..stop; fewer at the end."""
        known = len(self.ordinals)
        part = np.asarray(self.ordinals[start:stop])
        if self.rest is None or stop <= known:
            return part
        further = self.rest(max(start - known, 0), min(stop - known, self.more))
        return np.concatenate([part, further.astype(np.int32)])


class ViewStore:
    """Views of all projects."""

    def __init__(self, db: Database, root: Path) -> None:
        self._db = db
        self._root = root
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._lock = threading.Lock()

    def create(
        self,
        project_id: int,
        spec: dict[str, Any],
        ordinals: I32,
        *,
        scores: F32 | None = None,
        whys: Sequence[str] | None = None,
        more: int = 0,
        rest: Callable[[int, int], NDArray[Any]] | None = None,
    ) -> View:
        """Keep an order.

        Args:
            project_id: Whose images.
            spec: How it was asked for.
            ordinals: (N,) its front, or all of it.
            scores: (N,)
            whys: At most N reasons, from the front.
            more: How many places follow the front.
            rest: Returns places start..stop of these, when somebody goes there. Until all were
                asked for, the view does not outlive its process.
        """
        view = View(uuid.uuid4().hex[:16], project_id, now(), len(ordinals) + more, spec)
        self._root.mkdir(parents=True, exist_ok=True)
        made = _Open(
            ordinals.astype(np.int32),
            None if scores is None else scores.astype(np.float32),
            None if whys is None else list(whys),
            more,
            rest,
        )
        if rest is None:
            self._save(view.id, made)
        values = {
            "id": view.id,
            "project_id": project_id,
            "created_at": view.created_at,
            "size": view.size,
            "spec": spec,
        }

        def work(connection: Connection) -> list[str]:
            connection.execute(_INSERT, values)
            old = list(connection.scalars(_OLD, {"keep": KEEP}))
            if old:
                connection.execute(delete(views).where(views.c.id.in_(old)))
            return old

        for gone in self._db.write(work):
            for path in self._root.glob(f"{gone}.*"):
                path.unlink(missing_ok=True)
        with self._lock:
            self._keep(view.id, made)
        return view

    def get(self, view_id: str) -> View:
        """Return a view.

        Raises:
            UnknownViewError: It is gone.
        """
        with self._db.read() as connection:
            row = connection.execute(_GET, {"key": view_id}).first()
        if row is None:
            raise _gone(view_id)
        return View(*row)

    def window(self, view_id: str, offset: int, limit: int) -> Window:
        """Return the places from `offset`; fewer than `limit` at the end.

        Raises:
            UnknownViewError: It is gone.
        """
        part = slice(offset, offset + limit)
        with self._lock:
            found = self._find(view_id)
            return Window(
                ordinals=found.places(offset, offset + limit),
                scores=None if found.scores is None else np.asarray(found.scores[part]),
                whys=None if found.whys is None else tuple(found.whys[part]),
            )

    def ordinals(self, view_id: str) -> I32:
        """Return all places, (N,)."""
        with self._lock:
            found = self._find(view_id)
            if found.rest is not None:
                found.ordinals = found.places(0, len(found.ordinals) + found.more)
                found.rest = None
                self._save(view_id, found)
            return np.asarray(found.ordinals)

    def _find(self, view_id: str) -> _Open:
        """Return a view; the lock is held."""
        found = self._open.get(view_id)
        if found is None:
            self.get(view_id)
            found = self._load(view_id)
        self._keep(view_id, found)
        return found

    def _keep(self, view_id: str, found: _Open) -> None:
        self._open[view_id] = found
        self._open.move_to_end(view_id)
        while len(self._open) > OPEN:
            self._open.popitem(last=False)

    def _save(self, view_id: str, made: _Open) -> None:
        """Write the arrays; a view is disposable, so nothing waits for the disk."""
        np.save(self._root / f"{view_id}.npy", made.ordinals, allow_pickle=False)
        if made.scores is not None:
            np.save(self._root / f"{view_id}.s.npy", made.scores, allow_pickle=False)
        if made.whys is not None:
            (self._root / f"{view_id}.json").write_text(json.dumps(made.whys), "utf-8")

    def _load(self, view_id: str) -> _Open:
        place = self._root / f"{view_id}.npy"
        score, why = self._root / f"{view_id}.s.npy", self._root / f"{view_id}.json"
        try:
            ordinals = np.load(place, mmap_mode="r", allow_pickle=False)
            scores = np.load(score, mmap_mode="r", allow_pickle=False) if score.exists() else None
            whys = json.loads(why.read_text("utf-8")) if why.exists() else None
        except (OSError, ValueError) as error:
            raise _gone(view_id) from error
        return _Open(ordinals, scores, whys)


_INSERT: Final = insert(views)
_GET: Final = select(views).where(views.c.id == bindparam("key"))
_OLD: Final = (
    select(views.c.id).order_by(views.c.created_at.desc(), views.c.id).offset(bindparam("keep"))
)


def _gone(view_id: str) -> UnknownViewError:
    return UnknownViewError(
        f"the view {view_id[:32]!r} is gone", hint="make the view again: reload the page"
    )
