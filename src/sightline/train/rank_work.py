"""The inside of a training's further process: it does its share of each step that it is told of.

Started as `python -m sightline.train.rank_work PLAN RANK`. It builds what the first process built,
from the same spec and seed, writes no file, and ends when its input does.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import SightlineError
from sightline.train import manifest
from sightline.train.augment import Augmenter
from sightline.train.balance import class_weight, picture_weights
from sightline.train.cache import PixelCache
from sightline.train.data import batches
from sightline.train.machine import suit
from sightline.train.memory import keep_freed_memory
from sightline.train.objective import objective_of
from sightline.train.optim import begin_epoch, set_rate
from sightline.train.rank_group import joined
from sightline.train.run import pixels_of
from sightline.train.share import Share, Step
from sightline.train.spec_io import build_spec
from sightline.train.start import positions, preprocess_of, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    import torch

    from sightline.core.arrays import I64, U8
    from sightline.train.data import Pixels
    from sightline.train.machine import Machine
    from sightline.train.spec import TrainSpec
    from sightline.train.start import Start

SEEDS_APART: Final = 1 << 31
"""So that dropout draws otherwise in each process."""


class Worker:
    """A process's network, pictures and place in the epoch."""

    def __init__(self, plan: dict[str, Any], rank: int, say: Callable[..., None]) -> None:
        import torch

        keep_freed_memory()
        torch.set_num_threads(plan["threads"])
        if plan["kind"] == "cuda":
            torch.cuda.set_device(rank)
        run_dir = Path(plan["run_dir"])
        self.rank, self._plan, self._say = rank, plan, say
        self._samples = manifest.load(run_dir)
        self.spec: TrainSpec = build_spec(plan["spec"])
        parent = None if plan["parent"] is None else Path(plan["parent"])
        self._begun: Start = start(
            self.spec, self._samples, run_dir, mode=plan["mode"], parent=parent, first=False
        )
        self._begun.place.precision = plan["precision"]
        cache = plan["cache"] and PixelCache(
            **plan["cache"] | {"root": Path(plan["cache"]["root"])}
        )
        self.pixels: Pixels = pixels_of(self.spec, self._samples, cache=cache or None)
        self._train: I64 = positions(self._samples)["train"]
        self._feed: Iterator[tuple[U8, I64]] = iter(())
        self._next = 0
        self._epoch = -1
        self._told = 0
        self._machine = self._suited()

    def work(self, orders: Iterator[Any], add: Callable[[torch.Tensor], object]) -> None:
        """Do each step that is ordered: [epoch, step of it, step, rate], then whether it counts."""
        import torch

        spec, net, optimizer = self.spec, self._begun.parts.net, self._begun.parts.optimizer
        share = Share(
            spec, net, self._machine.splitter, self._augmenter,
            rank=self.rank, size=spec.processes, add=add,
        )  # fmt: skip
        for epoch, at, number, rate in orders:
            if epoch != self._epoch:
                self._begin(share, epoch, at)
            images, group = self._fed(at)
            found = share.gradient(images, self.pixels.truth(group), Step(epoch, at, number))
            self._tell_lost()
            if found is not None and spec.clip_norm:
                params = [one for one in net.parameters() if one.requires_grad]
                torch.nn.utils.clip_grad_norm_(params, spec.clip_norm, foreach=True)
            if next(orders, False):
                set_rate(optimizer, rate)
                optimizer.step()
            else:
                share.undo()
            optimizer.zero_grad(set_to_none=True)

    def _suited(self) -> Machine:
        import torch

        spec, device = self.spec, self._begun.device
        self._augmenter = Augmenter(
            spec.augment, preprocess_of(spec), seed=spec.seed, device=device
        )
        weight = class_weight(spec, self._samples)
        objective = objective_of(
            spec, None if weight is None else torch.from_numpy(weight).to(device)
        )
        own = spec.model_copy(update={"seed": spec.seed + self.rank * SEEDS_APART})
        truth = self.pixels.truth(self._train)
        return suit(own, self._begun, objective, self._augmenter, truth=truth)

    def _begin(self, share: Share, epoch: int, at: int) -> None:
        """Begin an epoch, at its first step or further on."""
        spec, samples = self.spec, self._samples
        weights = None
        if spec.sampling == "balanced":
            weights = picture_weights(samples)[self._train]
        steps = batches(
            spec.seed,
            epoch,
            self._train,
            views=spec.augment.views,
            batch=spec.batch_size * spec.accumulate,
            weights=weights,
        )
        begin_epoch(self._begun.parts.net, spec.model, epoch)
        share.begin()
        self._feed, self._next, self._epoch = share.stream(self.pixels, steps[at:]), at, epoch

    def _fed(self, at: int) -> tuple[U8, I64]:
        """Return a step's pictures and positions; steps that were passed over are, here too."""
        while True:
            found, self._next = next(self._feed), self._next + 1
            if self._next > at:
                return found

    def _tell_lost(self) -> None:
        """Say which pictures turned out to be unreadable."""
        lost = list(self.pixels.unreadable.items())
        for one in lost[self._told :]:
            self._say(lost=one)
        self._told = len(lost)


def main(plan_file: str, rank: int, source: BinaryIO, sink: BinaryIO) -> int:
    """Work until the input ends; return the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process decides
    orders = _orders(source)

    def say(**values: Any) -> None:
        sink.write(json.dumps(values).encode() + b"\n")
        sink.flush()

    try:
        plan = json.loads(Path(plan_file).read_text("utf-8"))
        worker = Worker(plan, rank, say)
        with closing(worker.pixels):
            say(ready=True)
            size, kind = worker.spec.processes, plan["kind"]
            meeting, timeout_s = Path(plan["meeting"]), plan["timeout_s"]
            with joined(rank, size, kind=kind, meeting=meeting, timeout_s=timeout_s) as add:
                worker.work(orders, add)
    except SightlineError as error:
        say(error={"code": error.code, "message": str(error), "hint": error.hint})
        return error.exit_code
    return 0


def _orders(source: BinaryIO) -> Iterator[Any]:
    """Yield what is ordered; the process ends with it, also in the middle of a step."""
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def hear() -> None:
        for line in source:
            inbox.put(json.loads(line))
        os._exit(0)  # nothing here is worth saving

    threading.Thread(target=hear, daemon=True).start()
    return iter(inbox.get, None)


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return this process's input and output, which no library can print into any more."""
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, sink


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), *_own_pipes()))
