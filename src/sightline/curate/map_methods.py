"""The ways to lay pictures out on a plane, by name, and the libraries behind them.

Every one is deterministic by its seed. The libraries tell how far they are through what they
print: each line is read as progress, and asking them to stop raises there.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import ConflictError, InvalidInputError, MissingExtraError, did_you_mean
from sightline.core.packages import installed
from sightline.core.progress import Silent
from sightline.curate.knn import Neighbours, knn

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import F32
    from sightline.core.progress import Progress

LEAST: Final = 10
"""Pictures that a map by neighbours needs at least."""
ALONE: Final = 5_000
"""t-SNE of fewer stays on one thread: threads that wait for each other made 60 points take 95 s."""
NOISE: Final = 1e-4
SPREAD: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What may be asked of a map."""

    neighbours: int = 15
    """Each picture is drawn to so many: few show detail, many the whole."""
    min_dist: float = 0.1
    """How near points may come (UMAP), 0 to 1."""
    seed: int = 0

    def check(self) -> None:
        """Raise InvalidInputError when a value is out of range."""
        if not 2 <= self.neighbours <= 200:  # noqa: PLR2004
            raise InvalidInputError(f"{self.neighbours} neighbours", hint="give 2 to 200")
        if not 0 <= self.min_dist <= 1:
            raise InvalidInputError(f"a least distance of {self.min_dist}", hint="give 0 to 1")
        if not 0 <= self.seed < 2**31:
            raise InvalidInputError(f"a seed of {self.seed}", hint="give 0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """An entry of the table."""

    name: str
    title: str
    description: str
    most: int
    """Above so many pictures a sample is laid out and the others are placed by their neighbours."""
    needs: tuple[str, ...] = ()
    """Importable names that must be there."""
    with_neighbours: bool = False
    """Whether it begins with each picture's nearest ones."""
    lay_out: Callable[[F32, Neighbours | None, Options, Progress], F32]
    """From rows (M, C) to places (M, 2)."""

    def missing(self) -> tuple[str, ...]:
        """Return the importable names that are not installed."""
        return tuple(module for module in self.needs if not installed(module))

    def require(self) -> None:
        """Raise MissingExtraError unless everything is installed."""
        missing = self.missing()
        if missing:
            raise MissingExtraError(
                f"{self.title} needs {', '.join(missing)}",
                hint="pip install 'sightline[map]'; a pca map needs nothing more",
            )


def method(name: str) -> Method:
    """Return a method.

    Raises:
        InvalidInputError: There is none of this name.
    """
    found = METHODS.get(name)
    if found is None:
        raise InvalidInputError(f"no map named {name!r}", hint=did_you_mean(name, METHODS))
    return found


def neighbours_of(rows: F32, options: Options, progress: Progress) -> Neighbours:
    """Return each row's nearest others by Euclidean distance, for UMAP."""
    return knn(rows, options.neighbours, metric="euclidean", progress=progress)


def check_enough(count: int, title: str) -> None:
    """Raise ConflictError when there are too few pictures for a map by neighbours."""
    if count < LEAST:
        raise ConflictError(
            f"{title} needs {LEAST} embedded pictures; there are {count}", hint="use a pca map"
        )


def _pca(rows: F32, _near: Neighbours | None, _options: Options, _progress: Progress) -> F32:
    flat = np.zeros((len(rows), 2), np.float32)
    flat[:, : rows.shape[1]] = rows[:, :2]
    return flat


def _umap(rows: F32, near: Neighbours | None, options: Options, progress: Progress) -> F32:
    """UMAP (McInnes, Healy & Melville, arXiv:1802.03426), begun at the principal components."""
    with warnings.catch_warnings():
        # Its variant by neural networks, which is not used here, wants another library.
        warnings.filterwarnings("ignore", "Tensorflow not installed", ImportWarning)
        from umap import UMAP

    if near is None:
        near = neighbours_of(rows, options, progress)
    own = np.arange(len(rows), dtype=np.int32)[:, None]
    index = np.concatenate([own, near.indices], axis=1)
    gap = np.concatenate([np.zeros((len(rows), 1), np.float32), near.distances], axis=1)
    said = _Said(progress, re.compile(r"(\d+)/(\d+)"), "laying out")
    with warnings.catch_warnings():
        # It says so of every neighbour table that is not its own; newcomers are placed by ours.
        warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)
        model = UMAP(
            n_neighbors=min(options.neighbours, len(rows) - 1),
            min_dist=options.min_dist,
            random_state=options.seed,
            n_jobs=1,
            init=_start(rows, options.seed),
            precomputed_knn=(index, gap),
            tqdm_kwds={
                "file": said,
                "disable": False,
                "mininterval": 0,
                "bar_format": "{n}/{total}",
            },
        )
        places: F32 = model.fit_transform(rows)
    return places


def _pacmap(rows: F32, _near: Neighbours | None, options: Options, progress: Progress) -> F32:
    """PaCMAP (Wang, Huang, Rudin & Shaposhnik, JMLR 22, 2021)."""
    from pacmap import PaCMAP

    said = _Said(progress, re.compile(r"Iteration: +(\d+)"), "laying out", total=450)
    quiet = logging.getLogger("pacmap.pacmap")
    level = quiet.level
    quiet.setLevel(logging.ERROR)
    try:
        with redirect_stdout(said):
            model = PaCMAP(
                n_neighbors=min(options.neighbours, len(rows) // 4),
                random_state=options.seed,
                apply_pca=False,
                verbose=True,
            )
            places = model.fit_transform(rows, init="pca", save_pairs=False)
    finally:
        quiet.setLevel(level)
    return np.asarray(places, dtype=np.float32)


def _tsne(rows: F32, _near: Neighbours | None, options: Options, progress: Progress) -> F32:
    """t-SNE (van der Maaten & Hinton 2008) by trees (Barnes-Hut: van der Maaten 2014)."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    said = _Said(progress, re.compile(r"Iteration (\d+)"), "laying out", total=1000)
    start = _start(rows, options.seed)
    model = TSNE(
        init=start / start.std() * np.float32(NOISE),
        perplexity=min(2.0 * options.neighbours, (len(rows) - 1) / 3),
        random_state=options.seed,
        verbose=2,
    )
    with redirect_stdout(said), threadpool_limits(1 if len(rows) < ALONE else None, "openmp"):
        places = model.fit_transform(rows)
    return np.asarray(places, dtype=np.float32)


def _start(rows: F32, seed: int) -> F32:
    """Return the first two components, scaled, with a little noise so that no two points agree."""
    flat = _pca(rows, None, Options(), Silent())
    flat *= np.float32(SPREAD / max(float(np.abs(flat).max()), 1e-12))
    noise = np.random.default_rng(seed).normal(scale=NOISE, size=flat.shape)
    return flat + noise.astype(np.float32)


class _Said(io.TextIOBase):
    """What a library prints, read as progress."""

    def __init__(
        self, progress: Progress, pattern: re.Pattern[str], note: str, *, total: int = 0
    ) -> None:
        self._progress = progress
        self._pattern = pattern
        self._note = note
        self._total = total

    def write(self, text: str) -> int:
        """Read a piece of it; stops the library by raising CancelledError."""
        found = self._pattern.search(text)
        if found:
            done, *total = (int(one) for one in found.groups())
            self._progress.advance(done, total[0] if total else self._total, self._note)
        self._progress.check()
        return len(text)


METHODS: Final[dict[str, Method]] = {
    one.name: one
    for one in (
        Method(
            name="pca",
            title="PCA",
            description="Principal components: there at once, straight lines stay straight",
            most=2**62,
            lay_out=_pca,
        ),
        Method(
            name="umap",
            title="UMAP",
            description="Neighbours stay neighbours: groups stand apart",
            most=200_000,
            needs=("umap",),
            with_neighbours=True,
            lay_out=_umap,
        ),
        Method(
            name="pacmap",
            title="PaCMAP",
            description="Neighbours, and how the groups lie to each other; quicker than UMAP",
            most=200_000,
            needs=("pacmap",),
            lay_out=_pacmap,
        ),
        Method(
            name="tsne",
            title="t-SNE",
            description="The finest detail near by; distances between groups mean little",
            most=20_000,
            lay_out=_tsne,
        ),
    )
}
"""In the order in which people see them."""
