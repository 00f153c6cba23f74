"""Quick training: a few choices instead of a whole spec, what they cost, and all images asked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from sightline.app.training.data import sizes
from sightline.app.training.networks import weights_here
from sightline.core.errors import SightlineError
from sightline.core.files import read_json

if TYPE_CHECKING:
    from sightline.app.training.training import Training
    from sightline.core.samples import SampleSet
    from sightline.nets.table import NetSpec
    from sightline.store.projects import Project
    from sightline.store.runs import Run
    from sightline.store.store import Store

BACKWARD: Final = 3.0
"""A training step costs this many forward passes."""
GUESSED_GMACS: Final = 12.0
"""Billions of multiply-adds a second and core, where no run has measured it."""
SUITS_S: Final = 300.0
"""Epochs are suggested up to about this long."""
LEAST_EPOCHS: Final = 3
OFF: Final = (
    "flip", "flip_vertical", "rotate", "scale", "translate", "shear", "elastic", "brightness",
    "contrast", "colour", "erase", "mixup",
)  # fmt: skip
"""What varies pictures; all of it is zero without augmentation."""


class QuickTraining:
    """What the dialog in Browse offers, and how it starts."""

    def __init__(self, store: Store, training: Training) -> None:
        self._store = store
        self._training = training

    def offer(self, project: Project) -> dict[str, Any]:
        """Return the networks with what suits the labels and what an epoch of each costs.

        Raises:
            InvalidInputError: Nothing is labelled.
        """
        from sightline.nets.table import NETWORKS

        suggested = self._training.suggest(project)
        data, shapes = self._training.data(project, suggested), sizes(self._store, project)
        state = self._store.state.get(project.id)
        weights = weights_here(self._store.models)
        networks = [
            self._row(net, data, shapes, weights.get(net.name))
            for net in NETWORKS.values()
            if net.featured or net.name in weights
        ]
        return {
            "task": suggested["task"],
            "network": suggested["model"]["name"],
            "batch_size": suggested["batch_size"],
            "labelled": len(data.samples),
            "training": len(data.of("train")),
            "images": int(state.alive.sum()),
            "networks": networks,
        }

    def start(
        self,
        project: Project,
        *,
        network: str | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        augmentation: bool = True,
        image_px: int | None = None,
    ) -> dict[str, Any]:
        """Train on the labels as they are, then ask the model about every image, in one job.

        What is left out is chosen for the data. Weights of an added model of the same network are
        taken where there is one.

        Raises:
            InvalidInputError: The choices or the labels cannot be trained; the message says why.
        """
        offered = self.offer(project)
        name = network or offered["network"]
        row: dict[str, Any] = next((one for one in offered["networks"] if one["name"] == name), {})
        spec: dict[str, Any] = {
            "epochs": epochs or row.get("epochs", LEAST_EPOCHS),
            "batch_size": batch_size or offered["batch_size"],
            "model": {"name": name, "weights": row.get("weights") or "random"},
        }
        if image_px is not None:
            spec["image_size"] = image_px
        if not augmentation:
            spec["augment"] = dict.fromkeys(OFF, 0.0)
        return self._training.start(project, spec, predict_all=True)

    def _row(
        self,
        net: NetSpec,
        data: SampleSet,
        shapes: list[tuple[int, int]],
        weights: str | None,
    ) -> dict[str, Any]:
        from sightline.train.suggest import suggest

        spec = suggest(data, shapes, network=net.name, pretrained=weights is not None)
        rate, measured = self._rate(net)
        gmacs = net.gmacs * (spec.image_size / net.input_px) ** 2
        seen = max(1, len(data.of("train"))) * spec.augment.views
        epoch_s = seen * gmacs * BACKWARD / rate
        fitting = int(SUITS_S / max(epoch_s, 1e-6))
        return {
            "name": net.name,
            "description": net.description,
            "parameters_m": net.parameters_m,
            "image_px": spec.image_size,
            "min_px": net.min_input_px,
            "weights": weights,
            "epochs": max(LEAST_EPOCHS, min(spec.epochs, fitting)),
            "epoch_s": round(epoch_s, 3),
            "image_s": round(gmacs / rate, 6),
            "measured": measured,
        }

    def _rate(self, net: NetSpec) -> tuple[float, bool]:
        """Return billions of multiply-adds a second, and whether a run of the network tells."""
        for run in self._store.runs.list():
            if run.state == "done" and run.network == net.name:
                found = self._measured(run, net)
                if found is not None:
                    return found, True
        return GUESSED_GMACS * max(1, (os.cpu_count() or 1)) ** 0.7, False

    def _measured(self, run: Run, net: NetSpec) -> float | None:
        seconds = (run.metrics or {}).get("seconds", 0.0)
        try:
            counts = read_json(self._training.run_dir(run) / "report.json")["counts"]
        except (SightlineError, OSError, KeyError, ValueError):
            return None
        views = run.spec["augment"]["views"]
        seen = counts.get("train", 0) * views * run.epoch
        gmacs = net.gmacs * (run.spec["image_size"] / net.input_px) ** 2
        return seen * gmacs * BACKWARD / seconds if seconds > 0 and seen else None
