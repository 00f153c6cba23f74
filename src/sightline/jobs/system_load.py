"""How busy the machine is: processors, memory, graphics cards."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable

GPU_EVERY_S: Final = 2.0
GPU_TIMEOUT_S: Final = 5.0
_ASKED: Final = ("name", "utilization.gpu", "memory.used", "memory.total", "temperature.gpu")
_MB: Final = 1 << 20


class LoadMeter:
    """Looks at the machine when it is asked. Thread-safe."""

    def __init__(
        self,
        *,
        ask_gpus: Callable[[], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to count processor time; the first answer is about the time since then.

        Args:
            ask_gpus: Returns what `nvidia-smi` prints, a line of CSV for each card.
            clock: Seconds.
        """
        self._ask = ask_gpus or _nvidia_smi()
        self._clock = clock
        self._lock = threading.Lock()
        self._gpus: list[dict[str, Any]] = []
        self._gpus_at = -GPU_EVERY_S
        self._process = psutil.Process()
        with self._lock:
            psutil.cpu_percent()
            self._process.cpu_percent()

    def look(self) -> dict[str, Any]:
        """Return the load: percent of all processors, MB of memory, a row for each card."""
        with self._lock:
            memory = psutil.virtual_memory()
            return {
                "cpu_percent": round(psutil.cpu_percent(), 1),
                "cores": psutil.cpu_count() or os.cpu_count() or 1,
                "memory_used_mb": (memory.total - memory.available) // _MB,
                "memory_total_mb": memory.total // _MB,
                "process_cpu_percent": round(self._process.cpu_percent(), 1),
                "process_memory_mb": self._process.memory_info().rss // _MB,
                "gpus": self._cards(),
            }

    def _cards(self) -> list[dict[str, Any]]:
        now = self._clock()
        if self._ask is not None and now - self._gpus_at >= GPU_EVERY_S:
            self._gpus_at = now
            self._gpus = [card for line in self._ask().splitlines() if (card := _card(line))]
        return self._gpus


def _card(line: str) -> dict[str, Any] | None:
    """Return a card of a line `name, 42, 1024, 81559, 35`; a figure it does not tell is None."""
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) != len(_ASKED):
        return None
    numbers: list[float | None] = []
    for cell in cells[1:]:
        try:
            numbers.append(float(cell))
        except ValueError:
            numbers.append(None)
    used, total = numbers[1], numbers[2]
    return {
        "name": cells[0],
        "percent": numbers[0],
        "memory_used_mb": used,
        "memory_total_mb": total,
        "temperature_c": numbers[3],
    }


def _nvidia_smi() -> Callable[[], str] | None:
    """Return what asks the driver; None on a machine without its tool."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    command = [tool, f"--query-gpu={','.join(_ASKED)}", "--format=csv,noheader,nounits"]

    def ask() -> str:
        with suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(  # noqa: S603 - the driver's own tool, no shell
                command, capture_output=True, text=True, timeout=GPU_TIMEOUT_S, check=True
            )
            return done.stdout
        return ""

    return ask
