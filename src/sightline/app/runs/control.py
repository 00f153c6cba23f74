"""Trainings that go on: paused, let go, ended with an epoch, taught faster or slower."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.train.control import MOST, read_wish, usable, write_wish

if TYPE_CHECKING:
    from sightline.app.training.training import Training
    from sightline.store.runs import Run
    from sightline.store.store import Store


class RunControl:
    """What somebody may ask of a training while it runs."""

    def __init__(self, store: Store, training: Training) -> None:
        self._store = store
        self._training = training

    def ask(
        self,
        run_id: str,
        *,
        pause: bool | None = None,
        stop_after_epoch: bool | None = None,
        lr_factor: float | None = None,
        lr: float | None = None,
    ) -> dict[str, Any]:
        """Ask a running training for something; what is None stays as it is. Returns the run.

        Args:
            run_id: Its id.
            pause: Wait between two steps, saved, or go on.
            stop_after_epoch: End with the epoch that is under way, report, make a model.
            lr_factor: Multiplies the learning rate of the schedule from the next step on.
            lr: The same, said as the highest learning rate that the schedule would then reach.

        Raises:
            UnknownRunError: There is none.
            ConflictError: It is not running.
            InvalidInputError: The learning rate is out of range.
        """
        run = self._store.runs.get(run_id)
        if run.state != "running":
            hint = "resume it first" if run.state != "queued" else "wait for its turn, or cancel it"
            raise ConflictError(f"run {run_id} is {run.state}", hint=hint)
        folder = self._training.run_dir(run)
        wish = read_wish(folder)
        if pause is not None:
            wish = replace(wish, pause=pause)
        if stop_after_epoch is not None:
            wish = replace(wish, stop_after_epoch=stop_after_epoch)
        factor = _factor(run, lr_factor, lr)
        if factor is not None:
            wish = replace(wish, lr_factor=factor)
        write_wish(folder, wish)
        return self._training.row(self._store.runs.change(run_id))


def _factor(run: Run, factor: float | None, lr: float | None) -> float | None:
    if factor is not None and lr is not None:
        raise InvalidInputError("lr and lr_factor say the same", hint="give one of them")
    if lr is not None:
        factor = lr / float(run.spec["optimizer"]["lr"])
    if factor is not None and not usable(factor):
        raise InvalidInputError(
            f"the learning rate cannot be multiplied by {factor:g}",
            hint=f"from {1 / MOST:g} to {MOST:g} times that of the settings",
        )
    return factor
