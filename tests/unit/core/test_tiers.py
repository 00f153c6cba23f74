from __future__ import annotations

import pytest

from sightline.core.tiers import tier_of


@pytest.mark.parametrize(
    ("images", "tier"),
    [
        (0, "tiny"), (500, "tiny"), (501, "small"), (2_500, "small"), (2_501, "medium"),
        (10_000, "medium"), (10_001, "large"), (30_000, "large"), (30_001, "huge"),
        (50_000, "huge"), (50_001, "massive"), (2_000_000, "massive"),
    ],
)  # fmt: skip
def test_a_tier_ends_with_its_bound(images: int, tier: str) -> None:
    assert tier_of(images) == tier
