"""Which pictures a graph is calibrated on: of every class alike, and none like another.

Of each class greedy k-center takes what is farthest from all that is taken (Sener & Savarese 2018),
so that rare looks stretch the ranges that activations are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, I64

LEAST: Final = 16
"""Fewer pictures say too little of what activations may be."""
PER_WANTED: Final = 4
"""So many candidates are looked at for each picture that is wanted."""


def check_enough(found: int, where: str) -> None:
    """Refuse too few pictures.

    Raises:
        InvalidInputError: There are fewer than 16.
    """
    if found < LEAST:
        raise InvalidInputError(
            f"{where} has {found} labelled pictures of the model's classes to calibrate on; "
            f"at least {LEAST} are needed",
            hint="label more in the training split, or say --data DIR with a folder per class",
        )


def candidates(labels: I64, count: int, seed: int = 0) -> I64:
    """Return places of the pictures to look at, of each class alike: at most 4 x `count`.

    Args:
        labels: (N,) class indices; of tags the first one's.
        count: Pictures that are wanted in the end.
        seed: The same seed, the same pictures.
    """
    shares = quotas(labels, PER_WANTED * count)
    rng = np.random.default_rng(seed)
    taken = [
        rng.permutation(np.flatnonzero(labels == label))[:share] for label, share in shares.items()
    ]
    return np.sort(np.concatenate(taken)) if taken else np.zeros(0, np.int64)


def choose(labels: I64, vectors: F32, count: int) -> I64:
    """Return (M,) places of the pictures to calibrate on, M = min(count, N).

    Args:
        labels: (N,) class indices.
        vectors: (N, D) in which near means alike.
        count: How many.
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.maximum(length, 1e-12)
    taken: list[int] = []
    for label, share in quotas(labels, count).items():
        members = np.flatnonzero(labels == label)
        taken += [int(members[at]) for at in spread(units[members], share)]
    return np.array(sorted(taken), np.int64)


def quotas(labels: I64, count: int) -> dict[int, int]:
    """Return how many of each class make `count`: as even as the classes' sizes allow."""
    names, sizes = np.unique(labels, return_counts=True)
    share = dict.fromkeys(names.tolist(), 0)
    left = min(count, int(sizes.sum()))
    size = dict(zip(names.tolist(), sizes.tolist(), strict=True))
    while left:
        open_ = [name for name in share if share[name] < size[name]]
        for name in open_[:left] if left < len(open_) else open_:
            share[name] += 1
            left -= 1
    return share


def spread(units: F32, count: int) -> list[int]:
    """Return `count` places of rows (N, D) of length 1, each the farthest from all before it.

    The first is the one most like the mean.
    """
    if not count:
        return []
    taken = [int((units @ units.mean(axis=0)).argmax())]
    near = 1 - units @ units[taken[0]]
    while len(taken) < min(count, len(units)):
        near[taken[-1]] = -np.inf
        taken.append(int(near.argmax()))
        np.minimum(near, 1 - units @ units[taken[-1]], out=near)
    return taken


def per_class(labels: Sequence[int], classes: Sequence[str]) -> dict[str, int]:
    """Return how many pictures of each class there are."""
    return {name: sum(one == at for one in labels) for at, name in enumerate(classes)}
