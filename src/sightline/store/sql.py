"""Small helpers for SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

IN_CHUNK: Final = 500
"""Values in one IN (...): SQLite's older limit on variables is 999."""


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the values in parts that fit one statement."""
    for start in range(0, len(values), IN_CHUNK):
        yield values[start : start + IN_CHUNK]
