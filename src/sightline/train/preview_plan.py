"""In which step of an epoch, and in which row of it, a training shows a picture; numpy only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.train.augment_mix import draw_mix, mixes
from sightline.train.data import batches

if TYPE_CHECKING:
    from sightline.core.arrays import F64, I64
    from sightline.train.spec import TrainSpec

GUESSED_BATCH: Final = 32
"""Where a training will find its batch size only when it begins."""


MORE_EPOCHS: Final = 24
"""Looked through for a picture that is drawn rarely."""


@dataclass(frozen=True, slots=True)
class View:
    """A picture as a step of a training shows it."""

    position: int
    """Of the picture, among all samples."""
    epoch: int
    """From 0."""
    step: int
    """From 0, in the epoch."""
    count: int
    """Pictures of the step."""
    row: int
    other: int | None = None
    """Position of the picture that is mixed in."""
    other_row: int = 0
    share: float = 1.0
    """Weight of the picture's own label."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


def plan_views(
    spec: TrainSpec,
    train: I64,
    wanted: I64,
    *,
    epoch: int,
    views: int,
    weights: F64 | None = None,
) -> dict[int, list[View]]:
    """Return where a training of `spec` shows some pictures, in each of several epochs.

    Args:
        spec: The training's settings.
        train: (N,) positions of the training pictures.
        wanted: Positions of those asked for; each is one of `train`.
        epoch: The first epoch, from 0.
        views: How many epochs. One that draws by weights may leave a picture out of some: then
            later ones follow.
        weights: (N,) how often each is drawn, as a share of all; None: all alike.
    """
    found: dict[int, list[View]] = {int(one): [] for one in wanted}
    for number in range(epoch, epoch + views + MORE_EPOCHS):
        waiting = [one for one, seen in found.items() if len(seen) < views]
        if not waiting:
            break
        steps = batches(
            spec.seed,
            number,
            train,
            views=spec.augment.views,
            batch=(spec.batch_size or GUESSED_BATCH) * spec.accumulate,
            weights=weights,
        )
        ends = np.cumsum([len(step) for step in steps])
        order = np.concatenate(steps)
        for one in waiting:
            places = np.flatnonzero(order == one)
            if len(places):
                step = int(np.searchsorted(ends, places[0], side="right"))
                row = int(places[0]) - int(ends[step]) + len(steps[step])
                found[one].append(_view(spec, number, step, steps[step], row))
    return found


def _view(spec: TrainSpec, epoch: int, step: int, group: I64, row: int) -> View:
    position, count = int(group[row]), len(group)
    if not mixes(spec.augment):
        return View(position, epoch, step, count, row)
    plan = draw_mix(
        spec.augment, spec.seed, epoch=epoch, step=step, count=count, side=spec.image_size
    )
    partner = int(plan.other[row])
    share = float(plan.share[row])
    return View(position, epoch, step, count, row, int(group[partner]), partner, share)
