"""What the page draws of a map: points with what is known of each, and tiles of density."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.labels import SPLITS, STATUSES
from sightline.curate.map_clusters import OUTLIER
from sightline.curate.map_points import LIMIT, fair_sample, pack
from sightline.curate.map_tiles import cells, check_tile, counts, fullest, opacity, png

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from numpy.typing import NDArray

    from sightline.app.live_head.heads import Heads
    from sightline.app.maps.laid import Laid
    from sightline.app.maps.map import Maps
    from sightline.app.queues.pools import Pools
    from sightline.core.arrays import F32, I32, I64
    from sightline.store.projects import Project
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

NOBODY: Final = -1
TILES_KEPT: Final = 512
BLOCK: Final = 1000


class MapDrawing:
    """Reads maps for the eye; keeps what was asked last."""

    def __init__(self, store: Store, maps: Maps, pools: Pools, heads: Heads) -> None:
        self._store = store
        self._maps = maps
        self._pools = pools
        self._heads = heads
        self._points = _Recent(4)
        self._cells = _Recent(3)
        self._tiles = _Recent(TILES_KEPT)

    def about(self, project: Project, name: str = "pca") -> dict[str, Any]:
        """Return how a map stands (`Maps.get`), with its clusters and how many points are drawn.

        A cluster has the class that most of its labelled images have, else the one that the head
        sees in most of them; `share` says how many of those agree.
        """
        shown = self._maps.get(project, name)
        state = self._store.state.get(project.id)
        laid = self._maps.laid(project, name, state)
        if laid is None:
            return {**shown, "shown": 0, "outliers": 0, "clusters": []}
        cluster = laid.points[:, 2].astype(np.int64)
        predicted, _ = self._predicted(project, state, laid.ordinals)
        size = int(cluster.max(initial=OUTLIER)) + 1
        inside = cluster >= 0
        count = np.bincount(cluster[inside], minlength=size)
        known = _majority(cluster, _classes(state, laid.ordinals), size)
        guessed = _majority(cluster, predicted, size)
        return {
            **shown,
            "shown": min(LIMIT, len(cluster)),
            "outliers": int(np.count_nonzero(~inside)),
            "clusters": [
                {
                    "id": one,
                    "x": x,
                    "y": y,
                    "count": int(count[one]),
                    **_name(known.get(one), guessed.get(one)),
                }
                for one, x, y, _ in laid.facts["clusters"]
                if one < size and count[one]
            ],
        }

    def points(self, project: Project, name: str, limit: int = LIMIT) -> tuple[bytes, str]:
        """Return points in columns (`map_points.pack`) and their entity tag.

        Columns: ordinal, image_id, x, y, class_id, predicted (-1: none), probability and
        uncertainty (0..1, NaN: none), split and status (places in the header's lists), cluster
        (-1: none). At most `limit` points, a fair sample beyond.

        Raises:
            ConflictError: There is no such map.
        """
        if not 0 < limit <= LIMIT:
            raise InvalidInputError(f"a limit of {limit} points", hint=f"1 to {LIMIT}")
        state = self._store.state.get(project.id)
        laid = self._maps.require(project, name, state)
        answers = self._heads.answers(project, state.size).probabilities
        said = (
            "" if answers is None else f"{answers.header.generation}.{answers.header.journal_seq}"
        )
        tag = f'"{laid.facts["key"]}-{state.seq}-{said}-{limit}"'
        return self._points(tag, lambda: self._packed(project, state, laid, limit)), tag

    def tile(self, project: Project, name: str, zoom: int, x: int, y: int) -> tuple[bytes, str]:
        """Return a tile of density as PNG and its entity tag; tile 0/0/0 covers `bounds`.

        Raises:
            InvalidInputError: There is no such tile.
            ConflictError: There is no such map.
        """
        check_tile(zoom, x, y)
        state = self._store.state.get(project.id)
        laid = self._maps.require(project, name, state)
        key = f"{laid.facts['key']}-{len(laid.ordinals)}"
        tag = f'"{key}-{zoom}-{x}-{y}"'

        def draw() -> bytes:
            column, row, most = self._cells((key, zoom), lambda: _cells(laid, zoom))
            return png(opacity(counts(column, row, x, y), most))

        return self._tiles(tag, draw), tag

    def rows(self, project: Project, name: str) -> Iterator[dict[str, Any]]:
        """Yield id, path, x, y and cluster of each image on a map, by ordinal.

        Raises:
            ConflictError: There is no such map.
        """
        laid = self._maps.require(project, name, self._store.state.get(project.id))
        for at in range(0, len(laid.ordinals), BLOCK):
            part = laid.ordinals[at : at + BLOCK]
            points = dict(zip(part.tolist(), laid.points[at : at + BLOCK].tolist(), strict=True))
            for row in self._store.images.by_ordinals(project.id, part.tolist()):
                x, y, cluster = points[row.ordinal]
                yield {"id": row.id, "path": row.path, "x": x, "y": y, "cluster": int(cluster)}

    def _packed(self, project: Project, state: ProjectState, laid: Laid, limit: int) -> bytes:
        cluster = laid.points[:, 2].astype(np.int32)
        classes = _classes(state, laid.ordinals)
        chosen = fair_sample(laid.ordinals, [classes, cluster], limit)
        at = laid.ordinals[chosen]
        predicted, probability = self._predicted(project, state, at)
        columns: dict[str, NDArray[Any]] = {
            "ordinal": at.astype(np.uint32),
            "image_id": state.image_id[at].astype(np.float64),
            "x": laid.points[chosen, 0],
            "y": laid.points[chosen, 1],
            "class_id": classes[chosen],
            "predicted": predicted,
            "probability": probability,
            "uncertainty": self._uncertainty(project, state, at),
            "split": state.split[at].astype(np.uint8),
            "status": state.status[at].astype(np.uint8),
            "cluster": cluster[chosen],
        }
        facts = {
            "method": laid.facts["method"],
            "key": laid.facts["key"],
            "total": len(laid.ordinals),
            "splits": SPLITS,
            "statuses": STATUSES,
        }
        return pack(columns, facts)

    def _predicted(self, project: Project, state: ProjectState, ordinals: I64) -> tuple[I32, F32]:
        """Return the likeliest class of images, -1 for none, and its probability, (M,) each."""
        tops, class_ids = self._pools.predicted(project, state.size)
        if tops is None or not class_ids:
            nothing = np.full(len(ordinals), np.nan, np.float32)
            return np.full(len(ordinals), NOBODY, np.int32), nothing
        p = tops.p[ordinals]
        ids = np.asarray(class_ids, dtype=np.int32)[tops.place[ordinals]]
        return np.where(np.isfinite(p), ids, np.int32(NOBODY)), p

    def _uncertainty(self, project: Project, state: ProjectState, ordinals: I64) -> F32:
        """Return 1 - margin of images, NaN where the head has not answered, (M,)."""
        margin = self._heads.answers(project, state.size).margin
        if margin is None:
            return np.full(len(ordinals), np.nan, np.float32)
        doubt: F32 = (1 - margin[ordinals]).astype(np.float32)
        return doubt


class _Recent:
    """The last few answers; each is worked out once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, key: Hashable, work: Callable[[], Any]) -> Any:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = work()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


def _cells(laid: Laid, zoom: int) -> tuple[I64, I64, int]:
    column, row = cells(laid.points, tuple(laid.facts["bounds"]), zoom)
    return column, row, fullest(column, row, zoom)


def _classes(state: ProjectState, ordinals: I64) -> I32:
    """Return the class of images, or their first tag, -1 for neither, (M,)."""
    classes: I32 = state.class_id[ordinals]
    tags = state.tags
    if not len(tags.ordinal):
        return classes
    first = np.minimum(np.searchsorted(tags.ordinal, ordinals), len(tags.ordinal) - 1)
    tagged = (classes == NOBODY) & (tags.ordinal[first] == ordinals)
    return np.where(tagged, tags.class_id[first], classes)


def _majority(cluster: I64, classes: NDArray[Any], size: int) -> dict[int, tuple[int, float]]:
    """Return the most frequent class of each cluster and its share of those that have one."""
    there = (cluster >= 0) & (classes >= 0)
    if not there.any():
        return {}
    ids, place = np.unique(classes[there], return_inverse=True)
    table = np.bincount(cluster[there] * len(ids) + place, minlength=size * len(ids))
    table = table.reshape(size, len(ids))
    best, total = table.argmax(axis=1), table.sum(axis=1)
    return {
        int(one): (int(ids[best[one]]), round(float(table[one, best[one]] / total[one]), 4))
        for one in np.flatnonzero(total)
    }


def _name(known: tuple[int, float] | None, guessed: tuple[int, float] | None) -> dict[str, Any]:
    found = known or guessed
    if found is None:
        return {"class_id": None, "share": None, "by": None}
    return {"class_id": found[0], "share": found[1], "by": "labels" if known else "predictions"}
