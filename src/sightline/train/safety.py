"""What happens to a step whose loss or gradient is no number."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.files import write_atomic
from sightline.train.data import batches

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from sightline.core.arrays import F64, I64
    from sightline.train.augment import Augmenter
    from sightline.train.board import Board
    from sightline.train.checkpoint import Parts
    from sightline.train.data import Pixels
    from sightline.train.microbatch import Outcome
    from sightline.train.spec import TrainSpec
    from sightline.train.state import Place

IN_A_ROW: Final = 20
"""Steps left out one after the other at most: then it is no accident."""
SHOWN: Final = 5
BATCH_FILE: Final = "nan_batch.npz"


class Watched(Protocol):
    """What of a training is looked at."""

    spec: TrainSpec
    parts: Parts
    place: Place
    pixels: Pixels
    train: I64
    augmenter: Augmenter
    board: Board
    run_dir: Path
    weights: F64 | None

    @property
    def batch(self) -> int:
        """Pictures of a step."""
        ...


class Safety:
    """Judges each step before the weights change.

    With `on_nan: stop` a GPU is not asked at each step, for that would wait for it: the loop looks
    when it fetches the losses, and `blame` then finds the first step that was not sound.
    """

    def __init__(self, t: Watched) -> None:
        import torch

        self._t = t
        self.saved_step = 0
        """Of the last checkpoint; 0: there is none."""
        self._skip = t.spec.on_nan == "skip"
        self._params = list(t.parts.net.parameters())
        self._each = self._skip or not self._params[0].is_cuda
        self._buffers = list(t.parts.net.buffers())
        self._kept = [one.clone() for one in self._buffers] if self._skip else []
        self._copy = torch._foreach_copy_

    def sound(self, outcome: Outcome, norm: torch.Tensor | None) -> bool:
        """Say whether a step may be taken; one that is left out leaves no trace.

        Args:
            outcome: What the passes gave.
            norm: Length of the gradient, where it is known.

        Raises:
            InvalidInputError: It may not, and the training stops; its batch is saved.
        """
        if not self._each:
            return True
        if norm is None and self._skip:
            norm = self._norm()
        good = all(math.isfinite(loss.item()) for loss, _, _ in outcome)
        if good and norm is not None:
            good = math.isfinite(norm.item())
        if good:
            self._t.place.skipped_in_row = 0
            if self._kept:  # the norms' statistics, in case that the next step spoils them
                self._copy(self._kept, self._buffers)
            return True
        if not self._skip:
            self.blame(self._t.place.step_in_epoch, "the loss or its gradient")
        self._leave_out()
        return False

    @property
    def kept(self) -> str:
        """Say what can be gone on from."""
        return (
            f"the checkpoint of step {self.saved_step} is kept"
            if self.saved_step
            else ("there is no checkpoint yet")
        )

    def blame(self, step_in_epoch: int, what: str) -> NoReturn:
        """Save a step's batch and stop.

        Raises:
            InvalidInputError: Always; it names the batch.
        """
        place = self._t.place
        step = place.step - place.step_in_epoch + step_in_epoch
        group = self._group(step_in_epoch)
        saved = self._save(group, step, step_in_epoch)
        ids = [self._t.pixels.samples[i].image_id for i in group[:SHOWN].tolist()]
        more = " ..." if len(group) > SHOWN else ""
        raise InvalidInputError(
            f"{what} is not a number at step {step} (images {', '.join(map(str, ids))}{more}); "
            f"{saved}; {self.kept}",
            hint="start a new run with a lower optimizer.lr or with clip_norm 1, or resume with "
            "on_nan=skip",
        )

    def _leave_out(self) -> None:
        """Undo what the passes did, and count it."""
        t, place = self._t, self._t.place
        if self._kept:
            self._copy(self._buffers, self._kept)
        place.skipped += 1
        place.skipped_in_row += 1
        if place.skipped_in_row > IN_A_ROW:
            self.blame(place.step_in_epoch, f"for {IN_A_ROW} steps the loss or its gradient")
        group = self._group(place.step_in_epoch)
        ids = [t.pixels.samples[i].image_id for i in group.tolist()]
        t.board.fact("skipped", step=place.step, images=ids, skipped=place.skipped)

    def _norm(self) -> torch.Tensor:
        import torch

        grads = [one.grad for one in self._params if one.grad is not None]
        return torch.stack(torch._foreach_norm(grads)).sum()  # noqa: SLF001

    def _group(self, step_in_epoch: int) -> I64:
        """Return the positions of a step of the epoch under way."""
        t = self._t
        views = t.spec.augment.views
        steps = batches(
            t.spec.seed, t.place.epoch, t.train, views=views, batch=t.batch, weights=t.weights
        )
        return steps[step_in_epoch]

    def _save(self, group: I64, step: int, step_in_epoch: int) -> str:
        """Write the batch as the network saw it; what a counter drew is drawn again."""
        t = self._t
        images, labels = next(iter(t.pixels.stream([group])))
        batch = t.augmenter.batch(images, labels, epoch=t.place.epoch, step=step_in_epoch)
        ids = np.array([t.pixels.samples[i].image_id for i in group.tolist()], np.int64)
        arrays: dict[str, Any] = {
            "image_ids": ids, "images": images, "labels": labels, "x": batch.x.cpu().numpy(),
            "step": step, "epoch": t.place.epoch,
        }  # fmt: skip
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        path = t.run_dir / BATCH_FILE
        try:
            write_atomic(path, buffer.getvalue())
        except OSError as error:
            return f"the batch could not be saved ({error})"
        return f"the batch is saved as {path}"
