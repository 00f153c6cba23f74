"""How far a resumed training is from an uninterrupted one through accelerate and Lightning.

Both learn noise with a small network and dropout, shuffled by torch's loader, are stopped in the
middle of the second epoch, saved and loaded as their guides say, and go on in fresh objects. What
the process has drawn meanwhile differs, as in a process that was started anew.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

STEPS, CUT, EPOCHS, BATCH = 12, 17, 3, 8


def parts() -> tuple[Any, Any, Any]:
    """Return a network, its optimiser and its batches."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    draw = torch.Generator().manual_seed(0)
    x = torch.randn(STEPS * BATCH, 12, generator=draw)
    y = torch.randint(0, 3, (STEPS * BATCH,), generator=draw)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3))
    loader = DataLoader(TensorDataset(x, y), batch_size=BATCH, shuffle=True)
    return net, torch.optim.AdamW(net.parameters(), lr=1e-2), loader


def accelerate_run(folder: Path, *, resumed: bool, cut: int = 0) -> torch.Tensor:
    """Train, from the saved state or from the beginning; save and stop at a step."""
    import torch
    from accelerate import Accelerator
    from accelerate.utils import set_seed

    set_seed(0)
    accelerator = Accelerator(cpu=True)
    net, optimizer, loader = accelerator.prepare(*parts())
    step = 0
    if resumed:
        torch.rand(7)
        accelerator.load_state(str(folder))
        step = CUT
    for epoch in range(step // STEPS, EPOCHS):
        inside = step - epoch * STEPS
        batches = accelerator.skip_first_batches(loader, inside) if inside else loader
        for x, y in batches:
            accelerator.backward(torch.nn.functional.cross_entropy(net(x), y))
            optimizer.step()
            optimizer.zero_grad()
            step += 1
            if step == cut:
                accelerator.save_state(str(folder))
                break
        if step == cut:
            break
    return flat(net)


def trainer_run(folder: Path, *, resumed: bool, cut: int = 0) -> torch.Tensor:
    """Train, from the saved state or from the beginning; save and stop at a step."""
    import lightning
    import torch

    lightning.seed_everything(0, verbose=False)
    net, optimizer, loader = parts()

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def training_step(self, batch: Any, _number: int) -> Any:
            return torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1])

        def configure_optimizers(self) -> Any:
            return optimizer

    trainer = lightning.Trainer(
        accelerator="cpu", devices=1, max_epochs=EPOCHS, max_steps=cut or -1, logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    path = folder / "last.ckpt"
    if resumed:
        torch.rand(7)
    trainer.fit(Module(), loader, ckpt_path=str(path) if resumed else None)
    if cut:
        trainer.save_checkpoint(path)
    return flat(net)


def flat(net: Any) -> torch.Tensor:
    """Return all weights in a row."""
    import torch

    return torch.cat([one.detach().flatten() for one in net.parameters()])


PEERS: dict[str, Callable[..., torch.Tensor]] = {
    "accelerate": accelerate_run,
    "Lightning Trainer": trainer_run,
}


def differences() -> dict[str, float]:
    """Return the greatest difference of a weight for each peer that is installed."""
    from sightline.nets.torchvision_shim import install

    install()  # some of them import torchvision
    logging.disable(logging.WARNING)
    found: dict[str, float] = {}
    for name, run in PEERS.items():
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                whole = run(Path(folder), resumed=False)
                run(Path(folder), resumed=False, cut=CUT)
                again = run(Path(folder), resumed=True)
            except ImportError as error:
                print(f"not measured: {name} ({error}); install the extra `peers`")
                continue
        found[name] = float((whole - again).abs().max())
        print(f"        {name}: {found[name]:.3g}")
    return found
