"""The same steps through accelerate, Lightning Fabric and Lightning's Trainer.

Each takes turns with the bare loop, as ours does in bench_loop, and clips and averages as it does.
"""

from __future__ import annotations

import logging
import time
import warnings
from typing import TYPE_CHECKING, Any

from benchmarks.loop_world import BLOCK, Maths, World, bare_loop, quiet

if TYPE_CHECKING:
    from collections.abc import Callable


class Taken:
    """Blocks of a peer's steps and of bare ones between them."""

    def __init__(self, world: World) -> None:
        self._bare_step = bare_loop(world, full=True)
        self.peer: list[float] = []
        self.bare: list[float] = []
        self._count, self._since = 0, time.process_time()

    def stepped(self) -> None:
        """Count a step of the peer; after a block the bare loop takes its own."""
        self._count += 1
        if self._count % BLOCK:
            return
        began = time.process_time()
        self.peer.append((began - self._since) / BLOCK)
        for _ in range(BLOCK):
            self._bare_step()
        self._since = time.process_time()
        self.bare.append((self._since - began) / BLOCK)

    def result(self) -> tuple[float, float]:
        """Return a step of the peer and a bare one, seconds."""
        return quiet(self.peer), quiet(self.bare)


def loader_of(world: World) -> Any:
    """Return the batches as a torch loader, which all of them expect."""
    from torch.utils.data import DataLoader

    return DataLoader(world.rows(), batch_size=None)  # type: ignore[arg-type]


def accelerate_turns(world: World) -> tuple[float, float]:
    """Return a step through accelerate and a bare one, seconds."""
    from accelerate import Accelerator

    maths, taken = Maths(world), Taken(world)
    accelerator = Accelerator(cpu=True)
    net, optimizer, loader = accelerator.prepare(maths.net, maths.optimizer, loader_of(world))
    for rows in loader:
        loss = maths.loss(net, rows.numpy())
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(maths.params, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        maths.average()
        taken.stepped()
    return taken.result()


def fabric_turns(world: World) -> tuple[float, float]:
    """Return a step through Lightning Fabric and a bare one, seconds."""
    from lightning.fabric import Fabric

    maths, taken = Maths(world), Taken(world)
    fabric = Fabric(accelerator="cpu", devices=1)
    net, optimizer = fabric.setup(maths.net, maths.optimizer)
    loader: Any = fabric.setup_dataloaders(loader_of(world))
    for rows in loader:
        loss = maths.loss(net, rows.numpy())
        fabric.backward(loss)
        fabric.clip_gradients(net, optimizer, max_norm=1.0)
        optimizer.step()
        optimizer.zero_grad()
        maths.average()
        taken.stepped()
    return taken.result()


def trainer_turns(world: World) -> tuple[float, float]:
    """Return a step through Lightning's Trainer and a bare one, seconds."""
    import lightning

    maths, taken = Maths(world), Taken(world)

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = maths.net

        def training_step(self, rows: Any, _number: int) -> Any:
            return maths.loss(self.net, rows.numpy())

        def configure_optimizers(self) -> Any:
            return maths.optimizer

        def on_train_batch_end(self, *_: object) -> None:
            maths.average()
            taken.stepped()

    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer = lightning.Trainer(
            accelerator="cpu", devices=1, max_epochs=1, gradient_clip_val=1.0, logger=False,
            enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
        )  # fmt: skip
        trainer.fit(Module(), loader_of(world))
    return taken.result()


PEERS: dict[str, Callable[[World], tuple[float, float]]] = {
    "Lightning Fabric": fabric_turns,
    "accelerate": accelerate_turns,
    "Lightning Trainer": trainer_turns,
}
