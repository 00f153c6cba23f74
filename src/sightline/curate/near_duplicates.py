"""Pictures that are nearly the same: in groups, with one of each to keep.

Two pictures are near-duplicates when their embeddings are nearly equal, or when their fingerprints
are and their embeddings do not speak against it. An embedding sees through a crop or a shift that a
fingerprint does not; a fingerprint (`imaging.fingerprint`) sees through a change of brightness,
size or compression that moves some embeddings far. Of a group the picture with most partners is
kept, and only what is directly alike to it is told to be its double; chains of small steps do not
hide what lies at their ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.labels import SKIPPED, SPLITS, TEST, VAL
from sightline.core.progress import Progress, Silent
from sightline.curate.pairs import Pairs, joined, pairs
from sightline.curate.pool import WHYS, Plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I32, I64, U8, Bool
    from sightline.curate.ask import Ask
    from sightline.curate.pool import Pool

ALIKE: Final = 0.97
"""Cosine from which embeddings alone say so: 1 % of unrelated photos have a neighbour there."""
LEAST: Final = 0.8
"""Below, pictures of one kind are pairs, and there are too many."""
VERSION: Final = 1
"""Of what is kept."""
BITS: Final = 64
MAX_BITS: Final = 4
"""Fingerprints may differ in so many of 64 bits... On photos that finds every copy of half the size
or at JPEG quality 40 and four of five that are a fifth brighter, of which embeddings alone find 0
to 99 % by encoder and kind. With 6 bits, 30 pairs more of 900 hand signs were taken for doubles."""
PLAUSIBLE: Final = 0.7
"""...if the cosine of the embeddings is at least this."""


class Groups(NamedTuple):
    """Near-duplicates among M images, the larger groups first, each with the one to keep first."""

    image: I64
    """(M,) ordinals."""
    group: I32
    """(M,) numbers from 0, ascending: pictures that are connected, directly or by others."""
    kept: I64
    """(M,) ordinal of the picture that it is a double of; itself for one to keep."""
    likeness: F32
    """(M,) to that one: cosine, or the share of equal bits when that is more; 1 for itself."""

    def only(self, which: NDArray[Any] | slice) -> Groups:
        """Return some of them, in that order."""
        return Groups(self.image[which], self.group[which], self.kept[which], self.likeness[which])


def find(
    ordinals: I64,
    rows: NDArray[Any],
    prints: U8 | None = None,
    *,
    at_least: float = ALIKE,
    progress: Progress | None = None,
    threads: int = 0,
) -> Pairs:
    """Return the pairs of near-duplicates among some images, as ordinals, left < right, ascending.

    The likeness is the cosine of the embeddings or the share of equal bits, whichever is more.

    Args:
        ordinals: (N,) ascending.
        rows: (N, D) their embeddings, float16 or float32.
        prints: (N, 8) their fingerprints; all zeros for one that is not known.
        at_least: The cosine from which embeddings alone decide.
        progress: Is told how far it is and may stop the work.
        threads: 0: all cores.
    """
    told = Silent() if progress is None else progress
    found = pairs(rows, at_least, progress=told, threads=threads)
    if prints is not None:
        found = joined([found, _by_print(rows, prints, told, threads)])
    return Pairs(ordinals[found.left], ordinals[found.right], found.likeness)


def _by_print(rows: NDArray[Any], prints: U8, told: Progress, threads: int) -> Pairs:
    """Return pairs whose fingerprints are close and whose embeddings are not far."""
    known = np.flatnonzero(prints.any(axis=1))
    signs = np.unpackbits(prints[known], axis=1).astype(np.float16) * 2 - 1
    near = pairs(signs, 1 - 2 * MAX_BITS / BITS, progress=told, threads=threads)
    left, right = known[near.left], known[near.right]
    plausible = _cosine(rows, left, right) >= PLAUSIBLE
    return Pairs(left, right, near.likeness / np.float32(2) + np.float32(0.5)).only(plausible)


def _cosine(rows: NDArray[Any], left: I64, right: I64) -> F32:
    found = np.zeros(len(left), np.float32)
    for at in range(0, len(left), 4096):
        a = rows[left[at : at + 4096]].astype(np.float32)
        b = rows[right[at : at + 4096]].astype(np.float32)
        length = np.sqrt(np.einsum("nd,nd->n", a, a) * np.einsum("nd,nd->n", b, b))
        found[at : at + 4096] = np.einsum("nd,nd->n", a, b) / np.maximum(length, 1e-12)
    return found


def group(found: Pairs) -> Groups:
    """Return connected pictures with, in each group, what to keep and what is a double of it."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    image, flat = np.unique(np.concatenate([found.left, found.right]), return_inverse=True)
    m, half = len(image), len(found.left)
    left, right = flat[:half], flat[half:]
    graph = coo_array((np.ones(half, np.int8), (left, right)), shape=(m, m))
    _, which = connected_components(graph, directed=False) if m else (0, np.zeros(0, np.int32))
    kept, likeness = _kept(m, left, right, found.likeness)
    first = kept == np.arange(m)
    sizes, partners = np.bincount(which), np.bincount(kept, minlength=m)
    order = np.lexsort((-likeness, ~first, kept, -partners[kept], which, -sizes[which]))
    rank = np.zeros(m, np.int32)
    rank[1:] = np.cumsum(np.diff(which[order]) != 0)
    return Groups(image[order], rank, image[kept][order], likeness[order])


def _kept(m: int, left: I64, right: I64, likeness: F32) -> tuple[I64, F32]:
    """Return for each of M images the one it is a double of, (M,), and how alike, (M,).

    Greedily: who has most partners is kept and takes those that nobody took.
    """
    ends, others = np.concatenate([left, right]), np.concatenate([right, left])
    order = np.argsort(ends, kind="stable")
    ends, others, alike = ends[order], others[order], np.concatenate([likeness, likeness])[order]
    bounds = np.searchsorted(ends, np.arange(m + 1))
    kept = np.full(m, -1, np.int64)
    found = np.ones(m, np.float32)
    for one in np.argsort(-np.diff(bounds), kind="stable"):
        if kept[one] >= 0:
            continue
        kept[one] = one
        part = slice(bounds[one], bounds[one + 1])
        free = kept[others[part]] < 0
        mine = others[part][free]
        kept[mine], found[mine] = one, alike[part][free]
    return kept, found


def plan_near_duplicates(pool: Pool, ask: Ask) -> Plan:
    """Return the groups one after the other, those that straddle splits first.

    Images that are gone, filtered out or skipped are no partners. The score is 0 for a picture to
    keep, else its likeness to the one that is kept: whoever wants to skip the doubles selects what
    has a score above 0. The band is one of likeness.
    """
    assert pool.alike is not None
    found = pool.alike
    if ask.band is not None:
        found = found.only((found.likeness >= ask.band[0]) & (found.likeness <= ask.band[1]))
    wanted = pool.live() & (pool.status != SKIPPED)
    both = wanted[found.left] & wanted[found.right]
    groups = group(found.only(both))
    leaks = _leaks(pool, groups)
    order = np.argsort(~leaks, kind="stable")
    groups = groups.only(order)
    double = groups.image != groups.kept
    scores = np.where(double, groups.likeness, np.float32(0)).astype(np.float32)
    whys = _whys(pool, groups, leaks[order])
    part = slice(ask.limit)
    return Plan(groups.image[part], scores[part], whys[part], _note(groups, leaks))


def _leaks(pool: Pool, groups: Groups) -> Bool:
    """Return which images are of a group that is in test or val and elsewhere as well, (M,)."""
    split = pool.split[groups.image]
    count = int(groups.group.max(initial=-1)) + 1
    there = np.zeros((count, len(SPLITS)), np.bool_)
    there[groups.group, split] = True
    straddles = (there.sum(axis=1) > 1) & (there[:, VAL] | there[:, TEST])
    return np.asarray(straddles[groups.group], dtype=np.bool_)


def _whys(pool: Pool, groups: Groups, leaks: Bool) -> list[str]:
    shown = groups.only(slice(WHYS))
    called = pool.file_names(sorted(set(shown.kept.tolist())))
    sizes = np.bincount(groups.group)
    whys = []
    for at, (image, which, kept, alike) in enumerate(zip(*shown, strict=True)):
        name = called.get(int(kept), f"image {kept}")
        alone = f"keep this one of {sizes[which]}"
        why = alone if image == kept else f"like {name} ({alike:.3f}), {sizes[which]} alike"
        whys.append(f"{why}; in {_splits(pool, groups, which)}" if leaks[at] else why)
    return whys


def _splits(pool: Pool, groups: Groups, group: int) -> str:
    codes = np.unique(pool.split[groups.image[groups.group == group]])
    return " and ".join(SPLITS[code] for code in codes)


def _note(groups: Groups, leaks: Bool) -> str:
    count = len(np.unique(groups.group))
    if not count:
        return "no two pictures are nearly the same"
    note = f"{count} {'group' if count == 1 else 'groups'} of nearly the same pictures"
    if leaks.any():
        note += "; those that are in more than one split come first"
    return note
