"""The loop's side of control: between two steps it does what is asked of it.

Each change is saved before the next step is taken, so that a resumed run has it from the same step
on: what somebody did by hand is repeated bit for bit.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from sightline.train.control import PAUSE_S, Lookout, Wish, read_wish

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.progress import Progress
    from sightline.train.board import Board
    from sightline.train.microbatch import Splitter
    from sightline.train.state import Place


class Ridden(Protocol):
    """What of a training the reins touch."""

    run_dir: Path
    place: Place
    board: Board
    progress: Progress

    @property
    def splitter(self) -> Splitter:
        """What computes a step's gradient."""
        ...

    @property
    def total(self) -> int:
        """Steps of all epochs."""
        ...


class Saver(Protocol):
    """What saves a training between two steps."""

    def save(self) -> None:
        """Save `last`."""

    def rested(self) -> None:
        """Leave a pause out of the time that training took."""


class Reins:
    """Pauses, changes the learning rate, ends with an epoch."""

    def __init__(self, t: Ridden, saver: Saver) -> None:
        self._t, self._saver = t, saver
        self._lookout = Lookout(t.run_dir)
        self._wish = Wish(lr_factor=t.place.lr_factor)
        self._splits = len(t.place.splits)
        self.halted = False
        """It has ended with an epoch because somebody asked for that."""

    def follow(self) -> None:
        """Do what is asked, once it is time to look. The place is between two steps.

        Raises:
            CancelledError: Somebody asked to stop during a pause; `last` is saved.
            StorageError: The disk refuses to save the change.
        """
        if self._lookout.due():
            self._look()

    def ends_here(self) -> bool:
        """Say whether somebody asked to end with the epoch that has just ended."""
        self._look()
        self.halted = self._wish.stop_after_epoch
        return self.halted

    def _look(self) -> None:
        self._tell_splits()
        wish = self._lookout.new()
        if wish is None:
            return
        before, self._wish = self._wish, wish
        if wish.lr_factor != self._t.place.lr_factor:
            self._change_rate(wish.lr_factor)
        if wish.stop_after_epoch and not before.stop_after_epoch:
            self._fact("stop_after_epoch")
        if wish.pause:
            self._pause()

    def _change_rate(self, factor: float) -> None:
        place = self._t.place
        place.lr_factor = factor
        place.lr_changes.append({"step": place.step, "factor": factor})
        self._saver.save()
        self._fact("lr", factor=factor)

    def _pause(self) -> None:
        """Wait, with everything saved and the processors left to others."""
        t = self._t
        self._saver.save()
        self._fact("paused")
        t.progress.advance(t.place.step, t.total, "paused")
        while self._wish.pause:
            t.progress.check()
            time.sleep(PAUSE_S)
            self._wish = read_wish(t.run_dir)
        self._saver.rested()
        self._fact("continued")
        if self._wish.lr_factor != t.place.lr_factor:
            self._change_rate(self._wish.lr_factor)

    def _tell_splits(self) -> None:
        """Tell where memory did not suffice since the last look."""
        history = self._t.splitter.history
        for split in history[self._splits :]:
            self._t.board.fact("split", **split)
        self._splits = len(history)

    def _fact(self, kind: str, **values: float) -> None:
        self._t.board.fact(kind, step=self._t.place.step, **values)
