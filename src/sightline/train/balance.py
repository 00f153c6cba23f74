"""Rare classes: made to count for more in the loss, or shown more often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.train.counters import ORDER, generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, F64, I64
    from sightline.core.samples import Sample, SampleSet
    from sightline.train.spec import TrainSpec

MOST: Final = 20.0
"""How much the presence of a tag may count: more would make a handful of pictures rule."""


def class_weight(spec: TrainSpec, samples: SampleSet) -> F32 | None:
    """Return (K,) weights of the classes, or of the presence of tags; None: all count alike.

    Of classes their mean over the training pictures is 1; a class without pictures has 1. A class
    of n pictures counts as 1 / n (balanced), or as 1 / its effective number, which grows more
    slowly than n (Cui et al. 2019). Presence counts as much more than absence as it is rarer.
    """
    part = spec.loss
    if part.class_weights == "none":
        return None
    beta = part.effective_beta if part.class_weights == "effective" else None
    train = samples.of("train")
    counts = _counts(samples, train)
    if samples.task == "multi":
        ratio = _number(len(train) - counts, beta) / _number(counts, beta)
        return np.where(counts > 0, np.clip(ratio, 1 / MOST, MOST), 1.0).astype(np.float32)
    weights = np.where(counts > 0, 1 / _number(counts, beta), 0.0)
    weights *= len(train) / max(float((weights * counts).sum()), 1e-12)
    return np.where(counts > 0, weights, 1.0).astype(np.float32)


def picture_weights(samples: SampleSet) -> F64:
    """Return (N,) how often each training picture should be shown, 0 for those of other splits.

    The inverse of how many pictures have its class, of tags its rarest; pictures without any tag
    are a class of their own.
    """
    train = samples.of("train")
    counts = np.append(_counts(samples, train), sum(not samples.places(one) for one in train))
    found = np.zeros(len(samples.samples))
    for at, one in enumerate(samples.samples):
        if one.split == "train":
            found[at] = max(1 / counts[place] for place in samples.places(one) or (-1,))
    return found


def balanced_order(seed: int, epoch: int, weights: F64, count: int) -> I64:
    """Return (count,) places of the weights, each as often as its weight's share, shuffled.

    By systematic resampling: a place comes floor or ceil of count * share times, so that rare
    pictures are spread evenly and frequent ones take turns between epochs.

    Args:
        seed: Of the training.
        epoch: From 0.
        weights: (N,) at least 0, some above.
        count: How many to draw.
    """
    rng = generator(seed, ORDER, epoch)
    order = rng.permutation(len(weights))
    ends = np.cumsum(weights[order])
    marks = (np.arange(count) + rng.random()) * (ends[-1] / count)
    drawn = order[np.minimum(np.searchsorted(ends, marks, side="right"), len(order) - 1)]
    return rng.permutation(drawn).astype(np.int64)


def _counts(samples: SampleSet, some: Sequence[Sample]) -> I64:
    places = [place for one in some for place in samples.places(one)]
    return np.bincount(places, minlength=len(samples.classes)).astype(np.int64)


def _number(counts: I64, beta: float | None) -> F64:
    """Return the effective number of samples; None: the number itself; at least 1."""
    n = np.maximum(counts, 1).astype(np.float64)
    return n if beta is None else (1 - beta**n) / (1 - beta)
