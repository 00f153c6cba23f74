"""Trainings side by side: what was asked differently, what came of it, and the curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.app.training.training import Training

MOST: Final = 12
"""Runs that can be told apart in one picture."""
POINTS: Final = 400
"""Points of a curve; more cannot be seen."""
LOWER: Final = {"log_loss", "ece", "brier", "seconds", "val_loss", "coverage_error", "ranking_loss"}
"""Measures that are better when they are smaller."""
NEITHER: Final = {"images", "epochs", "best_epoch", "temperature", "parameters", "threshold"}
"""Figures of which none is better."""


def compare(training: Training, ids: Sequence[str]) -> dict[str, Any]:
    """Return two or more runs side by side.

    Returns:
        runs: as in lists, in the order asked for.
        spec: {"key", "values"} of each setting that differs; None where a run has no such key.
        metrics: {"name", "values", "best", "higher"}; best: positions of the best, none where
            nothing is better or all are alike.
        curves: {"run", "points", "epochs"} each, thinned to what can be seen.
        notes: what a comparison has to bear in mind.

    Raises:
        InvalidInputError: Fewer than two, or too many.
        UnknownRunError: There is no such run.
    """
    ids = list(dict.fromkeys(ids))
    if not 1 < len(ids) <= MOST:
        raise InvalidInputError(
            f"{len(ids)} trainings cannot be compared", hint=f"name two to {MOST} different runs"
        )
    runs = [training.get(one) for one in ids]
    return {
        "runs": [{key: one for key, one in run.items() if key not in _LONG} for run in runs],
        "spec": spec_rows([run["spec"] for run in runs]),
        "metrics": metric_rows([(run["metrics"] or {}) | _own(run) for run in runs]),
        "curves": [{"run": one, **_curves(training, one)} for one in ids],
        "notes": _notes(runs),
    }


def spec_rows(specs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the settings that differ between specs: {"key", "values"} each."""
    from sightline.train.spec import flat

    flats = [flat(spec) for spec in specs]
    keys = dict.fromkeys(key for one in flats for key in one)
    rows = [{"key": key, "values": [one.get(key) for one in flats]} for key in keys]
    return [row for row in rows if any(one != row["values"][0] for one in row["values"])]


def metric_rows(metrics: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each figure of runs beside one another: {"name", "values", "best", "higher"}."""
    numbers = [
        {key: float(one) for key, one in row.items() if type(one) in {int, float}}
        for row in metrics
    ]
    names = dict.fromkeys(name for row in numbers for name in row)
    return [_row(name, [row.get(name) for row in numbers]) for name in names]


def thinned(points: list[dict[str, Any]], most: int = POINTS) -> list[dict[str, Any]]:
    """Return at most `most` points at even steps, the first and the last among them."""
    if len(points) <= most:
        return points
    step = (len(points) - 1) / (most - 1)
    return [points[round(place * step)] for place in range(most)]


_LONG: Final = {"spec", "moved"}


def _row(name: str, values: list[float | None]) -> dict[str, Any]:
    known = {one for one in values if one is not None}
    higher = name not in LOWER
    best: list[int] = []
    if name not in NEITHER and len(known) > 1:
        target = max(known) if higher else min(known)
        best = [place for place, one in enumerate(values) if one == target]
    return {"name": name, "values": values, "best": best, "higher": higher}


def _own(run: dict[str, Any]) -> dict[str, Any]:
    return {"epochs": run["epoch"]} if run["epoch"] else {}


def _curves(training: Training, run_id: str) -> dict[str, Any]:
    found = training.curves(run_id)
    return {"points": thinned(found["points"]), "epochs": found["epochs"]}


def _notes(runs: Sequence[dict[str, Any]]) -> list[str]:
    notes = []
    if len({run["project"] for run in runs}) > 1:
        notes.append("they learned from different projects: their figures are of other pictures")
    splits = {(run["metrics"] or {}).get("accuracy_split") for run in runs} - {None}
    if len(splits) > 1:
        listed = ", ".join(sorted(map(str, splits)))
        notes.append(f"their accuracy is that of different splits: {listed}")
    counts = {(run["metrics"] or {}).get("images") for run in runs} - {None}
    if len(counts) > 1:
        notes.append("they were measured on different numbers of pictures")
    return notes
