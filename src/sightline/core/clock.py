"""Time as it is stored: UTC, RFC 3339."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Return the time now, to the millisecond, as in 2026-01-31T12:00:00.000Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
