"""What a training tells while it runs: events.jsonl for curves, and the job's progress."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final, TypedDict

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.progress import Progress

EVERY_S: Final = 0.25


class Curves(TypedDict):
    """What /curves answers."""

    points: list[dict[str, Any]]
    epochs: list[dict[str, Any]]
    facts: list[dict[str, Any]]
    """What else happened, in its order: {"kind", "at", "step", ...}; kind: resumed, paused,
    continued, lr, split, stop_after_epoch and what later versions add."""


class Board:
    """Appends to events.jsonl and tells the progress; metrics at most four times a second."""

    def __init__(self, run_dir: Path, run_id: int | str, progress: Progress) -> None:
        run_dir.mkdir(parents=True, exist_ok=True)
        self._file = (run_dir / "events.jsonl").open("a", encoding="utf-8")
        self._run, self._progress = run_id, progress
        self._at = time.perf_counter()
        self._seen = 0

    def due(self, pictures: int) -> bool:
        """Count a step's pictures and say whether its metrics should be told."""
        self._seen += pictures
        return time.perf_counter() - self._at >= EVERY_S

    def metric(self, total: int, **values: Any) -> None:
        """Tell a step's metrics (step, epoch, loss, acc, lr) and the pictures per second."""
        now = time.perf_counter()
        rate = self._seen / max(1e-9, now - self._at)
        self._at, self._seen = now, 0
        self._write("metric", img_s=round(rate, 1), **values)
        self._progress.tell("metric", run=self._run, img_s=round(rate, 1), **values)
        self._progress.advance(values["step"], total, f"epoch {values['epoch']}")

    def epoch(self, **values: Any) -> None:
        """Tell a finished epoch."""
        self._write("epoch", **values)
        self._progress.tell("epoch", run=self._run, **values)

    def fact(self, kind: str, **values: Any) -> None:
        """Tell anything else that happened."""
        self._write(kind, **values)
        self._progress.tell("fact", run=self._run, what=kind, **values)

    def rest(self) -> None:
        """Leave what has passed since the last metrics out of the next rate."""
        self._at, self._seen = time.perf_counter(), 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, kind: str, **values: Any) -> None:
        self._file.write(json.dumps({"kind": kind, "at": time.time(), **values}) + "\n")
        self._file.flush()


def read_curves(run_dir: Path, after: int = 0) -> Curves:
    """Return a run's points, epochs and facts, each once, also when it was resumed.

    Args:
        run_dir: The run's folder; one without events gives none.
        after: Only points of later steps.
    """
    points: dict[int, dict[str, Any]] = {}
    epochs: dict[int, dict[str, Any]] = {}
    facts: list[dict[str, Any]] = []
    path = run_dir / "events.jsonl"
    for line in path.read_text("utf-8").splitlines() if path.is_file() else []:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:  # the line that a crash cut off
            continue
        kind = event.pop("kind", "")
        if kind not in {"metric", "epoch"}:
            facts.append({"kind": kind, **event})
        if kind == "resumed":  # what came after the checkpoint is done again
            points = {step: one for step, one in points.items() if step <= event["step"]}
            epochs = {number: one for number, one in epochs.items() if number <= event["epoch"]}
        elif kind == "metric":
            points[event["step"]] = event
        elif kind == "epoch":
            epochs[event["epoch"]] = event
    return Curves(
        points=[points[step] for step in sorted(points) if step > after],
        epochs=[epochs[number] for number in sorted(epochs)],
        facts=facts,
    )
