"""From labelled pictures to a head on the shelf: gather, embed, fit, keep."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.crop_heads.samples import (
    Folders,
    facts_of,
    of_folders,
    of_images,
    of_objects,
)
from sightline.core.errors import InvalidInputError
from sightline.core.names import check_name
from sightline.core.progress import Silent
from sightline.curate.head import background
from sightline.curate.head.data import Samples
from sightline.curate.head.fit import fit
from sightline.curate.head.spec import HeadSpec
from sightline.engines import DEFAULT_ENCODER
from sightline.heads.bundle import HeadBundle
from sightline.heads.guard import Guard
from sightline.nets.device import device_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.app.crop_heads.crop_heads import CropHeads
    from sightline.app.embedding.encoders import Encoders
    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.curate.head.fit import Fitted
    from sightline.imaging.limits import Limits
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.projects import Project
    from sightline.store.store import Store

JOB: Final = "train-head"
TOLD: Final = ("accuracy", "macro_f1", "log_loss", "ece", "rows")


@dataclass(frozen=True, slots=True)
class Lesson:
    """Samples, and where they are from."""

    samples: Samples
    data: dict[str, Any]
    failures: list[dict[str, str]]
    encoded: int


class HeadTraining:
    """Trains heads of a workspace."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        projects: Projects,
        parts: tuple[CropHeads, Encoders, JobRunner, Callable[[], Limits]],
    ) -> None:
        self._store = store
        self._settings = settings
        self._projects = projects
        self._heads, self._encoders, self._jobs, self._limits = parts

    def start(
        self,
        project: str | None,
        values: dict[str, Any] | None = None,
        *,
        folders: Folders | None = None,
    ) -> dict[str, Any]:
        """Hand a training to a job, once all is checked that can be checked at once.

        Args:
            project: Whose objects or images teach.
            values: Of `HeadSpec`.
            folders: Pictures and labels that teach instead.

        Raises:
            UnknownProjectError, UnknownEngineError: There is no such thing.
            InvalidInputError: A setting is out of range, or there is nothing to learn from.
        """
        spec = HeadSpec.of_values(values or {})
        found = None if project is None else self._projects.get(project)
        folders = self._completed(folders)
        self._check(found, spec, folders)
        arguments = {
            "project": project,
            "spec": spec.model_dump(mode="json", exclude_defaults=True),
            "folders": None if folders is None else folders.to_dict(),
        }
        job = self._jobs.start(JOB, arguments, project=project, actor=self._settings.person)
        return job.to_dict()

    def train(
        self,
        project: Project | None,
        spec: HeadSpec,
        *,
        folders: Folders | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Train a head and keep it; crops that were embedded are not embedded again.

        Args:
            project: Whose objects or images teach.
            spec: What is asked for.
            folders: Pictures and labels that teach instead.
            progress: Is told, and may stop it.

        Raises:
            InvalidInputError: There is nothing to learn from, one class only, or no such device.
            UnknownEngineError, MissingWeightsError: The encoder is gone.
            CancelledError: The progress said so; vectors that were made stay.
        """
        told, began = progress or Silent(), time.monotonic()
        folders = self._completed(folders)
        self._check(project, spec, folders)
        if spec.device.startswith("cuda"):
            device_of(spec.device)
        start = self._heads.load(spec.warm_start) if spec.warm_start else None
        encoder = self.encoder_of(project, spec)
        lesson = self.lesson(project, spec, folders=folders, progress=told)
        embedded = time.monotonic()
        fitted = fit(lesson.samples, spec, start=start, progress=told)
        fitting = time.monotonic() - embedded
        facts = _facts(spec, fitted, lesson)
        facts["training"] |= {"fit_s": round(fitting, 3)}
        bundle = HeadBundle(
            layers=fitted.layers,
            classes=fitted.classes,
            encoder=encoder,
            encoder_key=self._encoders.key_of(encoder),
            dim=int(lesson.samples.rows.shape[1]),
            normalise=fitted.scaling.kind,
            mean=fitted.scaling.mean,
            scale=fitted.scaling.scale,
            crop=spec.crop,
            temperature=fitted.temperature,
            guard=self._guard(project),
            facts=facts,
        )
        where = project.name if project is not None else _called(folders)
        name = spec.name or f"{where}-{spec.head}"
        card = self._heads.keep(
            bundle, name, project="" if project is None else project.name, source=_from(folders)
        )
        return {
            "id": card["id"],
            "name": name,
            "encoder": encoder,
            "classes": list(fitted.classes),
            "accuracy": fitted.metrics["accuracy"],
            "macro_f1": fitted.metrics["macro_f1"],
            "metrics": fitted.metrics,
            "temperature": fitted.temperature,
            "counts": fitted.counts,
            "data": lesson.data,
            "encoded": lesson.encoded,
            "failures": lesson.failures[:100],
            "seconds": {
                "embedding": round(embedded - began, 3),
                "fitting": round(fitting, 3),
            },
        }

    def lesson(
        self,
        project: Project | None,
        spec: HeadSpec,
        *,
        folders: Folders | None = None,
        progress: Progress | None = None,
    ) -> Lesson:
        """Return the vectors to learn from, embedded where that is still to be done.

        Raises:
            InvalidInputError: There is nothing to learn from.
        """
        told = progress or Silent()
        if spec.of == "images" and project is not None:
            return self._of_images(project, spec, told)
        if project is not None:
            pictured = partial(self._heads.picture_of, tone=self._projects.tone(project.id))
            gathered = of_objects(self._store, project, spec, pictured)
        elif folders is not None:
            gathered = of_folders(folders, spec, self._limits(), progress=told)
        else:
            raise InvalidInputError("nothing to learn from", hint="name a project or folders")
        gathered = gathered.with_background(spec)
        encoder = self._encoders.encoder(self.encoder_of(project, spec), here=True)
        cut = self._heads.crops.many(
            encoder, gathered.wanted, spec.crop, reuse=spec.reuse_cache, progress=told
        )
        groups = np.repeat(
            [one.picture.digest for one in gathered.wanted],
            [len(one.boxes) for one in gathered.wanted],
        )
        names = [name for name, there in zip(gathered.labels, cut.valid, strict=True) if there]
        samples = _samples(cut.rows[cut.valid], names, groups[cut.valid], spec)
        return Lesson(samples, facts_of(gathered) | _of(project), cut.failures, cut.encoded)

    def encoder_of(self, project: Project | None, spec: HeadSpec) -> str:
        """Return the encoder that a training uses.

        Raises:
            UnknownEngineError: There is none of this name.
        """
        if spec.encoder != "auto":
            return self._encoders.check(spec.encoder)
        if project is not None:
            return self._encoders.name_of(project)
        chosen = self._settings.encoder
        return DEFAULT_ENCODER if chosen == "auto" else self._encoders.check(chosen)

    def _of_images(self, project: Project, spec: HeadSpec, progress: Progress) -> Lesson:
        rows, names = of_images(self._store, project)
        name = self.encoder_of(project, spec)
        done = self._encoders.embed(project, name, here=True, progress=progress, choose=False)
        array = self._encoders.embeddings(project, name)
        assert array is not None
        ordinals = np.asarray([row.ordinal for row in rows], np.int64)
        vectors, there = array.read(ordinals)
        samples = _samples(
            vectors[there],
            [name for name, fine in zip(names, there, strict=True) if fine],
            np.asarray([row.digest for row in rows])[there],
            spec,
        )
        data = {"images": len(samples.y), "objects": 0, "left_out": {}} | _of(project)
        return Lesson(samples, data, done["skipped"], done["embedded"])

    def _check(self, project: Project | None, spec: HeadSpec, folders: Folders | None) -> None:
        """Refuse what cannot be done before any work."""
        if (project is None) == (folders is None):
            raise InvalidInputError(
                "a head learns from one project, or from folders",
                hint="name a project, or --images DIR and --labels DIR",
            )
        if spec.name:
            check_name(spec.name, "model")
        self._encoders.check(self.encoder_of(project, spec))
        if spec.warm_start:
            self._heads.card(spec.warm_start)
        if folders is not None and spec.of == "images":
            raise InvalidInputError(
                "labels in folders are of objects", hint="name a project to learn from whole images"
            )
        if project is not None and spec.of == "images":
            self._check_images(project, spec)

    def _check_images(self, project: Project, spec: HeadSpec) -> None:
        if self._projects.task(project) == "multi":
            raise InvalidInputError(
                f"images of {project.name} have any number of tags; such a head gives one class",
                hint="learn from what is drawn, or use the live head, which knows tags",
            )
        if spec.background:
            raise InvalidInputError(
                "background is what no object touches: whole images have none",
                hint="leave --background away, or learn from objects",
            )

    def _completed(self, folders: Folders | None) -> Folders | None:
        """Return folders with the labelmap of the settings, where none is named."""
        if folders is None or folders.labelmap is not None or not self._settings.labelmap:
            return folders
        return Folders(folders.images, folders.labels, Path(self._settings.labelmap).expanduser())

    def _guard(self, project: Project | None) -> Guard:
        settings = self._settings
        if project is not None:
            settings = self._projects.settings(project).settings
        return Guard(
            min_prob=settings.auto_class_min_prob,
            margin=settings.auto_class_margin,
            bg_margin=settings.auto_class_bg_margin,
        )


def _samples(rows: Any, names: Sequence[str], groups: Any, spec: HeadSpec) -> Samples:
    """Return samples; rows without a name are background, sorted into kinds."""
    known = sorted({name for name in names if name})
    classes = [*known]
    place = {name: at for at, name in enumerate(known)}
    y = np.asarray([place.get(name, -1) for name in names], np.int64)
    away = np.flatnonzero(y < 0)
    if len(away):
        kinds = background.kinds(rows[away], count=spec.background, seed=spec.seed)
        fresh = [
            name for name in background.names(len(known) + spec.background) if name not in known
        ]
        y[away] = len(known) + kinds
        classes += fresh[: int(kinds.max()) + 1]
    return Samples(rows, y, groups, tuple(classes))


def _facts(spec: HeadSpec, fitted: Fitted, lesson: Lesson) -> dict[str, Any]:
    share = f"{spec.val_share:.0%} of the images, held out"
    return {
        "training": spec.model_dump(mode="json") | {"hard": fitted.counts["hard"]},
        "metrics": {key: fitted.metrics[key] for key in TOLD}
        | {"measured_on": share if fitted.metrics["rows"] else "nothing"},
        "classes": fitted.metrics["classes"],
        "data": lesson.data | {key: fitted.counts[key] for key in ("train", "val", "classes")},
    }


def _of(project: Project | None) -> dict[str, str]:
    return {} if project is None else {"project": project.name}


def _called(folders: Folders | None) -> str:
    return "head" if folders is None else folders.images.resolve().parent.name or "head"


def _from(folders: Folders | None) -> str:
    return "" if folders is None else str(folders.labels)
