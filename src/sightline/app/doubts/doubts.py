"""What a served model doubts, as people use it: kept, looked at, taken into the project."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sightline.app.doubts.eyes import ModelEye, StatisticsEye
from sightline.app.doubts.keeper import SHARE, Keeper, Means
from sightline.app.doubts.reference import Reference, make_reference
from sightline.app.doubts.shelf import DoubtShelf
from sightline.app.doubts.standing import FOLDER, TOLD, told
from sightline.core.clock import now
from sightline.core.files import write_json
from sightline.core.progress import Silent
from sightline.imaging.tile import thumbnail
from sightline.predict.doubt import Judge
from sightline.predict.session import OnnxNet, open_classifier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sightline.app.doubts.eyes import Eye
    from sightline.app.doubts.taking import Taking
    from sightline.app.projects import Projects
    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress
    from sightline.imaging.limits import Limits
    from sightline.settings import Settings
    from sightline.store.projects import Project
    from sightline.store.store import Store

PICTURE_PX: Final = 256


class Doubts:
    """Doubtful pictures of all projects."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        projects: Projects,
        taking: Taking,
        limits: Callable[[], Limits],
    ) -> None:
        self._store = store
        self._settings = settings
        self._projects = projects
        self._taking = taking
        self._limits = limits

    def keeper(
        self,
        project: Project,
        card: ModelCard,
        *,
        net: OnnxNet | None = None,
        pictures: bool = True,
        share: float = SHARE,
    ) -> Keeper:
        """Return what a serving process tells of a model's answers.

        What the model is used to is learned from the project's own pictures, in the keeper's
        thread, at the first answer; it is kept, and learned again for another model.

        Args:
            project: Which the pictures are for, and which oddness is measured by.
            card: Of the model that answers.
            net: The model, if it is open already; None: its ONNX file is opened.
            pictures: Keep doubtful pictures; False: only count.
            share: Of one core's time that looking for odd pictures among clear ones may take.
        """
        means = Means(
            card=card,
            judge=lambda known: self._judge(card, known),
            eye=lambda: self._eye(card, net),
            reference=lambda eye, stopped: self._reference(project, card, eye, stopped),
            limits=self._limits(),
            shelf=self.shelf(project) if pictures else None,
            share=share,
            tell=lambda numbers: self._tell(project, card, numbers),
        )
        return Keeper(means)

    def shelf(self, project: Project) -> DoubtShelf:
        """Return the folder of a project's doubtful pictures."""
        return DoubtShelf(
            self._folder(project),
            keep=self._settings.doubts_keep,
            max_bytes=self._settings.doubts_mb << 20,
        )

    def all(self, project: Project) -> dict[str, Any]:
        """Return what is kept, the most doubtful first, and what serving processes told last."""
        found = self.shelf(project).all()
        return {
            "project": project.name,
            "items": [{"id": one.id, **asdict(one)} for one in found],
            "bytes": sum(one.bytes for one in found),
            "keep": self._settings.doubts_keep,
            "told": self.told(project),
        }

    def picture(self, project: Project, doubt_id: str) -> bytes:
        """Return a doubtful picture, made small, as JPEG.

        Raises:
            NotFoundError: It is not here.
        """
        data = self.shelf(project).picture(doubt_id)
        return thumbnail(data, PICTURE_PX, limits=self._limits())

    def take(
        self,
        project: Project,
        ids: Sequence[str] | None = None,
        *,
        limit: int | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Copy doubtful pictures into the project, to be labelled in the queue `served`.

        New ones go to the training split: they were chosen because the model doubts, so figures
        that they took part in would say too little. What a detector said becomes suggestions.

        Args:
            project: Which.
            ids: Of the doubts; None: all.
            limit: Only so many, the most doubtful.
            progress: Is told, and may stop it before anything is taken.

        Raises:
            NotFoundError: One is not here.
        """
        shelf = self.shelf(project)
        chosen = shelf.all() if ids is None else [shelf.get(one) for one in dict.fromkeys(ids)]
        return self._taking.take(project, shelf, chosen[:limit], progress or Silent())

    def clear(self, project: Project, ids: Sequence[str] | None = None) -> dict[str, Any]:
        """Throw doubtful pictures away, all or some; what was taken stays."""
        shelf = self.shelf(project)
        if ids is not None:
            return {"removed": shelf.remove(ids)}
        self._taking.tidy()
        return {"removed": shelf.clear()}

    def _judge(self, card: ModelCard, known: Reference | None) -> Judge:
        return Judge(
            classes=card.classes,
            limits=card.limits,
            margin=self._settings.doubts_margin,
            threshold=None if known is None else known.threshold,
        )

    def _eye(self, card: ModelCard, net: OnnxNet | None) -> Eye:
        """Return what sees with the model, or plainly where it has no ONNX file to see with."""
        file = None
        if net is None and card.kind == "classifier":
            file = self._store.models.serving_file(card)
            net = None if file is None else open_classifier(file, card)
        if net is None:
            return StatisticsEye(self._limits())
        return ModelEye(net, self._limits())

    def _reference(
        self, project: Project, card: ModelCard, eye: Eye, stopped: Callable[[], bool]
    ) -> Reference | None:
        path = self._folder(project) / "known" / f"{card.id}-{eye.kind}.npz"
        found = Reference.load(path)
        if found is None:
            found = make_reference(self._store, project, card, eye, stopped)
            if found is not None:
                found.save(path)
        return found

    def _tell(self, project: Project, card: ModelCard, numbers: dict[str, Any]) -> None:
        line = {"at": now(), "pid": os.getpid(), **numbers}
        write_json(self._folder(project) / TOLD / f"{card.id}.json", line)

    def told(self, project: Project) -> list[dict[str, Any]]:
        """Return what serving processes told last of their models, `Keeper.stats` with `at`."""
        return told(self._folder(project))

    def _folder(self, project: Project) -> Path:
        return self._projects.folder(project) / FOLDER
