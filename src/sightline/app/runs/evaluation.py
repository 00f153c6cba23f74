"""What trained networks are worth: their kept answers, judged again whenever somebody asks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sightline.core.errors import InvalidInputError, NotFoundError, UnknownModelError
from sightline.core.labels import LABELLED
from sightline.flows.evaluation.answers import Kept, read_answers
from sightline.flows.evaluation.compare import compare
from sightline.flows.evaluation.evaluate import evaluate
from sightline.flows.evaluation.slices import Facts, members

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.app.analysis.analysis import Analysis
    from sightline.app.runs.book import RunBook
    from sightline.core.arrays import I64, Bool
    from sightline.core.samples import SampleSet
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.runs import Run
    from sightline.store.store import Store

Labels = Literal["then", "now"]
SPLITS: Final = ("test", "val", "train")
REMEMBERED: Final = 16
MOST_TAGS: Final = 200


class Evaluation:
    """Evaluations of runs, and of the models that they made."""

    def __init__(self, store: Store, book: RunBook, analysis: Analysis) -> None:
        self._store = store
        self._book = book
        self._analysis = analysis
        self._done: OrderedDict[Any, dict[str, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, ref: str, *, split: str | None = None, labels: Labels = "then") -> dict[str, Any]:
        """Return figures with intervals, curves, calibration and slices of one split.

        Args:
            ref: A run, or a model that a run made.
            split: None: test, else val, else train.
            labels: As they were when it was trained, or as they are now.

        Raises:
            NotFoundError: There is no such run, or it has kept no answers.
            InvalidInputError: It has no answers for this split, or learned an embedding.
        """
        run = self._run(ref)
        path = self._book.run_dir(run) / "predictions.npz"
        seq = self._store.state.get(run.project_id).seq if labels == "now" else 0
        stamp = path.stat().st_mtime_ns if path.is_file() else 0
        key = (run.id, split, labels, seq, stamp)
        with self._lock:
            if key in self._done:
                self._done.move_to_end(key)
                return self._done[key]
        found = self._judge(run, split, labels)
        with self._lock:
            self._done[key] = found
            while len(self._done) > REMEMBERED:
                self._done.popitem(last=False)
        return found

    def compare(self, one: str, other: str, *, split: str | None = None) -> dict[str, Any]:
        """Return which of two runs or models is better on the pictures that both were asked.

        Raises:
            NotFoundError: There is no such run, or it has kept no answers.
            InvalidInputError: They have nothing in common.
        """
        runs = [self._run(ref) for ref in (one, other)]
        reports = [self._book.report(run.id) for run in runs]
        if reports[0]["classes"] != reports[1]["classes"]:
            raise InvalidInputError(
                "the two know different classes", hint="compare networks of the same classes"
            )
        kept = [
            read_answers(self._book.run_dir(run), tuple(report.get("thresholds", ())))
            for run, report in zip(runs, reports, strict=True)
        ]
        both = [name for name in SPLITS if all(name in found for found in kept)]
        name = split or (both[0] if both else "")
        if name not in both:
            raise InvalidInputError(
                f"not both have answers for {name or 'one split'}",
                hint="train them with the same splits",
            )
        samples = self._samples(runs[0])
        found = compare(kept[0][name], kept[1][name], reports[0]["classes"], _groups_by_id(samples))
        return {"first": _name(runs[0]), "second": _name(runs[1]), "split": name, **found}

    def members(self, project: Project, n: int, kind: str) -> Bool:
        """Return which of n ordinals a slice is about, (n,).

        Args:
            project: Whose.
            n: Ordinals.
            kind: RUN/SPLIT/KIND/NAME.

        Raises:
            InvalidInputError: There is no such slice.
        """
        run_id, split, wanted, name = [*kind.split("/", 3), "", "", ""][:4]
        run = self._run(run_id)
        kept = self._kept(run, split or None)[1]
        rows = {row.id: row for row in self._store.images.by_ids([int(i) for i in kept.image_ids])}
        for found, called, inside in members(self._facts(run, kept.image_ids, rows)):
            if (found, called) == (wanted, name):
                out = np.zeros(n, np.bool_)
                ids = kept.image_ids[inside]
                ordinals = [rows[int(one)].ordinal for one in ids if int(one) in rows]
                out[[one for one in ordinals if one < n]] = True
                return out if run.project_id == project.id else np.zeros(n, np.bool_)
        raise InvalidInputError(f"no slice {kind!r}", hint="open the run's report again")

    def _judge(self, run: Run, split: str | None, labels: Labels) -> dict[str, Any]:
        report = self._book.report(run.id)
        name, kept = self._kept(run, split)
        rows = {row.id: row for row in self._store.images.by_ids([int(i) for i in kept.image_ids])}
        changed = 0
        if labels == "now":
            kept, changed = self._relabelled(run, kept, rows)
        samples = self._samples(run)
        found = evaluate(
            kept,
            report["classes"],
            temperature=report["temperature"],
            groups=_groups(samples, kept.image_ids),
            facts=self._facts(run, kept.image_ids, rows),
        )
        there = [one for one in SPLITS if one in report["splits"]]
        return {
            "run": run.id,
            "model": run.model_id,
            "split": name,
            "splits": there,
            "labels": labels,
            "changed": changed,
            **found,
        }

    def _kept(self, run: Run, split: str | None) -> tuple[str, Kept]:
        report = self._book.report(run.id)
        if report.get("task") == "embedding":
            raise InvalidInputError(
                "an embedding has no classes to judge", hint="see its recall in the report"
            )
        found = read_answers(self._book.run_dir(run), tuple(report.get("thresholds", ())))
        name = split or next((one for one in SPLITS if one in found), "")
        if name not in found:
            raise InvalidInputError(
                f"no answers for {name or 'any split'}", hint=f"there are {', '.join(found)}"
            )
        return name, found[name]

    def _run(self, ref: str) -> Run:
        """Return the run of an id, or of a model's id or name."""
        try:
            return self._store.runs.get(ref)
        except NotFoundError:
            try:
                card = self._store.models.get(ref, allow_paths=False)
            except UnknownModelError as error:
                raise NotFoundError(
                    f"no run or model {ref!r}", hint="see `sightline runs list`"
                ) from error
        if not card.run:
            raise InvalidInputError(f"{ref} was not trained here", hint="name a run's model")
        return self._store.runs.get(card.run)

    def _samples(self, run: Run) -> SampleSet:
        from sightline.train import manifest

        return manifest.load(self._book.run_dir(run))

    def _relabelled(self, run: Run, kept: Kept, rows: Mapping[int, ImageRow]) -> tuple[Kept, int]:
        """Return the answers with the labels of now, and how many differ from then.

        Images that have no label now are left out.
        """
        if kept.multi:
            return self._retagged(run, kept, rows)
        state = self._store.state.get(run.project_id)
        index = {one: k for k, one in enumerate(self._samples(run).class_ids)}
        y = np.full(len(kept.y), -1.0)
        for place, image in enumerate(kept.image_ids):
            row = rows.get(int(image))
            if row is not None and state.status[row.ordinal] == LABELLED:
                y[place] = index.get(int(state.class_id[row.ordinal]), -1)
        there = y >= 0
        changed = int((y[there] != kept.y[there]).sum())
        return Kept(kept.image_ids[there], y[there], kept.probabilities[there]), changed

    def _retagged(self, run: Run, kept: Kept, rows: Mapping[int, ImageRow]) -> tuple[Kept, int]:
        state = self._store.state.get(run.project_id)
        there = np.array([int(one) in rows for one in kept.image_ids], np.bool_)
        some = kept.of(there)
        ordinals = np.array([rows[int(one)].ordinal for one in some.image_ids], np.int64)
        ids = np.array(self._samples(run).class_ids, np.int64)
        y = state.tags.matrix(ordinals, ids).astype(np.float64)
        changed = int(((y >= 0.5) != some.truth).any(axis=1).sum())  # noqa: PLR2004
        return Kept(some.image_ids, y, some.probabilities, some.thresholds), changed

    def _facts(self, run: Run, ids: I64, rows: Mapping[int, ImageRow]) -> Facts:
        state = self._store.state.get(run.project_id)
        found = [rows.get(int(one)) for one in ids]
        ordinals = np.array([-1 if row is None else row.ordinal for row in found], np.int64)
        project = self._store.projects.by_id(run.project_id)
        looks = self._analysis.measured(project, state.size)
        numbers = {
            "megapixels": np.array(
                [np.nan if row is None else row.width * row.height / 1e6 for row in found]
            ),
            "width to height": np.array(
                [np.nan if row is None else row.width / max(row.height, 1) for row in found]
            ),
        }
        for name, values in looks.items():
            numbers[name] = np.where(ordinals >= 0, values[ordinals], np.nan)
        folders = ["" if row is None else _folder(row.path) for row in found]
        return Facts(
            numbers=numbers,
            units={"megapixels": "MP"},
            words={"folder": folders},
            sets={"tag": self._tags(run, ordinals)},
        )

    def _tags(self, run: Run, ordinals: I64) -> dict[str, Bool]:
        state = self._store.state.get(run.project_id)
        out: dict[str, Bool] = {}
        for row in self._store.classes.list(run.project_id)[:MOST_TAGS]:
            having = state.tags.having([row.id], state.size)
            if having.any():
                out[row.name] = np.where(ordinals >= 0, having[ordinals], False)
        return out


def _name(run: Run) -> dict[str, Any]:
    return {"run": run.id, "model": run.model_id, "network": run.network}


def _folder(path: str) -> str:
    """Return the last two folders of a path: those above tell little."""
    parts = Path(path).parent.parts
    return "/".join(parts[-2:])


def _groups(samples: SampleSet, ids: I64) -> I64 | None:
    known = _groups_by_id(samples)
    if known is None:
        return None
    return np.array([known.get(int(one), -int(one)) for one in ids], np.int64)


def _groups_by_id(samples: SampleSet) -> dict[int, int] | None:
    """Return a number for each image's group; None where no group is known."""
    names: dict[str, int] = {}
    out = {
        one.image_id: names.setdefault(one.group, len(names))
        for one in samples.samples
        if one.group
    }
    return out or None
