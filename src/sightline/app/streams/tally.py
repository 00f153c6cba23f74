"""What a narration has looked at so far."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """What a session has looked at so far."""

    looked: int = 0
    """Frames that were looked at."""
    told: int = 0
    """Texts."""
    dropped: int = 0
    """Frames that came while another one was being looked at."""
    time_s: float = 0.0
    """Of the newest frame, since the start."""
    index: int = -1
    """Of the newest frame."""
    latency_ms: float = 0.0
    """From the newest frame's coming to the end of looking at it."""
