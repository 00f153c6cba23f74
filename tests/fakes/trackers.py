"""Trackers that remember, and that break."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.train.track import Scalar


class Notebook:
    """Remembers; `breaks_at` a figure of that step."""

    name = "Notebook"

    def __init__(self, breaks_at: int = -1) -> None:
        self.fault: Exception | None = None
        self.rows: list[Scalar] = []
        self.kept: list[str] = []
        self.status = ""
        self._breaks_at = breaks_at

    def scalars(self, rows: Sequence[Scalar]) -> None:
        """Remember."""
        if any(row.step == self._breaks_at for row in rows):
            raise RuntimeError("the notebook is wet\nfor a long time")
        self.rows += rows

    def files(self, paths: Sequence[Path]) -> None:
        """Remember."""
        self.kept += [path.name for path in paths]

    def close(self, status: str) -> None:
        """Remember."""
        self.status = status
