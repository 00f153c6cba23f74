"""Where objects were in each frame that was looked at, kept beside a clip for drawing.

    <medium>/looks/<session>.jsonl    one line for each look

A line is [seconds, width of the frame, objects], an object [name, score, track, x1, y1, x2, y2].
No pixels, and nothing that has to survive a crash: it is written as it comes.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.narration import Scene

FOLDER: Final = "looks"
MOST_BYTES: Final = 64 << 20
HOLD_S: Final = 1.0
"""So long boxes are shown after the look that found them."""


class LookWriter:
    """Appends looks; a full disk costs looks, never texts."""

    def __init__(self, file: Path) -> None:
        self._file: IO[str] | None = None
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            self._file = file.open("a", encoding="utf-8")

    def add(self, scene: Scene) -> None:
        """Keep where the objects of a scene are."""
        if self._file is None or self._file.closed:
            return
        boxes = [
            [one.name, round(one.score, 3), one.track, *(round(side, 1) for side in one.box)]
            for one in scene.things
        ]
        with suppress(OSError):
            if self._file.tell() < MOST_BYTES:
                row = [round(scene.time_s, 3), scene.width, boxes]
                self._file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Bring what waits to the file."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()


class Looks:
    """Looks by time."""

    def __init__(self, rows: list[list[Any]]) -> None:
        self._rows = sorted(rows, key=lambda row: float(row[0]))
        self._times = [float(row[0]) for row in self._rows]

    @classmethod
    def read(cls, file: Path) -> Looks:
        """Read a file; a line that was cut off is passed over."""
        rows = []
        with suppress(OSError):
            for line in file.read_text("utf-8").splitlines():
                with suppress(ValueError):
                    rows.append(json.loads(line))
        return cls(rows)

    def at(self, time_s: float) -> tuple[int, list[dict[str, Any]]]:
        """Return the width of the frame that was looked at last, pixels, and the boxes in it."""
        place = bisect_right(self._times, time_s + 1e-6) - 1
        if place < 0 or time_s - self._times[place] > HOLD_S:
            return 0, []
        _, width, boxes = self._rows[place]
        return int(width), [
            {"name": name, "score": score, "track": track, "box": box}
            for name, score, track, *box in boxes
        ]
