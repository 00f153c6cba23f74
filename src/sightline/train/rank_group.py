"""The processes of a training find each other: by Lightning Fabric, on this machine only."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import torch

TOUCHED: Final = (
    "MASTER_ADDR", "MASTER_PORT", "GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME", "OMP_NUM_THREADS",
)  # fmt: skip
"""Variables that are set while the processes find each other."""


@contextmanager
def joined(
    rank: int, size: int, *, kind: str, meeting: Path, timeout_s: float
) -> Iterator[Callable[[torch.Tensor], object]]:
    """Be one of `size` processes; give what sums a tensor over them, in place.

    They meet through a file, so that no port is open to others, and talk over the loopback device.

    Args:
        rank: From 0.
        size: How many there are.
        kind: cpu (gloo) or cuda (nccl, a GPU each).
        meeting: A file that none has used before.
        timeout_s: How long one waits for the others in a sum.

    Raises:
        MissingExtraError: lightning-fabric is not installed.
        RuntimeError: The others do not come.
    """
    import torch
    import torch.distributed as dist
    from torch._C._distributed_c10d import FileStore

    fabric_of, backend = _fabric(), backend_of(kind)
    before = {name: os.environ.get(name) for name in TOUCHED}
    try:
        _stay_inside()
        os.environ["OMP_NUM_THREADS"] = str(torch.get_num_threads())  # else Fabric decides on them
        dist.init_process_group(
            backend,
            store=FileStore(str(meeting), size),
            rank=rank,
            world_size=size,
            timeout=timedelta(seconds=timeout_s),
        )
        fabric = fabric_of(rank, size, kind, backend)
        fabric.launch()
        yield lambda tensor: fabric.all_reduce(tensor, reduce_op="sum")
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def backend_of(kind: str) -> str:
    """Return what carries the sums."""
    return "nccl" if kind == "cuda" else "gloo"


def no_fabric() -> MissingExtraError:
    """Return what says that lightning-fabric is not installed."""
    return MissingExtraError(
        "several processes need lightning-fabric",
        hint="pip install 'sightline[distributed]', or set processes to 1",
    )


def _stay_inside() -> None:
    """Let the processes talk over the loopback device, whatever the machine's name leads to."""
    import psutil

    if sys.platform == "win32":
        return
    for name, addresses in psutil.net_if_addrs().items():
        if any(one.address == "127.0.0.1" for one in addresses):
            os.environ["GLOO_SOCKET_IFNAME"] = os.environ["NCCL_SOCKET_IFNAME"] = name


def _fabric() -> Callable[[int, int, str, str], Any]:
    """Return what makes the Fabric of a process.

    Raises:
        MissingExtraError: lightning-fabric is not installed.
    """
    try:
        from lightning_fabric import Fabric
        from lightning_fabric.plugins.environments.lightning import LightningEnvironment
        from lightning_fabric.strategies.ddp import DDPStrategy
    except ImportError as error:
        raise no_fabric() from error

    class Started(LightningEnvironment):  # type: ignore[misc, unused-ignore]
        """Processes that we started ourselves."""

        def __init__(self, rank: int) -> None:
            super().__init__()
            self._rank = rank

        @property
        def creates_processes_externally(self) -> bool:
            return True

        def local_rank(self) -> int:
            return self._rank

    def fabric(rank: int, size: int, kind: str, backend: str) -> Any:
        strategy = DDPStrategy(cluster_environment=Started(rank), process_group_backend=backend)
        return Fabric(accelerator=kind, devices=size, strategy=strategy)

    return fabric
