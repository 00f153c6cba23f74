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
    raw = hashlib.blake2b(f"{seed}:{group}".encode(), digest_size=8).digest()
    place = int.from_bytes(raw, "big") / 2**64
    if place < test:
        return "test"
    return "val" if place < test + val else "train"
