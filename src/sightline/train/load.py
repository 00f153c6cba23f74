"""The machine's load while a training runs, once a second at most, into the run's events."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Self

from sightline.jobs.system_load import LoadMeter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.train.board import Board

EVERY_S: Final = 1.0
SPARSE: Final = 600.0
"""Later samples are kept more rarely: the whole run has about so many each time it doubles."""
SHOWN: Final = 300


class LoadWatch:
    """A thread that samples. Use it in a `with` block."""

    def __init__(
        self,
        board: Board,
        *,
        every_s: float = EVERY_S,
        look: Callable[[], dict[str, Any]] | None = None,
    ) -> None:
        self._board, self._every_s = board, every_s
        self._look = look or LoadMeter().look
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        kept_at = -float("inf")
        while not self._stop.wait(self._every_s):
            now = time.monotonic()
            keep = now - kept_at >= max(self._every_s, (now - began) / SPARSE)
            with suppress(OSError, ValueError):  # a full disk costs samples, never the training
                self._board.load(self._look(), keep=keep)
            if keep:
                kept_at = now


def read_load(run_dir: Path, most: int = SHOWN) -> list[dict[str, Any]]:
    """Return a run's samples, oldest first, evenly thinned out to `most`."""
    found: list[dict[str, Any]] = []
    path = run_dir / "events.jsonl"
    for line in path.read_text("utf-8").splitlines() if path.is_file() else []:
        if not line.startswith('{"kind": "load"'):
            continue
        with suppress(json.JSONDecodeError):  # the line that a crash cut off
            event = json.loads(line)
            event.pop("kind")
            found.append(event)
    if len(found) <= most:
        return found
    return [found[i * (len(found) - 1) // (most - 1)] for i in range(most)]
