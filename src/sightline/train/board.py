"""What a training tells while it runs: events.jsonl for curves, and the job's progress."""

from __future__ import annotations

import json
import math
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.progress import Progress
    from sightline.train.track import Trackers

EVERY_S: Final = 0.25
NOT_TRACKED: Final = {"gpus", "cores", "memory_total_mb"}
"""Of a load: no figures that change."""


class Curves(TypedDict):
    """What /curves answers."""

    points: list[dict[str, Any]]
    epochs: list[dict[str, Any]]
    facts: list[dict[str, Any]]
    """What else happened, in its order: {"kind", "at", "step", ...}; kind: resumed, paused,
    continued, lr, split, stop_after_epoch and what later versions add."""


class Board:
    """Appends to events.jsonl and tells the progress; metrics at most four times a second."""

    def __init__(
        self,
        run_dir: Path,
        run_id: int | str,
        progress: Progress,
        trackers: Trackers | None = None,
    ) -> None:
        run_dir.mkdir(parents=True, exist_ok=True)
        self._file = (run_dir / "events.jsonl").open("a", encoding="utf-8")
        self._run, self._progress, self._trackers = run_id, progress, trackers
        self._lock = threading.Lock()
        self._broken = False
        self._losses: list[float] = []
        self._load: dict[str, Any] | None = None
        self._at = time.perf_counter()
        self._seen = 0

    def due(self, pictures: int) -> bool:
        """Count a step's pictures and say whether its metrics should be told."""
        self._seen += pictures
        return time.perf_counter() - self._at >= EVERY_S

    def losses(self, parts: Sequence[float], sizes: Sequence[int]) -> None:
        """Take in the losses of steps that follow each other; the next metric is of the last.

        Args:
            parts: Shares of the steps' losses, one for each micro-batch.
            sizes: How many of them each step has; 0 for a step that was left out.
        """
        found = iter(parts)
        for size in sizes:
            self._losses.append(sum(next(found) for _ in range(size)) if size else math.nan)

    def metric(self, total: int, **values: Any) -> None:
        """Tell a step's metrics (step, epoch, loss, acc, lr) and the pictures per second.

        `loss` and `acc` are means of the epoch so far; `batch_loss`, which is added, is that of the
        steps since the last time. Trackers get the loss of each of them.
        """
        values |= self._batches(int(values["step"]))
        now = time.perf_counter()
        rate = self._seen / max(1e-9, now - self._at)
        self._at, self._seen = now, 0
        self._write("metric", img_s=round(rate, 1), **values)
        if self._trackers is not None:
            self._trackers.figures(values | {"img_s": rate})
        self._progress.tell("metric", run=self._run, img_s=round(rate, 1), **values)
        self._progress.advance(values["step"], total, f"epoch {values['epoch']}")

    def epoch(self, **values: Any) -> None:
        """Tell a finished epoch."""
        self._write("epoch", **values)
        if self._trackers is not None:
            self._trackers.figures(values)
        self._progress.tell("epoch", run=self._run, **values)

    def fact(self, kind: str, **values: Any) -> None:
        """Tell anything else that happened."""
        self._write(kind, **values)
        self._progress.tell("fact", run=self._run, what=kind, **values)

    def load(self, values: dict[str, Any], *, keep: bool) -> None:
        """Tell how busy the machine is, from any thread; `keep`: write it down as well."""
        if keep:
            self._write("load", **values)
        self._load = {name: one for name, one in values.items() if name not in NOT_TRACKED}
        self._load |= {
            f"gpu_{i}_{name}": one
            for i, card in enumerate(values.get("gpus", ()))
            for name, one in card.items()
            if name != "name"
        }
        self._progress.tell("load", run=self._run, at=time.time(), **values)

    def rest(self) -> None:
        """Leave what has passed since the last metrics out of the next rate."""
        self._at, self._seen = time.perf_counter(), 0

    def close(self) -> None:
        """Close the file."""
        with suppress(OSError):
            self._file.close()

    def _write(self, kind: str, **values: Any) -> None:
        line = json.dumps({"kind": kind, "at": time.time(), **values}) + "\n"
        with self._lock:
            if self._broken:
                return
            try:
                self._file.write(line)
                self._file.flush()
            except OSError as error:  # the training is worth more than its curves
                self._broken = True
                self._progress.log(f"the curves cannot be written any more: {error}")

    def _batches(self, last: int) -> dict[str, float]:
        """Return the mean loss of the steps up to `last`; tell trackers each, and the load."""
        first = last - len(self._losses) + 1
        rows = [(first + i, one) for i, one in enumerate(self._losses) if math.isfinite(one)]
        self._losses = []
        if self._trackers is not None:
            self._trackers.steps(rows)
            if self._load is not None:
                self._trackers.figures({"step": last, **self._load}, "system/")
        self._load = None
        return {"batch_loss": sum(one for _, one in rows) / len(rows)} if rows else {}


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
        if kind not in {"metric", "epoch", "load"}:
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
