"""Predicted objects against drawn ones: evaluated once, kept, and looked through as a queue."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.detection.gather import Gathered, Judging
from sightline.app.detection.shelf import Shelf, wanted
from sightline.app.detection.sources import SUGGESTIONS, FromFile, Suggested
from sightline.app.runs.rows import run_id as new_id
from sightline.core.clock import now
from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.progress import Silent
from sightline.flows.detection.judge import judge_all
from sightline.metrics.detection_errors import FAULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sightline.app.detection.sources import Predicted
    from sightline.core.arrays import I32
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.projects import Project
    from sightline.store.store import Store

JOB: Final = "evaluate-objects"
FOLDER: Final = "evaluations"


class DetectionEvaluation:
    """Evaluations of predicted objects of all projects."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        jobs: JobRunner,
        folder: Callable[[Project], Path],
    ) -> None:
        self._store = store
        self._settings = settings
        self._jobs = jobs
        self._folder = folder
        self._last: tuple[tuple[Any, ...], dict[str, Any]] | None = None

    def start(self, project: Project, predictions: str, wish: Judging) -> dict[str, Any]:
        """Hand an evaluation to a job.

        Raises:
            InvalidInputError: There is no such source.
        """
        self._source(project, predictions, wish)
        arguments = {
            "project": project.name,
            "predictions": predictions,
            **asdict(wish),
        }
        job = self._jobs.start(JOB, arguments, project=project.name, actor=self._settings.person)
        return job.to_dict()

    def make(
        self,
        project: Project,
        predictions: str,
        wish: Judging | None = None,
        *,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Judge predictions, keep the evaluation and return its report.

        Args:
            project: With the labels that are true.
            predictions: `suggestions:NAME`, or the path of a file, folder or ZIP.
            wish: How.
            progress: Is told, and may stop it.

        Raises:
            InvalidInputError: There is no such source, or it cannot be read.
            ConflictError: No labelled picture is left to judge them by.
        """
        wish, told, began = wish or Judging(), progress or Silent(), time.monotonic()
        source = self._source(project, predictions, wish)
        seq = self._store.state.get(project.id).seq
        gathered = Gathered(self._store, project, wish)
        told.advance(0, None, "reading")
        for row, said in source.images():
            told.check()
            gathered.add(row, said)
        gathered.finish(wish.silent or source.silent)
        if not gathered.pictures:
            raise ConflictError(
                "no picture has both labels and predictions",
                hint="draw or import labels first; pictures without objects count once reviewed",
            )
        names = list(gathered.ids)
        made = judge_all(
            list(gathered.pictures.values()),
            names,
            told,
            by=gathered.by,
            min_score=wish.min_score,
            min_iou=wish.min_iou,
        )
        key = new_id()
        head = {
            "id": key,
            "project": project.name,
            "predictions": predictions,
            "format": source.format,
            "at": now(),
            "seq": seq,
            "seconds": round(time.monotonic() - began, 3),
        }
        report = head | _with_ids(made.report, gathered.ids) | gathered.told(source, wish)
        ids = np.array([*gathered.ids.values(), -1], np.int64)
        errors = made.faults.arrays()
        errors |= {"truth": ids[errors["truth"]], "said": ids[errors["said"]]}
        self._shelf(project).save(key, report, errors)
        return report | {"changed": 0}

    def list(self, project: Project) -> list[dict[str, Any]]:
        """Return the evaluations in short, newest first."""
        shelf = self._shelf(project)
        short = ("id", "predictions", "at", "images", "map", "map50", "f1", "by")
        return [{key: shelf.report(one)[key] for key in short} for one in shelf.ids()]

    def get(self, project: Project, key: str = "") -> dict[str, Any]:
        """Return an evaluation, and how many of its pictures were changed since.

        Raises:
            NotFoundError: There is none.
        """
        report = self._shelf(project).report(key)
        changed = self._store.images.changed_since(project.id, report["seq"])
        return report | {"changed": len(changed)}

    def errors(
        self, project: Project, key: str = "", error: str = "", *, limit: int = 100, start: int = 0
    ) -> dict[str, Any]:
        """Return errors as rows, the surest first, and how many there are.

        Args:
            project: Whose.
            key: Id of the evaluation; empty: the newest.
            error: Which, as `detection_shelf.wanted` reads it; empty: all.
            limit: How many rows.
            start: Rows to pass over.

        Raises:
            NotFoundError: There is no such evaluation.
            InvalidInputError: There is no such kind of error.
        """
        found = self._shelf(project).errors(key)
        names = {row.id: row.name for row in self._store.classes.list(project.id)}
        places = np.flatnonzero(wanted(error).of(found))
        order = places[np.argsort(-found["score"][places], kind="stable")]
        shown = order[start : start + limit].tolist()
        rows = self._store.images.by_ids(found["image_id"][shown].tolist())
        sizes = {row.id: (row.width, row.height) for row in rows}
        return {"total": len(order), "items": [_row(found, at, names, sizes) for at in shown]}

    def delete(self, project: Project, key: str) -> None:
        """Forget an evaluation.

        Raises:
            NotFoundError: There is none.
        """
        self._shelf(project).delete(key)

    def counts(self, project: Project, n: int, asked: Mapping[str, Any]) -> I32:
        """Return how many errors of each kind images have, (n, kinds); for the queue.

        Pictures that were changed since have none: somebody has been there.
        """
        made: I32 = self._arrays(project, n, asked)["counts"]
        return made

    def surest(self, project: Project, n: int, asked: Mapping[str, Any]) -> Any:
        """Return the highest score of a wrong prediction of images, (n,)."""
        return self._arrays(project, n, asked)["surest"]

    def _arrays(self, project: Project, n: int, asked: Mapping[str, Any]) -> dict[str, Any]:
        shelf = self._shelf(project)
        key = shelf.newest(str(asked.get("evaluation", "")))
        error = str(asked.get("error", ""))
        state = self._store.state.get(project.id)
        stamp = (project.id, key, error, n, state.seq)
        if self._last is None or self._last[0] != stamp:
            found = shelf.errors(key)
            mine = wanted(error).of(found)
            place = np.full(int(state.image_id.max(initial=0)) + 2, -1, np.int64)
            place[state.image_id[state.alive]] = np.flatnonzero(state.alive)
            at = place[np.minimum(found["image_id"], len(place) - 1)]
            mine &= (at >= 0) & (at < n)
            counts = np.zeros((n, len(FAULTS)), np.int32)
            np.add.at(counts, (at[mine], found["kind"][mine]), 1)
            surest = np.zeros(n)
            np.maximum.at(surest, at[mine], found["score"][mine])
            changed = self._store.images.changed_since(project.id, shelf.report(key)["seq"])
            counts[changed[changed < n]] = 0
            self._last = stamp, {"counts": counts, "surest": surest}
        return self._last[1]

    def _shelf(self, project: Project) -> Shelf:
        return Shelf(self._folder(project) / FOLDER)

    def _source(self, project: Project, predictions: str, wish: Judging) -> Predicted:
        if predictions.startswith(SUGGESTIONS):
            return Suggested(self._store, project, predictions.removeprefix(SUGGESTIONS))
        path = Path(predictions).expanduser()
        if not path.exists():
            known = ", ".join(SUGGESTIONS + one for one in self._store.suggestions.sources(project))
            raise InvalidInputError(
                f"there is no {predictions[:300]}",
                hint=f"name a file or folder{f', or {known}' if known else ''}",
            )
        ids = Path(wish.ids).expanduser() if wish.ids else None
        return FromFile(
            self._store,
            project,
            path,
            folder=self._folder(project),
            form=wish.form,
            classes=wish.classes,
            ids=ids,
        )


def _with_ids(report: dict[str, Any], ids: Mapping[str, int]) -> dict[str, Any]:
    """Return a report whose classes have their ids beside their names."""
    rows = [{"class_id": ids[row["name"]], **row} for row in report["per_class"]]
    cells = [
        cell | {"truth_id": ids.get(cell["truth"]), "said_id": ids.get(cell["said"])}
        for cell in report["confusion"]
    ]
    return report | {"per_class": rows, "confusion": cells}


def _row(
    found: Mapping[str, Any],
    at: int,
    names: Mapping[int, str],
    sizes: Mapping[int, tuple[int, int]],
) -> dict[str, Any]:
    truth, said = int(found["truth"][at]), int(found["said"][at])
    image = int(found["image_id"][at])
    width, height = sizes.get(image, (0, 0))
    return {
        "image_id": image,
        "width": width,
        "height": height,
        "error": FAULTS[int(found["kind"][at])],
        "truth": names.get(truth),
        "truth_id": truth if truth >= 0 else None,
        "truth_box": found["truth_box"][at].tolist() if truth >= 0 else None,
        "said": names.get(said),
        "said_id": said if said >= 0 else None,
        "said_box": found["said_box"][at].tolist() if said >= 0 else None,
        "score": float(found["score"][at]) if said >= 0 else None,
        "iou": float(found["iou"][at]),
    }
