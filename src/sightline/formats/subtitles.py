"""Texts about a clip as subtitles: SubRip (SRT) and WebVTT.

WebVTT is a W3C recommendation track document (https://www.w3.org/TR/webvtt1/); SubRip has no
standard, what is written here is what players agree on: numbered blocks, CRLF, a comma before the
milliseconds, UTF-8.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SubtitleFormat = Literal["srt", "vtt"]
MEDIA_TYPES: Final[dict[SubtitleFormat, str]] = {
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
}
_LEAST_S: Final = 1.5
_PER_CHARACTER_S: Final = 0.06
"""About 17 characters a second, which most people read with ease."""
_MOST_S: Final = 12.0


@dataclass(frozen=True, slots=True)
class Cue:
    """One text and when it is shown, seconds since the start."""

    start_s: float
    end_s: float
    text: str


def cues_of(texts: Iterable[tuple[float, str]], *, duration_s: float = 0.0) -> list[Cue]:
    """Return when each text is shown: as long as it takes to read, and until the next at most.

    Args:
        texts: (seconds since the start, text), in any order; empty ones are left out.
        duration_s: Of the clip; nothing is shown after its end. 0: not known.
    """
    ordered = sorted((max(at, 0.0), text) for at, text in texts if text.strip())
    found = []
    for place, (start, text) in enumerate(ordered):
        end = start + min(max(_LEAST_S, _PER_CHARACTER_S * len(text)), _MOST_S)
        if place + 1 < len(ordered):
            end = min(end, ordered[place + 1][0])
        if duration_s > start:
            end = min(end, duration_s)
        found.append(Cue(start, end, text))
    return [cue for cue in found if _milliseconds(cue.end_s) > _milliseconds(cue.start_s)]


def to_srt(cues: Sequence[Cue]) -> str:
    """Return cues as SubRip."""
    blocks = [
        f"{number}\r\n{_stamp(cue.start_s, ',')} --> {_stamp(cue.end_s, ',')}\r\n"
        + "\r\n".join(_lines(cue.text.replace("-->", "→")))
        + "\r\n"
        for number, cue in enumerate(cues, 1)
    ]
    return "\r\n".join(blocks)


def to_vtt(cues: Sequence[Cue], *, note: str = "") -> str:
    """Return cues as WebVTT.

    Args:
        cues: In order.
        note: Stands as a comment at the top; players do not show it.
    """
    blocks = ["WEBVTT"]
    if note:
        blocks.append("NOTE\n" + "\n".join(_lines(note.replace("-->", "→"))))
    blocks += [
        f"{number}\n{_stamp(cue.start_s, '.')} --> {_stamp(cue.end_s, '.')}\n"
        + html.escape("\n".join(_lines(cue.text)), quote=False)
        for number, cue in enumerate(cues, 1)
    ]
    return "\n\n".join(blocks) + "\n"


def _lines(text: str) -> list[str]:
    """Return the lines that are not empty: an empty one would end the cue."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)


def _stamp(seconds: float, mark: str) -> str:
    whole, milliseconds = divmod(_milliseconds(seconds), 1_000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02d}:{minute:02d}:{second:02d}{mark}{milliseconds:03d}"
