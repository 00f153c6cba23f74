"""How much memory a training takes: what it may have, and how the C library hands it out."""

from __future__ import annotations

import copy
import ctypes
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import torch
    from torch import nn

# From glibc's malloc.h: (parameter, value).
KEEP: Final = ((-4, 0), (-1, 2**31 - 1), (-2, 256 << 20))
GUARDED: Final = 3
"""Steps of one size that are watched layer by layer; later ones need the same."""
CGROUPS: Final = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)
"""Limit and use of a container, version 2 and 1."""


class CeilingError(RuntimeError):
    """A pass would take more memory than the training may have; it is split as if there were none.

    A RuntimeError, as torch's own errors of memory are.
    """


def keep_freed_memory() -> bool:
    """Ask glibc to reuse what tensors freed instead of returning it to the system at once.

    Each step frees and takes the same tensors; without this up to half of a step is page faults.
    Holds for the whole process and costs its peak memory for as long as it lives. Results do not
    change.

    Returns:
        Whether the C library took it: only glibc does.
    """
    library = _libc()
    try:
        return library is not None and all(library.mallopt(*one) == 1 for one in KEEP)
    except AttributeError:
        return False


def give_back() -> None:
    """Return what is free to the system, where the C library can."""
    library = _libc()
    if library is not None and hasattr(library, "malloc_trim"):
        library.malloc_trim(0)


def resident() -> int:
    """Return the bytes that this process holds in memory."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123 (each layer asks)
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        import psutil

        return int(psutil.Process().memory_info().rss)


def room() -> int:
    """Return the bytes that this process could still take: of the machine, or of its container."""
    import psutil

    free = int(psutil.virtual_memory().available)
    for limit, use in CGROUPS:
        try:
            most = Path(limit).read_text("ascii").strip()
            if most != "max":
                free = min(free, max(0, int(most) - int(Path(use).read_text("ascii"))))
        except (OSError, ValueError):
            continue
    return free


class Ceiling:
    """The most that a training may take on a CPU: a share of what was free when it began."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """Bytes of the process."""

    @classmethod
    def of(cls, share: float) -> Ceiling:
        """Return the ceiling at a share of the memory that is free now."""
        return cls(resident() + int(share * room()))

    @property
    def left(self) -> int:
        """Bytes that may still be taken."""
        return self.limit - resident()

    def reached(self) -> bool:
        """Say whether the process holds more than it may."""
        return resident() > self.limit


def copy_of(net: nn.Module) -> nn.Module:
    """Return a copy to try things with, in training mode; what hangs on the network stays there."""
    probe = copy.deepcopy(net).train()
    for layer in probe.modules():
        layer._forward_pre_hooks.clear()  # noqa: SLF001
        layer._forward_hooks.clear()  # noqa: SLF001
    return probe


def bytes_of_a_picture(net: nn.Module, px: int, autocast: Any = None) -> int:
    """Return what a picture of a pass holds until its gradient is known, bytes.

    A copy of the network is asked about two pictures on the CPU, and what the backward pass would
    need is added up.
    """
    import torch

    probe = copy_of(net)
    own = {one.untyped_storage().data_ptr() for one in probe.state_dict().values()}
    held: dict[int, torch.UntypedStorage] = {}  # kept, so that no two have the same address

    def count(tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            held[storage.data_ptr()] = storage

    x = torch.zeros(2, 3, px, px).contiguous(memory_format=torch.channels_last)
    with (
        torch.autograd.graph.saved_tensors_hooks(count, lambda _: x),
        (autocast or nullcontext)(),
    ):
        probe(x)
    return sum(one.nbytes() for one in held.values()) // 2


def limit_gpu(share: float, device: torch.device) -> None:
    """Let torch take a share of the GPU memory that is free now, besides what it has."""
    import torch

    free, total = torch.cuda.mem_get_info(device)
    own = torch.cuda.memory_reserved(device)
    torch.cuda.set_per_process_memory_fraction(min(1.0, (own + share * free) / total), device)


class Guard:
    """Watches the first passes of a network, layer by layer, and stops one at the ceiling."""

    def __init__(self, net: nn.Module, ceiling: Ceiling) -> None:
        self._net, self._ceiling = net, ceiling
        self._hooks: list[Any] = []
        self._left, self._hit = 0, False
        self.trouble = ""
        self.watch()

    def watch(self) -> None:
        """Watch the next steps."""
        self._left = GUARDED
        if not self._hooks:
            layers = [one for one in self._net.modules() if not any(True for _ in one.children())]
            self._hooks = [one.register_forward_pre_hook(self._look) for one in layers]

    def passed(self) -> None:
        """Count a step that went well; after some of them nothing is watched any more.

        Raises:
            CeilingError: Its backward pass went beyond the ceiling.
        """
        if not self._hooks:
            return
        self._look()
        self._left -= 1
        if self._left <= 0:
            self.rest()

    def vain(self, size: int) -> bool:
        """Say whether smaller parts than `size` would not help; then nothing is watched any more.

        Called after a failed pass, when what it held is given back.
        """
        if not self._hit:
            return False
        self._hit = False
        if size > 1 and not self._ceiling.reached():
            return False
        self.trouble = (
            f"memory: a single picture takes the training beyond its {self._ceiling.limit >> 20} MB"
            if size <= 1
            else f"memory: the training takes more than its {self._ceiling.limit >> 20} MB (share "
            "memory.ceiling of what was free) without any picture"
        )
        self.rest()
        return True

    def rest(self) -> None:
        """Watch nothing."""
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def _look(self, *_: object) -> None:
        if self._ceiling.reached():
            self._hit = True
            raise CeilingError(
                f"the training holds more than its {self._ceiling.limit >> 20} MB (memory.ceiling)"
            )


def _libc() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    try:
        return ctypes.CDLL(None)
    except OSError:
        return None
