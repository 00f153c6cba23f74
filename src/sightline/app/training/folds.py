"""Cross-validation: one run for each fold, and what they come to together."""

from __future__ import annotations

from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any, Final

from sightline.app.runs.rows import run_id as new_id
from sightline.app.splits.splits import check_folds
from sightline.core.clock import now
from sightline.core.errors import NotFoundError, SightlineError
from sightline.core.files import read_json, write_json
from sightline.core.groups import parse_grouping
from sightline.core.names import check_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sightline.app.projects import Projects
    from sightline.app.splits.splits import Splits
    from sightline.app.training.training import Training
    from sightline.store.projects import Project

SPLITS: Final = ("val", "test")
FINAL: Final = ("done", "failed", "cancelled", "interrupted")


class Folds:
    """Sets of runs that differ in nothing but the fold that is held out."""

    def __init__(self, projects: Projects, training: Training, splits: Splits) -> None:
        self._projects = projects
        self._training = training
        self._splits = splits

    def start(
        self, project: Project, spec: Mapping[str, Any], *, folds: int = 5, group_by: str = ""
    ) -> dict[str, Any]:
        """Queue one run for each fold; they run one after the other.

        Groups are never parted; which fold one is in follows from its hash, so that labels given
        while the runs wait move no image from fold to fold. The test split stays out of all.

        Args:
            project: Whose images.
            spec: As of a single run.
            folds: How many, 2 to 100.
            group_by: What stays together; empty: as the project's setting `split_by` says.

        Raises:
            InvalidInputError: The spec is not valid, or the groups do not fill the folds.
        """
        check_folds(folds, 0)
        by = parse_grouping(group_by or self._projects.settings(project).settings.split_by)
        seed = self._splits.fold_seed(project, folds, by)
        data: dict[str, Any] = dict(spec.get("data") or {})
        data |= {"group_by": str(by), "fold_seed": seed}
        made: dict[str, Any] = {
            "id": new_id(),
            "created_at": now(),
            "folds": folds,
            "group_by": str(by),
            "seed": seed,
            "runs": [],
        }
        for fold in range(folds):
            wish = {**spec, "folds": folds, "fold": fold, "data": data}
            made["runs"].append(self._training.start(project, wish)["run"])
            write_json(self._folder(project) / f"{made['id']}.json", made)
        return self.get(project, made["id"])

    def all(self, project: Project) -> list[dict[str, Any]]:
        """Return what all sets came to, newest first."""
        files = sorted(self._folder(project).glob("*.json"), reverse=True)
        return [self._shown(read_json(file)) for file in files]

    def get(self, project: Project, ref: str) -> dict[str, Any]:
        """Return what one set came to; "newest" is one too.

        Raises:
            NotFoundError: There is none.
        """
        found = self.all(project) if ref == "newest" else self._one(project, ref)
        if not found:
            raise NotFoundError(
                f"{project.name} has no folds {ref!r}",
                hint=f"sightline train {project.name} --folds 5",
            )
        return found[0]

    def _one(self, project: Project, ref: str) -> list[dict[str, Any]]:
        file = self._folder(project) / f"{check_name(ref, 'set of folds')}.json"
        return [self._shown(read_json(file))] if file.is_file() else []

    def _folder(self, project: Project) -> Path:
        return self._projects.folder(project) / "folds"

    def _shown(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        rows = [self._row(fold, run) for fold, run in enumerate(kept["runs"])]
        figures = [row["figures"] for row in rows if row["figures"]]
        keys = sorted({key for one in figures for key in one})
        columns = {key: [one[key] for one in figures if key in one] for key in keys}
        return {
            **kept,
            "state": _state([row["state"] for row in rows]),
            "finished": len(figures),
            "runs": rows,
            "mean": {key: fmean(values) for key, values in columns.items()},
            "spread": {key: _spread(values) for key, values in columns.items()},
        }

    def _row(self, fold: int, run: str) -> dict[str, Any]:
        """Return one fold's run; one that has been deleted is told as such."""
        row: dict[str, Any] = {"fold": fold, "run": run, "state": "gone", "figures": {}}
        try:
            found = self._training.get(run)
            row |= {"state": found["state"], "epoch": found["epoch"], "epochs": found["epochs"]}
            report = self._training.report(run)
        except SightlineError:
            return row
        return row | {"figures": _figures(report)}


def _figures(report: Mapping[str, Any]) -> dict[str, float]:
    """Return the plain numbers of the held-out fold and of test, as in val.accuracy."""
    return {
        f"{split}.{key}": float(value)
        for split in SPLITS
        for key, value in (report.get("splits", {}).get(split) or {}).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _spread(values: Sequence[float]) -> float | None:
    """Return the standard deviation between folds; None of a single one."""
    return stdev(values) if len(values) > 1 else None


def _state(states: Sequence[str]) -> str:
    if all(one == "done" for one in states):
        return "done"
    return "ended" if all(one in {*FINAL, "gone"} for one in states) else "running"
