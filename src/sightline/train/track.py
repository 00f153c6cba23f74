"""A training's figures told to other programs; one that fails is left out and never stops it."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, Self

from sightline.core.errors import CancelledError, MissingExtraError
from sightline.train.spec import flat
from sightline.train.spec_track import TrackPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from types import TracebackType

    from sightline.train.spec import TrainSpec

NAMES: Final = {
    "loss": "loss/train",
    "acc": "accuracy/train",
    "lr": "learning_rate",
    "img_s": "pictures_per_second",
    "train_loss": "loss/epoch",
    "train_accuracy": "accuracy/epoch",
    "val_loss": "loss/val",
    "val_accuracy": "accuracy/val",
}
"""What a figure of events.jsonl is called elsewhere; others keep their names."""
BATCH: Final = "loss/batch"
NO_FIGURES: Final = {"step", "epoch", "at", "batch_loss"}


class Scalar(NamedTuple):
    """One figure at one step."""

    name: str
    step: int
    value: float
    at: float
    """Seconds since 1970."""


class Tracker(Protocol):
    """Another program that hears of a training."""

    name: str
    fault: Exception | None
    """Why it no longer works, where it works in a thread of its own."""

    def scalars(self, rows: Sequence[Scalar]) -> None:
        """Take figures in."""
        ...

    def files(self, paths: Sequence[Path]) -> None:
        """Take files in, where it keeps any."""
        ...

    def close(self, status: str) -> None:
        """End: FINISHED, KILLED or FAILED; what is still held back is written first."""
        ...


class Trackers:
    """All trackers of a run. Use it in a `with` block, which closes them."""

    def __init__(self, trackers: Iterable[Tracker], say: Callable[[str], None]) -> None:
        self._trackers = list(trackers)
        self._say = say
        self.notes: list[str] = []
        """A line for each that failed."""

    def steps(self, rows: Sequence[tuple[int, float]]) -> None:
        """Tell the loss of each of some steps."""
        now = time.time()
        self._tell([Scalar(BATCH, step, loss, now) for step, loss in rows])

    def figures(self, values: dict[str, Any], prefix: str = "") -> None:
        """Tell the numbers of a metric, an epoch or a load; `values` has their `step`."""
        if not self._trackers:
            return
        now, step = time.time(), int(values["step"])
        self._tell(
            [
                Scalar(prefix + NAMES.get(name, name), step, float(value), now)
                for name, value in values.items()
                if name not in NO_FIGURES and isinstance(value, int | float)
            ]
        )

    def files(self, paths: Sequence[Path]) -> None:
        """Hand over files: the report, the spec."""
        self._each(lambda one: one.files([path for path in paths if path.is_file()]))

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close them with how the training ended."""
        stopped = kind is not None and issubclass(kind, CancelledError)
        status = "FINISHED" if kind is None else "KILLED" if stopped else "FAILED"
        self._each(lambda one: one.close(status))
        self._look()

    def _tell(self, rows: list[Scalar]) -> None:
        sound = [row for row in rows if math.isfinite(row.value)]
        if sound:
            self._each(lambda one: one.scalars(sound))
            self._look()

    def _each(self, work: Callable[[Tracker], None]) -> None:
        for one in list(self._trackers):
            try:
                work(one)
            except Exception as error:  # noqa: BLE001 - whatever it is, the training goes on
                self._drop(one, error)

    def _look(self) -> None:
        """Leave out those whose threads have failed."""
        for one in list(self._trackers):
            if one.fault is not None:
                self._drop(one, one.fault)

    def _drop(self, tracker: Tracker, error: Exception) -> None:
        self._trackers.remove(tracker)
        self.note(tracker.name, error)

    def note(self, name: str, error: Exception) -> None:
        """Write down that a tracker does not work."""
        first = (str(error).splitlines() or [type(error).__name__])[0][:200]
        self.notes.append(f"{name} is left out: {first}")
        self._say(self.notes[-1])


def open_trackers(
    spec: TrainSpec, run_dir: Path, *, step: int, say: Callable[[str], None]
) -> Trackers:
    """Return the trackers that a spec asks for; one that cannot be opened is noted.

    Args:
        spec: The training's settings.
        run_dir: The run's folder; a run that began before goes on in the same files.
        step: Steps that are done: later ones that were told before are told again.
        say: Gets a line for each that fails.
    """
    opened = Trackers([], say)
    makers: list[tuple[str, Callable[[], Tracker]]] = []
    if spec.track.tensorboard:
        makers.append(("TensorBoard", lambda: _tensorboard(spec, run_dir, step)))
    if spec.track.mlflow:
        makers.append(("MLflow", lambda: _mlflow(spec, run_dir)))
    for name, make in makers:
        try:
            opened._trackers.append(make())  # noqa: SLF001 - its own maker
        except Exception as error:  # noqa: BLE001 - whatever it is, the training goes on
            opened.note(name, error)
    return opened


def _tensorboard(spec: TrainSpec, run_dir: Path, step: int) -> Tracker:
    try:
        from sightline.train.track_tensorboard import TensorBoard

        return TensorBoard(run_dir / "tensorboard", step, flat(spec.model_dump(mode="json")))
    except ImportError as error:
        raise _missing("tensorboard") from error


def _mlflow(spec: TrainSpec, run_dir: Path) -> Tracker:
    try:
        from sightline.train.track_mlflow import MLflow

        return MLflow(spec.track, run_dir, flat(spec.model_dump(mode="json")))
    except ImportError as error:
        raise _missing("mlflow") from error


def _missing(name: str) -> MissingExtraError:
    hint = "pip install 'sightline[tracking]'"
    return MissingExtraError(f"{name} is not installed: {hint}", hint=hint)


def attach_card(spec: dict[str, Any], run_dir: Path, model_dir: Path) -> None:
    """Copy a model's card into the trackers' run, which has ended; what fails is passed over."""
    part = TrackPart.model_validate(spec.get("track") or {})
    if part.mlflow:
        from sightline.train.track_mlflow import attach

        attach(part, run_dir, sorted((*model_dir.glob("*.json"), *model_dir.glob("*.md"))))
