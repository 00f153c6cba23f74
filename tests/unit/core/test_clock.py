from __future__ import annotations

from datetime import UTC, datetime

from sightline.core.clock import now


def test_now_is_utc_to_the_millisecond_and_sorts_as_text() -> None:
    earlier, later = now(), now()
    assert earlier <= later
    assert len(earlier) == len("2026-01-31T12:00:00.000Z")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(earlier)).total_seconds()) < 60
