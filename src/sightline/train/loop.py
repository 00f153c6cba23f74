"""The training loop."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import CancelledError, InvalidInputError, StorageError
from sightline.train.checkpoint import save_best, save_last
from sightline.train.data import batches, steps_per_epoch
from sightline.train.evaluate import logits_of
from sightline.train.optim import begin_epoch, learning_rate, set_rate
from sightline.train.ranks import ALONE
from sightline.train.reins import Reins
from sightline.train.safety import Safety
from sightline.train.targets import counted

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F32, F64, I64
    from sightline.core.progress import Progress
    from sightline.train.augment import Augmenter
    from sightline.train.board import Board
    from sightline.train.checkpoint import Parts
    from sightline.train.data import Pixels
    from sightline.train.findings import Judge
    from sightline.train.machine import Machine
    from sightline.train.microbatch import Outcome, Splitter
    from sightline.train.ranks import World
    from sightline.train.spec import TrainSpec
    from sightline.train.state import Place

TOGETHER: Final = 64
"""Steps whose outcomes are counted at once: fetching each would wait for a GPU."""
SHOWN: Final = 20
"""Unreadable pictures that are told of at once."""


@dataclass(slots=True)
class Training:
    """All that the loop works with."""

    spec: TrainSpec
    parts: Parts
    place: Place
    pixels: Pixels
    train: I64
    """Positions of the training pictures."""
    val: I64
    """Positions of the validation pictures; none: the last epoch is the best."""
    augmenter: Augmenter
    machine: Machine
    board: Board
    progress: Progress
    run_dir: Path
    about: dict[str, Any]
    """What has to be equal on resume."""
    card: dict[str, str]
    """Metadata of `best`."""
    judge: Judge
    notes: list[str]
    """What a person should know when it is over."""
    weights: F64 | None = None
    """(len(train),) how often each training picture is shown, as a share; None: all alike."""
    world: World = ALONE
    """Who takes part in the steps."""

    @property
    def splitter(self) -> Splitter:
        """What computes a step's gradient."""
        return self.machine.splitter

    @property
    def batch(self) -> int:
        """Pictures of a step."""
        return self.spec.batch_size * self.spec.accumulate

    @property
    def total(self) -> int:
        """Steps of all epochs."""
        pictures = len(self.train) * self.spec.augment.views
        return self.spec.epochs * steps_per_epoch(pictures, self.batch)


def fit(t: Training) -> None:
    """Train until the last epoch or an early stop; the state is in `t.place` and `t.parts`.

    Raises:
        CancelledError: Somebody asked to stop; `last` is saved.
        InvalidInputError: The loss or a weight is not a number any more.
        OutOfMemoryError: Not even one picture fits.
        StorageError: A checkpoint cannot be saved.
        ProcessLostError: One of several processes is gone.
    """
    import torch

    spec, place, net = t.spec, t.place, t.parts.net
    optimizer, ema, watch = t.parts.optimizer, t.parts.ema, Watch(t)
    params, total = [one for one in net.parameters() if one.requires_grad], t.total
    while place.epoch < spec.epochs and not (place.stopped_early or watch.halted):
        begin_epoch(net, spec.model, place.epoch)
        for images, labels in t.world.stream(t, watch.steps_left()):
            watch.stop_if_asked()
            if watch.blank(labels):
                continue
            rate = learning_rate(spec.schedule, spec.optimizer.lr, place.step, total)
            rate *= place.lr_factor
            set_rate(optimizer, rate)
            outcome, norm = t.world.gradient(t, images, labels, rate), None
            if spec.clip_norm:
                norm = torch.nn.utils.clip_grad_norm_(params, spec.clip_norm, foreach=True)
            sound = bool(outcome) and watch.safety.sound(outcome, norm)
            t.world.agree(taken=sound)
            if sound:
                optimizer.step()
                if ema:
                    ema.update(place.step)
            optimizer.zero_grad(set_to_none=True)
            watch.count(outcome if sound else [], labels, rate=rate)
        watch.end_epoch()


class Watch:
    """Counts, tells, saves and judges beside the loop."""

    def __init__(self, t: Training) -> None:
        self._t = t
        self._saved_at = self._since = time.perf_counter()
        self._tried_step = t.place.step
        done, spec = max(0, t.place.step - 1), t.spec
        self._rate = learning_rate(spec.schedule, spec.optimizer.lr, done, t.total)
        self._rate *= t.place.lr_factor
        self._pending: list[tuple[int, Outcome]] = []
        self._reins = Reins(t, self)
        self._told = 0
        self.safety = Safety(t)
        self.safety.saved_step = t.place.step

    @property
    def halted(self) -> bool:
        """Whether somebody asked to end with the epoch, which has ended."""
        return self._reins.halted

    def steps_left(self) -> list[I64]:
        """Return the positions of each step that the epoch under way still has."""
        t, spec = self._t, self._t.spec
        views = spec.augment.views
        steps = batches(
            spec.seed, t.place.epoch, t.train, views=views, batch=t.batch, weights=t.weights
        )
        return steps[t.place.step_in_epoch :]

    def stop_if_asked(self) -> None:
        """Save and raise when somebody asked to stop; the place is between two steps."""
        try:
            self._t.progress.check()
            self._reins.follow()
        except CancelledError:
            self.save()
            raise

    def rested(self) -> None:
        """Leave a pause, before which all was saved, out of the time that training took."""
        self._saved_at = self._since = time.perf_counter()
        self._t.board.rest()

    def blank(self, labels: I64 | F32) -> bool:
        """Pass over a step none of whose pictures can be read, and say whether it was one."""
        if not self._t.pixels.unreadable or counted(labels).any():
            return False
        self.count([], labels, rate=self._rate)
        return True

    def count(self, outcome: Outcome, labels: I64 | F32, *, rate: float) -> None:
        """Take in a finished step; what it gave is counted later, many steps at once.

        Args:
            outcome: Of the passes; none where the step was left out.
            labels: The truth of its pictures.
            rate: The learning rate.
        """
        place, every = self._t.place, self._t.spec.checkpoint
        pictures = len(labels) if outcome else 0
        if outcome and self._t.pixels.unreadable:
            pictures = int(counted(labels).sum())
        self._pending.append((pictures, outcome))
        self._rate = rate
        place.seen += pictures
        place.step += 1
        place.step_in_epoch += 1
        if len(self._pending) >= TOGETHER:
            self._fetch()
        if self._t.board.due(pictures):
            self.tell()
        enough = every.every_steps and place.step - self._tried_step >= every.every_steps
        if enough or self._late():
            self._save_if_it_goes()

    def tell(self) -> None:
        """Fetch the sums and tell the metrics."""
        self._fetch()
        place = self._t.place
        self._tell_unreadable()
        self._t.board.metric(
            self._t.total,
            step=place.step,
            epoch=place.epoch + 1,
            loss=place.loss_sum / max(1, place.seen),
            acc=place.hits / max(1, place.seen),
            lr=self._rate,
        )

    def save(self) -> None:
        """Save `last`, when all weights are numbers.

        Raises:
            StorageError: The disk refuses; the former one is untouched.
        """
        self._fetch()
        self._check_weights()
        place = self._t.place
        now = time.perf_counter()
        place.seconds += now - self._since
        self._saved_at = self._since = now
        self._tried_step = place.step
        place.micro, place.splits = self._t.splitter.size, self._t.splitter.history
        save_last(self._t.run_dir, self._t.parts, place, about=self._t.about)
        self.safety.saved_step = place.step

    def _save_if_it_goes(self) -> None:
        """Save `last`; a disk that refuses costs what is done since the former one, no more."""
        try:
            self.save()
        except StorageError as error:
            step, kept = self._t.place.step, self.safety.saved_step
            self._t.board.fact("not_saved", step=step, why=str(error))
            note = f"no checkpoint could be saved at step {step}; that of step {kept} is kept"
            self._t.progress.log(f"{note}: {error}")
            self._t.notes.append(note)

    def _tell_unreadable(self) -> None:
        """Tell of pictures that turned out to be unreadable since the last time."""
        found = self._t.pixels.unreadable
        new = list(found.values())[self._told :]
        self._told += len(new)
        for text in new[:SHOWN]:
            self._t.progress.log(f"left out: {text}")
        if new:
            self._t.board.fact("unreadable", step=self._t.place.step, count=len(found), last=new[0])

    def end_epoch(self) -> None:
        """Tell the epoch, validate, keep the best, decide whether to stop, save when due."""
        t, place = self._t, self._t.place
        self.tell()
        self._check_weights()
        row: dict[str, Any] = {
            "epoch": place.epoch + 1,
            "step": place.step,
            "train_loss": place.loss_sum / max(1, place.seen),
            "train_accuracy": place.hits / max(1, place.seen),
            "lr": self._rate,
        }
        if len(t.val):
            row |= self._validate()
        place.epochs.append(row)
        place.epoch, place.step_in_epoch = place.epoch + 1, 0
        place.loss_sum, place.hits, place.seen = 0.0, 0.0, 0
        over = self._reins.ends_here() or place.epoch >= t.spec.epochs
        self._judge(row, over=over)
        t.board.epoch(**row)
        if over or place.stopped_early or self._late():
            self._save_if_it_goes()

    def _validate(self) -> dict[str, float]:
        """Return the figures that choose the best epoch."""
        t, net = self._t, self._t.parts.answering
        logits, y = logits_of(
            net, t.pixels, t.val, t.augmenter, t.splitter.size, outputs=t.judge.outputs(net)
        )
        known = counted(y)
        return t.judge.quick(logits[known], y[known])

    def _judge(self, row: dict[str, Any], *, over: bool) -> None:
        t, place, rule = self._t, self._t.place, self._t.spec.early_stopping
        if not len(t.val):
            place.best_epoch = place.epoch
            if over:
                save_best(t.run_dir, t.parts.answering, t.card | {"epoch": str(place.epoch)})
            return
        monitor = rule.monitor if rule.monitor in row else "val_loss"
        higher, value = monitor != "val_loss", float(row[monitor])
        if place.better(value, higher=higher, min_delta=rule.min_delta):
            place.best_value, place.best_epoch, place.bad_epochs = value, place.epoch, 0
            save_best(t.run_dir, t.parts.answering, t.card | {"epoch": str(place.epoch)})
        else:
            place.bad_epochs += 1
            place.stopped_early = 0 < rule.patience <= place.bad_epochs

    def _late(self) -> bool:
        every_s = self._t.spec.checkpoint.every_s
        return bool(every_s) and time.perf_counter() - self._saved_at >= every_s

    def _fetch(self) -> None:
        import torch

        place, steps = self._t.place, len(self._pending)
        parts = [
            (n, at, *part) for at, (n, outcome) in enumerate(self._pending) for part in outcome
        ]
        sizes = [len(outcome) for _, outcome in self._pending]
        self._pending.clear()
        if not parts:
            self._t.board.losses([], sizes)
            return
        losses = torch.stack([loss for _, _, loss, _, _ in parts]).tolist()
        for (pictures, at, *_), loss in zip(parts, losses, strict=True):
            if not math.isfinite(loss):
                self.safety.blame(place.step_in_epoch - steps + at, "the loss")
            place.loss_sum += loss * pictures
        self._t.board.losses(losses, sizes)
        logits = torch.cat([one for *_, one, _ in parts])
        place.hits += float(
            self._t.splitter.objective.hits(logits, torch.cat([y for *_, y in parts]))
        )

    def _check_weights(self) -> None:
        if not self._t.parts.finite():
            raise InvalidInputError(
                f"a weight is not a number at step {self._t.place.step} or shortly before; "
                f"{self.safety.kept}",
                hint="start a new run with a lower optimizer.lr, or with clip_norm 1",
            )
