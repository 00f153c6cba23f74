"""Models judged by asking them: any form, on folders of pictures or a project's split."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.forms.truths import digests_of, of_folder, of_project
from sightline.core.errors import InvalidInputError, SightlineError
from sightline.core.progress import Silent
from sightline.flows.evaluation.answers import Kept
from sightline.flows.evaluation.compare import compare
from sightline.flows.evaluation.evaluate import evaluate
from sightline.metrics.classification import confusion
from sightline.predict.arrays import ask_all
from sightline.store.model_origins import source_of

if TYPE_CHECKING:
    from sightline.app.forms.truths import Truth
    from sightline.app.models.models import Models
    from sightline.app.projects import Projects
    from sightline.app.runs.book import RunBook
    from sightline.core.arrays import F32
    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.predict.arrays import Said
    from sightline.settings import Settings
    from sightline.store.store import Store

JOB: Final = "evaluate-model"
SHOWN: Final = 100
"""Wrong answers and unreadable pictures that a result names."""


class ModelJudging:
    """Asks models about pictures whose class is known, and says how often they are right."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        models: Models,
        parts: tuple[Projects, RunBook, JobRunner],
    ) -> None:
        self._store = store
        self._settings = settings
        self._models = models
        self._projects, self._book, self._jobs = parts

    def judge(
        self,
        ref: str,
        *,
        folder: Path | str | None = None,
        project: str | None = None,
        split: str | None = None,
        against: str | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Return figures with intervals, by class, confusion, calibration and wrong answers.

        Args:
            ref: A model, by id, name, folder or .onnx file, in any form that is exported.
            folder: One folder for each class, in it or in `train`, `val`, `test` of it.
            project: Or a project: its labels as they are now. Neither: the one it learned from.
            split: None: test, else val, else train.
            against: Another model, for a comparison on the same pictures.
            progress: Told about pictures.

        Raises:
            UnknownModelError: There is no such model.
            InvalidInputError: It is no classifier, or there is nothing that it can be judged on.
            CancelledError: Somebody asked it to stop.
        """
        card = self._classifier(ref)
        truth = self._truth(card, folder, project, split)
        told = progress or Silent()
        said = self._ask(card, truth, told)
        kept = _kept(card, truth, said.probabilities, said)
        if not len(kept.image_ids):
            raise InvalidInputError(
                f"none of the {len(truth.pictures)} pictures can be read",
                hint="{path}: {error}".format_map(said.faults[0]),
            )
        other = None if against is None else self._other(card, against, truth, told)
        found = evaluate(kept, card.classes, temperature=card.temperature)
        del found["slices"]
        return {
            "model": _about(card, ref),
            "on": truth.about,
            **found,
            "confusion": _confusion(kept),
            "mistakes": _mistakes(kept, card, truth, said),
            "classes": truth.meeting.to_dict() | {"left_out": truth.left_out},
            "unreadable": {"count": len(said.faults), "pictures": list(said.faults[:SHOWN])},
            "against": None if other is None else _compared(kept, card, other),
            "notes": self._notes(card, truth, kept),
        }

    def start(
        self,
        ref: str,
        *,
        folder: str | None = None,
        project: str | None = None,
        split: str | None = None,
        against: str | None = None,
    ) -> dict[str, Any]:
        """Hand the judging to a job.

        Raises:
            UnknownModelError: There is no such model.
            InvalidInputError: It is no classifier, or there is nothing that it can be judged on.
        """
        card = self._classifier(ref, allow_paths=False)
        self._truth(card, folder, project, split)
        other = None if against is None else self._classifier(against, allow_paths=False).id
        wish = {"folder": folder, "project": project, "split": split, "against": other}
        job = self._jobs.start(
            JOB,
            {"model": card.id, **wish},
            project=project or card.project or None,
            actor=self._settings.person,
        )
        return job.to_dict()

    def _classifier(self, ref: str, *, allow_paths: bool = True) -> ModelCard:
        card = self._store.models.get(ref, allow_paths=allow_paths)
        if card.kind != "classifier":
            raise InvalidInputError(
                f"{card.name} does not classify pictures: its kind is {card.kind}",
                hint="objects are judged by `sightline evaluate PROJECT --predictions SRC`",
            )
        return card

    def _truth(
        self, card: ModelCard, folder: Path | str | None, project: str | None, split: str | None
    ) -> Truth:
        if folder is not None and project is not None:
            raise InvalidInputError("a folder and a project", hint="name one of the two")
        if folder is not None:
            return of_folder(card, Path(folder), split=split)
        name = project or card.project
        if not name or (project is None and self._store.projects.find(name) is None):
            raise InvalidInputError(
                f"{card.name} was learned elsewhere", hint="name a folder, or --project NAME"
            )
        return of_project(self._store, card, self._projects.get(name), split=split)

    def _ask(self, card: ModelCard, truth: Truth, progress: Progress) -> Said:
        file = self._models.serving_file(card, progress)
        with self._models.predictor.borrow(file, card) as model:
            return ask_all(
                model,
                truth.pictures,
                progress=progress,
                threads=self._settings.serving_threads(),
            )

    def _other(
        self, card: ModelCard, ref: str, truth: Truth, progress: Progress
    ) -> tuple[ModelCard, Kept]:
        other = self._classifier(ref)
        if set(other.classes) != set(card.classes) or other.task != card.task:
            raise InvalidInputError(
                f"{other.name} knows other classes", hint="compare models of the same classes"
            )
        said = self._ask(other, truth, progress)
        order = [other.classes.index(name) for name in card.classes]
        return other, _kept(card, truth, said.probabilities[:, order], said)

    def _notes(self, card: ModelCard, truth: Truth, kept: Kept) -> list[str]:
        meeting = truth.meeting
        notes = []
        if meeting.unknown:
            notes.append(
                f"The model does not know {_some(meeting.unknown)}: {truth.left_out} pictures of "
                "these are left out."
            )
        notes += [f"{name} is taken for {known}." for name, known in meeting.loosely.items()]
        if meeting.unseen:
            notes.append(f"No picture shows {_some(meeting.unseen)}: nothing is said of these.")
        seen = self._learned_from(card, truth)
        if seen:
            notes.append(
                f"It learned from {seen} of the {len(kept.image_ids)} pictures: expect less."
            )
        if card.forced:
            notes.append("This form was written although it lost more than the limit.")
        return notes

    def _learned_from(self, card: ModelCard, truth: Truth) -> int:
        """Return how many of the pictures were learned from, where that is known."""
        from sightline.train import manifest

        try:
            known = source_of(self._store.models, card)
            samples = manifest.load(self._book.run_dir(self._store.runs.get(known.run))).samples
        except (SightlineError, OSError):
            return 0
        learned = {one.digest for one in samples if one.split == "train" and one.digest}
        return sum(one in learned for one in digests_of(truth)) if learned else 0


def _kept(card: ModelCard, truth: Truth, probabilities: F32, said: Said) -> Kept:
    limits = np.array(card.limits) if card.task == "multi" else None
    return Kept(truth.ids, truth.y, probabilities.astype(np.float64), limits).of(said.known)


def _about(card: ModelCard, ref: str) -> dict[str, Any]:
    keys = ("id", "name", "format", "precision", "origin", "forced", "network", "task")
    return {key: getattr(card, key) for key in keys} | {"ref": ref, "classes": list(card.classes)}


def _confusion(kept: Kept) -> list[list[int]] | None:
    """Return counts (K, K), row = true class; None of tags, which do not exclude each other."""
    if kept.multi:
        return None
    best = kept.probabilities.argmax(axis=1)
    found: list[list[int]] = confusion(kept.y, best, kept.probabilities.shape[1]).tolist()
    return found


def _mistakes(kept: Kept, card: ModelCard, truth: Truth, said: Said) -> list[dict[str, Any]]:
    """Return the wrong answers, the surest first; none of tags."""
    if kept.multi:
        return []
    pictures = [one for one, known in zip(truth.pictures, said.known, strict=True) if known]
    best = kept.probabilities.argmax(axis=1)
    sure = kept.probabilities.max(axis=1)
    wrong = np.flatnonzero(best != kept.y)
    order = wrong[np.argsort(-sure[wrong], kind="stable")][:SHOWN]
    in_project = truth.about["project"] is not None
    return [
        {
            "path": pictures[at].name,
            "image_id": int(kept.image_ids[at]) if in_project else None,
            "label": card.classes[int(kept.y[at])],
            "said": card.classes[int(best[at])],
            "probability": float(sure[at]),
        }
        for at in order
    ]


def _compared(kept: Kept, card: ModelCard, other: tuple[ModelCard, Kept]) -> dict[str, Any]:
    """Return the comparison: the difference is the judged model's less the other's."""
    found = compare(other[1], kept, card.classes)
    keys = ("images", "accuracy", "difference", "p", "better")
    agree = _agreement(kept, other[1])
    return {"id": other[0].id, "name": other[0].name, "agreement": agree} | {
        key: found[key] for key in keys
    }


def _agreement(one: Kept, other: Kept) -> float:
    """Return the share of pictures that both give the same answer."""
    _, left, right = np.intersect1d(one.image_ids, other.image_ids, return_indices=True)
    return float((one.said[left] == other.said[right]).all(axis=1).mean())


def _some(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"  # noqa: PLR2004
