"""What a queue sees of a project: arrays by ordinal, nothing of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np

from sightline.core.labels import LABELLED, SKIPPED, TEST
from sightline.heads.half import finite_rows, widen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I32, I64, Bool
    from sightline.curate.pairs import Pairs

WHYS: Final = 200
"""How many images, from the front of a queue, are told why they are there."""


class Rows(Protocol):
    """Rows by ordinal, such as the store's arrays."""

    def read(self, ordinals: NDArray[Any]) -> tuple[NDArray[Any], Bool]:
        """Return the rows (N, D) at `ordinals` (N,) and which of them there are (N,)."""
        ...


class Table(Rows, Protocol):
    """Rows that can also be read in their order."""

    def iter_chunks(self, n: int) -> Iterator[tuple[int, NDArray[Any], Bool]]:
        """Yield (first ordinal, rows (M, D), which of them there are (M,)) up to `n`."""
        ...


class Tops(NamedTuple):
    """The likeliest class of N images."""

    p: F32
    """(N,) its probability; NaN where the head has not answered."""
    place: I32
    """(N,) its column."""


@dataclass(frozen=True, slots=True)
class Other:
    """A second opinion: what another head or a trained model says."""

    name: str
    probabilities: Table
    """(N, K2)"""
    class_ids: tuple[int, ...]
    """K2 ids of its columns."""
    tops: Tops | None = None
    """Its likeliest classes, when they are known already."""


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Answers on m labelled images by heads that had not seen their labels."""

    ordinals: I64
    """(m,)"""
    probabilities: F32
    """(m, K)"""
    class_ids: tuple[int, ...]
    """K ids of its columns."""
    truth: NDArray[Any]
    """(m,) column of the label that was given, or (m, K) which tags were."""


@dataclass(frozen=True, slots=True)
class Held:
    """A table in memory."""

    rows: NDArray[Any]
    """(N, K)"""
    valid: Bool
    """(N,)"""

    def read(self, ordinals: NDArray[Any]) -> tuple[NDArray[Any], Bool]:
        """Return the rows at `ordinals` (M, K) and which of them there are (M,)."""
        return self.rows[ordinals], self.valid[ordinals]

    def iter_chunks(self, n: int) -> Iterator[tuple[int, NDArray[Any], Bool]]:
        """Yield all as one piece."""
        yield 0, self.rows[:n], self.valid[:n]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """N ordinals of a project. Arrays are only read."""

    status: NDArray[Any]
    """(N,) place in core.labels.STATUSES."""
    split: NDArray[Any]
    """(N,) place in core.labels.SPLITS."""
    class_id: NDArray[Any]
    """(N,) -1 for none."""
    alive: Bool
    """(N,)"""
    wanted: Bool | None = None
    """(N,) a filter; None lets all through."""
    embeddings: Rows | None = None
    margin: NDArray[Any] | None = None
    """(N,) p1 - p2 of the head, 0..1; NaN where it has not answered."""
    entropy: NDArray[Any] | None = None
    """(N,) nats; NaN where it has not answered."""
    tops: Tops | None = None
    """The likeliest class of each image."""
    probabilities: Table | None = None
    """(N, K) of the head."""
    class_ids: tuple[int, ...] = ()
    """K ids of the classes in `probabilities`."""
    names: tuple[str, ...] = ()
    """Their K names."""
    class_names: Mapping[int, str] = field(default_factory=dict)
    """Names of all living classes by id."""
    multi: bool = False
    """An image may have several tags; probabilities do not sum to 1."""
    other: Other | None = None
    """A second opinion."""
    out_of_fold: OutOfFold | None = None
    """What heads say of labels they had not seen."""
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """(N,) what else the queue `reads`, by that name."""
    alike: Pairs | None = None
    """Pairs of near-duplicates, by ordinals."""
    file_names: Callable[[Sequence[int]], dict[int, str]] = field(default=lambda _: {})
    """Returns file names by ordinal."""

    @property
    def size(self) -> int:
        """Return N."""
        return len(self.status)

    def live(self) -> Bool:
        """Return what is there and passes the filter, (N,)."""
        return self.alive if self.wanted is None else self.alive & self.wanted

    def open(self, *, test: bool = False) -> tuple[I64, I64]:
        """Return ordinals that wait for a label, and those that were skipped, ascending.

        Unsure ones and conflicts wait. Images of the test split are left out unless `test`: a
        queue that could pick them would choose what it is measured on.
        """
        waiting, skipped = self.open_masks(test=test)
        return np.flatnonzero(waiting), np.flatnonzero(skipped)

    def open_masks(self, *, test: bool = False) -> tuple[Bool, Bool]:
        """Return the same as masks, (N,) each."""
        here = self.live()
        if not test:
            here = here & (self.split != TEST)
        skipped = self.status == SKIPPED
        waiting: Bool = here & (self.status != LABELLED) & ~skipped
        return waiting, here & skipped

    def taught(self) -> I64:
        """Return the labelled ordinals that a head may learn from: not those of the test split."""
        known = self.alive & (self.status == LABELLED) & (self.class_id >= 0)
        return np.flatnonzero(known & (self.split != TEST))


@dataclass(frozen=True, slots=True)
class Plan:
    """An order of images and its reasons."""

    ordinals: I64
    """(M,) the most worthwhile first."""
    scores: F32 | None
    """(M,) what it is ordered by; None when there is nothing to tell."""
    whys: list[str] | None
    """One line for each image, for at most WHYS from the front."""
    note: str = ""
    """What a person should know of the queue as a whole."""
    more: int = 0
    """How many places there are after `ordinals`."""
    rest: Callable[[int, int], I64] | None = None
    """Returns places start..stop of these: a million is not sorted for somebody who looks at a
    hundred."""


def unit_rows(rows: Rows, ordinals: I64) -> tuple[F32, Bool]:
    """Return embeddings (M, D) as float32 of length 1, and which there are (M,).

    A row that is not finite counts as none, and comes as zeros.
    """
    found, valid = rows.read(ordinals)
    fine = finite_rows(found)
    if fine is not None:
        found, valid = np.where(fine[:, None], found, found.dtype.type(0)), valid & fine
    values = widen(found)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    return values / np.maximum(length, np.float32(1e-12)), valid
