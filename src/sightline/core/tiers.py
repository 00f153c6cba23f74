"""How large a data set is, in six steps."""

from __future__ import annotations

from typing import Final

TIERS: Final = (
    ("tiny", 500),
    ("small", 2_500),
    ("medium", 10_000),
    ("large", 30_000),
    ("huge", 50_000),
)
"""Name and the most pictures it has."""
LARGEST: Final = "massive"


def tier_of(images: int) -> str:
    """Return the tier of a data set with so many labelled pictures."""
    return next((name for name, most in TIERS if images <= most), LARGEST)
