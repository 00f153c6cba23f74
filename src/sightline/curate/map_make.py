"""A map from beginning to end: components, neighbours, layout, clusters; what is done is kept."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.progress import Progress, Silent
from sightline.curate.knn import Neighbours
from sightline.curate.map_clusters import by_density, by_means
from sightline.curate.map_methods import Method, Options, check_enough, neighbours_of
from sightline.curate.map_pca import Reduced, reduce_rows
from sightline.curate.map_place import place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I64, Bool
    from sightline.curate.map_pca import Chunks

STEPS: Final = 1000
SHARES: Final = {"reduce": 30, "neighbours": 250, "lay out": 640, "clusters": 40, "place": 40}
"""Of 1000 steps, roughly as long as each takes at 100,000 pictures."""


@dataclass(frozen=True, slots=True)
class Made:
    """A map of M images."""

    ordinals: I64
    """(M,) ascending."""
    points: F32
    """(M, 3) x, y and cluster (-1: none)."""
    left_out: I64
    """(L,) ordinals whose embedding is not finite."""


class Stages:
    """One progress for work in stages."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def of(self, name: str) -> Progress:
        """Return the progress of a stage; the stages come in the order of SHARES."""
        begin = 0
        for other, share in SHARES.items():
            if other == name:
                return _Stage(self._progress, begin, share)
            begin += share
        raise KeyError(name)


class _Stage(Silent):
    def __init__(self, whole: Progress, begin: int, share: int) -> None:
        self._whole, self._begin, self._share = whole, begin, share

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        part = min(1.0, done / total) if total else 0.0
        self._whole.advance(self._begin + int(part * self._share), STEPS, note)

    def check(self) -> None:
        self._whole.check()


def make_map(
    method: Method,
    chunks: Chunks,
    wanted: Bool,
    options: Options,
    *,
    progress: Progress | None = None,
    scratch: Path | None = None,
) -> Made:
    """Lay images out on a plane.

    Args:
        method: How.
        chunks: Embeddings (N, D).
        wanted: (N,) which images count.
        options: What was asked.
        progress: Is told and may stop the work.
        scratch: Where finished stages are kept, so that stopped work goes on there.

    Raises:
        ConflictError: Too few embeddings, or all of them are the same.
        MissingExtraError: A library is not installed.
        CancelledError: The progress said so.
    """
    method.require()
    options.check()
    told = Silent() if progress is None else progress
    stages = Stages(told)
    reduced = reduce_rows(chunks, wanted, seed=options.seed, progress=stages.of("reduce"))
    if method.name == "pca":
        xy = method.lay_out(reduced.rows, None, options, told)
        cluster = by_means(reduced.rows, seed=options.seed)
        return _made(reduced, np.column_stack([xy, cluster]))
    check_enough(len(reduced.ordinals), method.title)
    laid, xy = _laid_out(method, reduced, options, stages, scratch)
    told.check()
    stages.of("clusters").advance(0, 1, "clusters")
    on_map = np.column_stack([xy, by_density(xy, seed=options.seed)]).astype(np.float32)
    points = np.empty((len(reduced.ordinals), 3), np.float32)
    points[laid] = on_map
    rest = np.ones(len(points), np.bool_)
    rest[laid] = False
    if rest.any():
        known, new = reduced.rows[laid], reduced.rows[rest]
        points[rest] = place(known, on_map, new, seed=options.seed, progress=stages.of("place"))
    told.advance(STEPS, STEPS, "done")
    return _made(reduced, points)


def _made(reduced: Reduced, points: NDArray[Any]) -> Made:
    return Made(reduced.ordinals, points.astype(np.float32), reduced.left_out)


def _laid_out(
    method: Method, reduced: Reduced, options: Options, stages: Stages, scratch: Path | None
) -> tuple[I64, F32]:
    """Return which rows were laid out, ascending (L,), and where (L, 2)."""
    laid = np.arange(len(reduced.ordinals))
    if len(laid) > method.most:
        rng = np.random.default_rng(options.seed)
        laid = np.sort(rng.choice(len(laid), method.most, replace=False))
    rows = reduced.rows if len(laid) == len(reduced.rows) else reduced.rows[laid]
    keep = _Kept(scratch, f"{method.name} {asdict(options)}", rows)
    near = None
    if method.with_neighbours:
        index, gap = keep(
            "neighbours", lambda: tuple(neighbours_of(rows, options, stages.of("neighbours")))
        )
        near = Neighbours(index, gap)
    at = stages.of("lay out")
    at.advance(0, 1, "laying out")
    (xy,) = keep("places", lambda: (method.lay_out(rows, near, options, at),))
    return laid, xy


class _Kept:
    """Arrays of finished stages on the disk; another question or other rows are another name."""

    def __init__(self, folder: Path | None, asked: str, rows: F32) -> None:
        self._folder = folder
        digest = hashlib.blake2b(asked.encode(), digest_size=8)
        digest.update(np.ascontiguousarray(rows).data)
        self._mark = digest.hexdigest() if folder is not None else ""

    def __call__(
        self, stage: str, work: Callable[[], tuple[NDArray[Any], ...]]
    ) -> tuple[NDArray[Any], ...]:
        """Return what a stage made, now or at an earlier try."""
        if self._folder is None:
            return work()
        path = self._folder / f"{stage}-{self._mark}.npz"
        if path.exists():
            with np.load(path, allow_pickle=False) as found:
                return tuple(found[name] for name in sorted(found.files))
        made = work()
        self._folder.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new.npz")
        np.savez(new, *made)
        new.replace(path)
        return made


def newcomers(
    chunks: Chunks,
    wanted: Bool,
    old_ordinals: I64,
    old_points: F32,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Made:
    """Return a map with the images that came later placed on it; the others stay where they are.

    Args:
        chunks: Embeddings (N, D).
        wanted: (N,) which images count.
        old_ordinals: (M,) those on the map.
        old_points: (M, 3)
        seed: Of samples.
        progress: Is told and may stop the work.
    """
    stages = Stages(Silent() if progress is None else progress)
    reduced = reduce_rows(chunks, wanted, seed=seed, progress=stages.of("reduce"))
    at = np.searchsorted(old_ordinals, reduced.ordinals)
    at = np.minimum(at, len(old_ordinals) - 1)
    known = old_ordinals[at] == reduced.ordinals
    points = np.empty((len(reduced.ordinals), 3), np.float32)
    points[known] = old_points[at[known]]
    if not known.all():
        points[~known] = place(
            reduced.rows[known],
            points[known],
            reduced.rows[~known],
            seed=seed,
            progress=stages.of("place"),
        )
    return _made(reduced, points)
