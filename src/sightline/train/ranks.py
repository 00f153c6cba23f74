"""Who takes part in a training's steps: this process alone, or several as if they were one."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.core.packages import installed
from sightline.train.data import IGNORED, steps_per_epoch
from sightline.train.rank_group import backend_of, joined, no_fabric
from sightline.train.rank_team import Team
from sightline.train.share import Share, Step
from sightline.train.targets import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import torch

    from sightline.core.arrays import F32, I64, U8, Bool
    from sightline.core.progress import Progress
    from sightline.train.augment import Augmenter
    from sightline.train.cache import PixelCache
    from sightline.train.checkpoint import Parts
    from sightline.train.data import Pixels
    from sightline.train.microbatch import Outcome, Splitter
    from sightline.train.spec import TrainSpec
    from sightline.train.state import Place

TIMEOUT_S: Final = 600.0
"""How long one process waits for the others' part of the same step."""
LEAST: Final = 2
"""Pictures that a batch norm needs."""


class Worked(Protocol):
    """What of a training the processes share."""

    spec: TrainSpec
    parts: Parts
    place: Place
    pixels: Pixels
    train: I64
    augmenter: Augmenter
    progress: Progress
    run_dir: Path
    notes: list[str]

    @property
    def splitter(self) -> Splitter:
        """What computes a step's gradient."""
        ...

    @property
    def batch(self) -> int:
        """Pictures of a step."""
        ...


class World(Protocol):
    """What the loop asks of those who take part in its steps."""

    def stream(self, t: Worked, groups: list[I64]) -> Iterator[tuple[U8, I64 | F32]]:
        """Yield pictures, perhaps only some, and the whole truth of each step."""
        ...

    def gradient(self, t: Worked, images: U8, labels: I64 | F32, rate: float) -> Outcome:
        """Give the parameters the batch's mean gradient; nothing comes out of a blank step."""
        ...

    def agree(self, *, taken: bool) -> None:
        """Say whether the step is taken."""
        ...


class Alone:
    """One process."""

    def stream(self, t: Worked, groups: list[I64]) -> Iterator[tuple[U8, I64 | F32]]:
        """Yield pictures (B, size, size, 3) and their truth for each step."""
        return t.pixels.stream(groups)

    def gradient(self, t: Worked, images: U8, labels: I64 | F32, rate: float) -> Outcome:  # noqa: ARG002
        """Give the parameters the batch's mean gradient."""
        place = t.place
        batch = t.augmenter.batch(images, labels, epoch=place.epoch, step=place.step_in_epoch)
        return t.splitter.gradient(batch, place.step)

    def agree(self, *, taken: bool) -> None:
        """Do nothing: there is nobody to tell."""


ALONE: Final = Alone()


class Together:
    """The first of several processes: it decides, the others follow."""

    def __init__(self, team: Team, share: Share) -> None:
        self._team, self._share = team, share
        self._epoch = -1
        self._group: I64 = np.zeros(0, np.int64)

    def stream(self, t: Worked, groups: list[I64]) -> Iterator[tuple[U8, I64 | F32]]:
        """Yield the pictures that this process needs, and the whole truth of each step."""
        for images, group in self._share.stream(t.pixels, groups):
            self._group = group
            yield images, t.pixels.truth(group)

    def gradient(self, t: Worked, images: U8, labels: I64 | F32, rate: float) -> Outcome:
        """Give the parameters the batch's mean gradient, of which the others compute parts.

        `labels` of pictures that another process could not read are marked.

        Raises:
            ProcessLostError: Another process is gone.
            SightlineError: What another process found wrong.
        """
        place = t.place
        step = Step(place.epoch, place.step_in_epoch, place.step)
        self._team.tell([step.epoch, step.at, step.number, rate])
        if place.epoch != self._epoch:
            self._share.begin()
            self._epoch = place.epoch
        found = self._share.gradient(images, labels, step)
        read = np.zeros(len(labels), np.bool_) if found is None else found.read
        self._mark(t, labels, read)
        if found is None:
            return []
        return [(found.loss, found.hits.view(1, 1), found.hits.view(1))]

    def agree(self, *, taken: bool) -> None:
        """Tell the others whether the step is taken.

        Raises:
            ProcessLostError: One is gone.
        """
        self._team.tell(taken)

    def hear(self, t: Worked) -> None:
        """Note why pictures could not be read."""
        while not self._team.lost.empty():
            t.pixels.leave_out(*self._team.lost.get())

    def _mark(self, t: Worked, labels: I64 | F32, read: Bool) -> None:
        for row in np.flatnonzero(counted(labels) & ~read).tolist():
            labels[row] = IGNORED if labels.ndim == 1 else np.nan
            t.pixels.leave_out(int(self._group[row]), "another process could not read it")
        self.hear(t)


@contextmanager
def world_of(
    t: Worked, *, mode: str, parent: Path | None, cache: PixelCache | None
) -> Iterator[World]:
    """Give who takes part in a training: this process, or as many as its spec asks for.

    Args:
        t: The training, ready.
        mode: How it began.
        parent: What it began from.
        cache: Where decoded pictures are kept.

    Raises:
        InvalidInputError: It cannot be shared by so many.
        MissingExtraError: lightning-fabric is not installed.
        ProcessLostError: A process ended.
    """
    size = t.spec.processes
    if size == 1:
        yield ALONE
        return
    import torch

    kind = next(t.parts.net.parameters()).device.type
    _check(t, size, kind)
    threads = torch.get_num_threads()
    plan = {
        "spec": json.loads(t.spec.model_dump_json()),
        "run_dir": str(t.run_dir),
        "mode": mode,
        "parent": None if parent is None else str(parent),
        "precision": t.place.precision,
        "kind": kind,
        "threads": threads,
        "timeout_s": TIMEOUT_S,
        "cache": None if cache is None else asdict(cache) | {"root": str(cache.root)},
    }
    team = Team(plan, size, threads=threads)
    try:
        team.await_ready(t.progress)
        with joined(0, size, kind=kind, meeting=team.meeting, timeout_s=TIMEOUT_S) as add:
            share = Share(
                t.spec, t.parts.net, t.splitter, t.augmenter,
                rank=0, size=size, add=_blaming(team, add),
            )  # fmt: skip
            world = Together(team, share)
            for note in _notes(t, size, kind):
                t.notes.append(note)
                t.progress.log(note)
            try:
                yield world
            finally:
                team.close()
                world.hear(t)
    finally:
        team.close()


def _blaming(team: Team, add: Callable[[torch.Tensor], object]) -> Callable[[torch.Tensor], object]:
    """Return a sum that names who is missing."""

    def blaming(tensor: torch.Tensor) -> None:
        try:
            add(tensor)
        except RuntimeError as error:
            raise team.fault() from error

    return blaming


def threads_of(processes: int, asked: int, usual: int) -> int:
    """Return how many CPU threads each process has: as asked for, else the usual, dealt out."""
    return asked or max(1, usual // processes)


def _check(t: Worked, size: int, kind: str) -> None:
    """Make sure that so many can work at it.

    Raises:
        InvalidInputError: They cannot.
        MissingExtraError: lightning-fabric is not installed.
    """
    import torch

    if not installed("lightning_fabric"):
        raise no_fabric()
    if kind == "cuda" and size > torch.cuda.device_count():
        raise InvalidInputError(
            f"processes is {size}, and there are {torch.cuda.device_count()} GPUs",
            hint="each process has a GPU of its own: lower processes",
        )
    pictures = len(t.train) * t.spec.augment.views
    least = pictures // steps_per_epoch(pictures, t.batch) // size
    if least < LEAST and _norms_learn(t):
        raise InvalidInputError(
            f"a step leaves {least} pictures for one of {size} processes: batch norm needs {LEAST}",
            hint="lower processes, raise batch_size, or set model.freeze_norm",
        )


def _norms_learn(t: Worked) -> bool:
    return t.splitter.has_batch_norm and not t.spec.model.freeze_norm


def _notes(t: Worked, size: int, kind: str) -> list[str]:
    """Return what a person should know."""
    found = [f"{size} processes shared each step ({backend_of(kind)})"]
    cores = os.cpu_count() or 1
    if kind == "cpu" and size > cores:
        found.append(f"{size} processes are more than the {cores} cores: fewer would be faster")
    if _norms_learn(t):
        found.append(
            "processes: batch norm saw one process's pictures at a time, and its statistics are "
            "their mean; all else is as with one process"
        )
    return found
