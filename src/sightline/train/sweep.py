"""A search for settings: many short trainings, the next chosen by what the former came to.

Optuna's tree-structured Parzen estimator (Bergstra et al. 2011) proposes, its median rule (Golovin
et al. 2017) ends what falls behind. The study is a file of JSON lines; a trial that was cut short
goes on where it was.
"""

from __future__ import annotations

import shutil
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import (
    CancelledError,
    InvalidInputError,
    MissingExtraError,
    OutOfMemoryError,
)
from sightline.core.files import read_json, write_json
from sightline.core.progress import Silent
from sightline.train import manifest
from sightline.train.checkpoint import best_path, last_path
from sightline.train.knobs import Knob, with_values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sightline.core.progress import Progress
    from sightline.core.samples import SampleSet
    from sightline.train.cache import PixelCache
    from sightline.train.loader import Load
    from sightline.train.spec import TrainSpec

STUDY: Final = "study.jsonl"
TRIALS: Final = "trials.json"
STARTUP: Final = 5
"""Trials that are drawn at random first, and that no other is ended against."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched."""

    base: TrainSpec
    knobs: tuple[Knob, ...]
    trials: int
    prune: bool = True
    """End a trial that is worse than the median of the former ones at its epoch."""

    @property
    def monitor(self) -> str:
        """The figure that is searched for."""
        return self.base.early_stopping.monitor

    @property
    def higher(self) -> bool:
        """Whether more of it is better."""
        return self.monitor != "val_loss"


def sweep(
    search: Search,
    samples: SampleSet,
    folder: Path,
    *,
    progress: Progress | None = None,
    load: Load | None = None,
    cache: PixelCache | None = None,
) -> list[dict[str, Any]]:
    """Do the trials that a search still lacks, and return all.

    Args:
        search: What to do. More trials than before: it goes on.
        samples: Labelled pictures with a val split.
        folder: The search's own; trial N's files lie in trials/N. Checkpoints stay of the best.
        progress: Hears of trials and epochs; may stop the work, which can be resumed.
        load: As of `train`.
        cache: As of `train`.

    Returns:
        As `trials_of`.

    Raises:
        InvalidInputError: There is no val split.
        MissingExtraError: Optuna is not installed.
        CancelledError: Somebody asked to stop.
    """
    check_comparable(samples)
    told = progress or Silent()
    folder.mkdir(parents=True, exist_ok=True)
    study, how = _open(folder, search), _How(samples, load, cache)
    for trial in _waiting(study):
        _do(study, trial, search, folder=folder, progress=told, how=how)
    while len(_counted(study)) < search.trials:
        told.check()
        trial = study.ask(fixed_distributions=_distributions(search.knobs))
        _do(study, trial, search, folder=folder, progress=told, how=how)
    return trials_of(folder)


def check_comparable(samples: SampleSet) -> None:
    """See that there are pictures to compare trials by.

    Raises:
        InvalidInputError: There is no val split.
    """
    if not samples.of("val"):
        raise InvalidInputError(
            "a search compares by val pictures, and there are none",
            hint="give some images the split val: sightline splits PROJECT",
        )


def trials_of(folder: Path) -> list[dict[str, Any]]:
    """Return a search's trials: number, state, value, values, epochs [{epoch, value}], seconds.

    States: done, pruned, failed, running. `best` marks one. Optuna is not needed.
    """
    path = folder / TRIALS
    found: list[dict[str, Any]] = read_json(path) if path.is_file() else []
    return found


def _write(study: Any, search: Search, folder: Path) -> None:
    """Write down how all trials stand, for those who only look."""
    states = {"COMPLETE": "done", "PRUNED": "pruned", "FAIL": "failed"}
    best = _best(study, search)
    rows = [
        {
            "number": one.number,
            "state": states.get(one.state.name, "running"),
            "value": one.value,
            "values": dict(one.params),
            "epochs": [
                {"epoch": epoch, "value": value}
                for epoch, value in sorted(one.intermediate_values.items())
            ],
            "error": one.user_attrs.get("error"),
            "seconds": None if one.duration is None else one.duration.total_seconds(),
            "best": one.number == best,
        }
        for one in study.trials
    ]
    write_json(folder / TRIALS, rows)


@dataclass(frozen=True, slots=True)
class _How:
    """What all trials learn from, and how it is read."""

    samples: SampleSet
    load: Load | None
    cache: PixelCache | None


class _LagsError(CancelledError):
    """Ends a trial that falls behind."""


class _Ear(Silent):
    """Hears a trial's epochs, passes on what a person wants to know, and ends it when it lags."""

    def __init__(self, inner: Progress, trial: Any, search: Search, show: Any) -> None:
        self._inner, self._trial, self._search, self._show = inner, trial, search, show
        self._number: int = trial.number
        known = trial.study.trials[trial.number].intermediate_values
        self.best: float | None = known[max(known)] if known else None
        self.lags = False

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Tell how far all trials are."""
        if not total:
            return
        whole = self._search.trials
        before = min(self._number, whole - 1)
        text = f"trial {self._number + 1} of {whole}: {note}"
        self._inner.advance(before * total + done, whole * total, text)

    def log(self, text: str) -> None:
        """Pass it on, with the trial."""
        self._inner.log(f"trial {self._number + 1}: {text}")

    def tell(self, kind: str, **data: Any) -> None:
        """Report an epoch."""
        value = data.get(self._search.monitor)
        if kind != "epoch" or value is None:
            return
        sign = 1 if self._search.higher else -1
        if self.best is None or sign * value > sign * self.best:
            self.best = value
        self._inner.tell("trial", number=self._number, epoch=data["epoch"], value=value)
        with warnings.catch_warnings():  # an epoch may have been reported before the cut
            warnings.simplefilter("ignore")
            self._trial.report(self.best, data["epoch"])
        self.lags = self._search.prune and self._trial.should_prune()
        self._show()

    def check(self) -> None:
        """Stop when somebody asked, or when it lags."""
        self._inner.check()
        if self.lags:
            raise _LagsError("falls behind")


def _do(
    study: Any,
    trial: Any,
    search: Search,
    *,
    folder: Path,
    progress: Progress,
    how: _How,
) -> None:
    """Train one trial to its end and tell the study."""
    from optuna.trial import TrialState

    from sightline.train.run import train

    place = folder / "trials" / str(trial.number)
    spec = with_values(search.base, trial.params)
    ear = _Ear(progress, trial, search, lambda: _write(study, search, folder))
    begun = last_path(place).exists()
    if not begun:
        best_path(place).unlink(missing_ok=True)
    try:
        train(
            spec,
            manifest.load(place) if begun else how.samples,
            place,
            mode="resume" if begun else "new",
            progress=ear,
            load=how.load,
            cache=how.cache,
        )
    except _LagsError:
        study.tell(trial.number, state=TrialState.PRUNED)
    except (InvalidInputError, OutOfMemoryError) as error:
        trial.set_user_attr("error", str(error))
        study.tell(trial.number, state=TrialState.FAIL)
        progress.log(f"trial {trial.number + 1} failed: {error}")
    else:
        study.tell(trial.number, ear.best)
    _write(study, search, folder)
    _tidy(folder, _best(study, search))


def _tidy(folder: Path, best: int | None) -> None:
    """Keep the checkpoints of the best trial alone."""
    for place in (folder / "trials").iterdir():
        if place.name != str(best):
            shutil.rmtree(place / "checkpoints", ignore_errors=True)


def _best(study: Any, search: Search) -> int | None:
    done = [one for one in study.trials if one.state.name == "COMPLETE"]
    if not done:
        return None
    choose: Callable[..., Any] = max if search.higher else min
    return int(choose(done, key=lambda one: one.value).number)


def _counted(study: Any) -> list[Any]:
    """Return the trials that are over, whatever their end."""
    return [one for one in study.trials if one.state.is_finished()]


def _waiting(study: Any) -> list[Any]:
    """Return the trials that a stop or a kill cut short, as one can go on with them."""
    from optuna.trial import Trial

    return [
        Trial(study, one._trial_id)  # noqa: SLF001 - Optuna's own way to take up a trial
        for one in study.trials
        if not one.state.is_finished()
    ]


def _open(folder: Path, search: Search) -> Any:
    try:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
    except ImportError as error:
        raise MissingExtraError(
            "a search needs Optuna", hint="pip install 'sightline[sweep]'"
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    path = str(folder / STUDY)
    lock = JournalFileOpenLock(path)
    storage = JournalStorage(JournalFileBackend(path, lock_obj=lock))
    finished = 0
    with suppress(KeyError):
        finished = len(_counted(optuna.load_study(study_name="sweep", storage=storage)))
    return optuna.create_study(
        study_name="sweep",
        storage=storage,
        load_if_exists=True,
        direction="maximize" if search.higher else "minimize",
        sampler=optuna.samplers.TPESampler(
            seed=(search.base.seed + finished) % 2**31, n_startup_trials=STARTUP
        ),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP, n_warmup_steps=1),
    )


def _distributions(knobs: Sequence[Knob]) -> dict[str, Any]:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    out: dict[str, Any] = {}
    for knob in knobs:
        if knob.values:
            out[knob.key] = CategoricalDistribution(knob.values)
        elif knob.low is not None and knob.high is not None:
            kind: Any = IntDistribution if knob.whole else FloatDistribution
            out[knob.key] = kind(knob.low, knob.high, log=knob.log)
    return out
