"""How much each label counts, so that labels from a queue measure what is true of all images.

A queue picks by doubt, so among its labels hard images are too many. Labels and images are put
into bins by how sure a head is of them that has seen neither, and each label counts for its share
of the images of its bin: post-stratification (Holt and Smith 1979), by what the choice rested on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.heads.half import widen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, F64, I64
    from sightline.curate.pool import Rows
    from sightline.heads.task import Task

BINS: Final = 8
SAMPLE: Final = 3000
"""Of so many images at most it is asked how sure the head is."""
TWO: Final = 2


def sample_of(embeddings: Rows, pool: I64, seed: int = 0) -> F32:
    """Return embeddings (m, D) of some images of a pool, drawn by chance."""
    if len(pool) > SAMPLE:
        pool = np.sort(np.random.default_rng(seed).choice(pool, SAMPLE, replace=False))
    rows, valid = embeddings.read(pool)
    return widen(rows[valid])


def sure_of(logits: NDArray[Any], *, multi: bool) -> F64:
    """Return how sure logits (n, K) are, (n,): the gap of the two highest, of tags the least one.

    Logits, not probabilities: those of a sure head are all the same.
    """
    if multi:
        return np.asarray(np.abs(logits).min(axis=1), dtype=np.float64)
    if logits.shape[1] < TWO:
        return np.ones(len(logits))
    top = np.partition(logits, -TWO, axis=1)[:, -TWO:]
    return np.asarray(top[:, 1] - top[:, 0], dtype=np.float64)


def rank_among(sure: F64, model: F64, task: Task, sample: F32) -> F64:
    """Return the share of a sample that a model is less sure of than of each label, (n,), 0..1.

    Args:
        sure: (n,) how sure the model is of labels that it has not seen.
        model: (r + 1, K) in the task's coordinates.
        task: What the model learned from.
        sample: (m, D) embeddings.
    """
    others = np.sort(sure_among(model, task, sample))
    return np.searchsorted(others, sure) / max(1, len(others))


def sure_among(model: F64, task: Task, sample: F32) -> F64:
    """Return how sure a model (r + 1, K) is of each image of a sample (m, D): (m,)."""
    weights = (task.basis.vectors @ model[:-1].astype(np.float32)) / np.float32(task.scale)
    logits = sample @ weights + (model[-1] - task.mean @ weights).astype(np.float32)
    return sure_of(logits, multi=task.tags is not None)


def stands_for(ranks: F64) -> F64:
    """Return for how many images each label stands, (n,), of mean 1.

    Were labels a fair sample, their ranks among all images would be spread evenly.

    Args:
        ranks: (n,) 0..1, see `rank_among`.
    """
    if not len(ranks):
        return np.ones(0)
    place = np.minimum((ranks * BINS).astype(np.int64), BINS - 1)
    # One more for each bin: one that chance left nearly empty would rule the rest.
    weights = 1.0 / (np.bincount(place, minlength=BINS) + 1.0)[place]
    return np.asarray(weights / weights.mean(), dtype=np.float64)
