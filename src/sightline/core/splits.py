"""Which split an image belongs to: by hash, so that growing data never moves an image."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightline.core.samples import Split


def split_of(group: str, *, seed: int, val: float, test: float) -> Split:
    """Return the split of a group (an image's digest when it has no other group).

    Args:
        group: What must stay together.
        seed: Another seed gives another split.
        val: Share of the validation split, 0..1.
        test: Share of the test split, 0..1; val + test <= 1.
    """
    place = place_of(group, seed=seed)
    if place < test:
        return "test"
    return "val" if place < test + val else "train"


def fold_of(group: str, *, seed: int, folds: int) -> int:
    """Return the fold, 0..folds-1, that a group is validated in."""
    return int(place_of(f"fold:{group}", seed=seed) * folds)


def place_of(group: str, *, seed: int) -> float:
    """Return where a group's hash lies, 0 <= place < 1: the same on every machine."""
    raw = hashlib.blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
    return int.from_bytes(raw, "big") / 2**64
