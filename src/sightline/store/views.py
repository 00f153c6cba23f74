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
from sqlalchemy import delete, insert, select

from sightline.core.clock import now
from sightline.core.errors import UnknownViewError
from sightline.core.files import write_atomic
from sightline.store.tables import views

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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
    """(n,) None when the view is no queue."""
    whys: tuple[str, ...] | None
    """n reasons; None when the view is no queue."""


class ViewStore:
    """Views of all projects."""

    def __init__(self, db: Database, root: Path) -> None:
        self._db = db
        self._root = root
        self._open: OrderedDict[str, tuple[I32, F32 | None, list[str] | None]] = OrderedDict()
        self._lock = threading.Lock()

    def create(
        self,
        project_id: int,
        spec: dict[str, Any],
        ordinals: I32,
        *,
        scores: F32 | None = None,
        whys: Sequence[str] | None = None,
    ) -> View:
        """Keep an order. ordinals: (N,); scores: (N,); whys: at most N reasons, from the front."""
        view = View(uuid.uuid4().hex[:16], project_id, now(), len(ordinals), spec)
        self._root.mkdir(parents=True, exist_ok=True)
        np.save(self._root / f"{view.id}.npy", ordinals.astype(np.int32), allow_pickle=False)
        if scores is not None:
            np.save(self._root / f"{view.id}.s.npy", scores.astype(np.float32), allow_pickle=False)
        if whys is not None:
            write_atomic(self._root / f"{view.id}.json", json.dumps(list(whys)))

        def work(connection: Connection) -> list[str]:
            connection.execute(
                insert(views).values(
                    id=view.id,
                    project_id=project_id,
                    created_at=view.created_at,
                    size=view.size,
                    spec=spec,
                )
            )
            query = select(views.c.id).order_by(views.c.created_at.desc(), views.c.id).offset(KEEP)
            old = list(connection.scalars(query))
            connection.execute(delete(views).where(views.c.id.in_(old)))
            return old

        for gone in self._db.write(work):
            for path in self._root.glob(f"{gone}.*"):
                path.unlink(missing_ok=True)
        return view

    def get(self, view_id: str) -> View:
        """Return a view.

        Raises:
            UnknownViewError: It is gone.
        """
        with self._db.read() as connection:
            row = connection.execute(select(views).where(views.c.id == view_id)).first()
        if row is None:
            raise _gone(view_id)
        return View(*row)

    def window(self, view_id: str, offset: int, limit: int) -> Window:
        """Return the places from `offset`; fewer than `limit` at the end.

        Raises:
            UnknownViewError: It is gone.
        """
        ordinals, scores, whys = self._arrays(view_id)
        part = slice(offset, offset + limit)
        return Window(
            ordinals=np.asarray(ordinals[part]),
            scores=None if scores is None else np.asarray(scores[part]),
            whys=None if whys is None else tuple(whys[part]),
        )

    def ordinals(self, view_id: str) -> I32:
        """Return all places, (N,)."""
        return np.asarray(self._arrays(view_id)[0])

    def _arrays(self, view_id: str) -> tuple[I32, F32 | None, list[str] | None]:
        with self._lock:
            found = self._open.get(view_id)
            if found is None:
                self.get(view_id)
                found = self._load(view_id)
                self._open[view_id] = found
                while len(self._open) > OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(view_id)
            return found

    def _load(self, view_id: str) -> tuple[I32, F32 | None, list[str] | None]:
        place = self._root / f"{view_id}.npy"
        score, why = self._root / f"{view_id}.s.npy", self._root / f"{view_id}.json"
        try:
            ordinals = np.load(place, mmap_mode="r", allow_pickle=False)
        except (FileNotFoundError, ValueError) as error:
            raise _gone(view_id) from error
        scores = np.load(score, mmap_mode="r", allow_pickle=False) if score.exists() else None
        whys = json.loads(why.read_text("utf-8")) if why.exists() else None
        return ordinals, scores, whys


def _gone(view_id: str) -> UnknownViewError:
    return UnknownViewError(
        f"the view {view_id[:32]!r} is gone", hint="make the view again: reload the page"
    )
