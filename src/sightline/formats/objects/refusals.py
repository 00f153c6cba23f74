"""What a reader leaves out, and why."""

from __future__ import annotations

from typing import Final

from sightline.formats.records import Refused

MOST_KEPT: Final = 1_000


class Refusals:
    """Counts all, keeps the first thousand."""

    def __init__(self) -> None:
        self.rows: list[Refused] = []
        self.count = 0

    def add(self, where: str, reason: str) -> None:
        """Leave something out."""
        self.count += 1
        if len(self.rows) < MOST_KEPT:
            self.rows.append(Refused(where[:300], reason[:300]))
