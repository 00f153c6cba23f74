"""How fast a model is and what it takes, measured in a process that holds nothing else."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.predict.openers import open_form

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.core.arrays import U8
    from sightline.core.cards import ModelCard
    from sightline.predict.net import Net

LEAST_RUNS: Final = 10
WARM_SHARE: Final = 0.2
"""Of the time for measuring, spent before it: caches fill, TorchScript specialises."""
LEAST_WARM: Final = 3


class Measured:
    """A model that is opened, asked and timed anew for each question (`ports.Served`)."""

    def __init__(self, path: Path, card: ModelCard) -> None:
        self._path = path
        self._card = card

    def answer(
        self, method: str, arguments: dict[str, Any], _arrays: Sequence[NDArray[Any]]
    ) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        """Answer `facts` and `measure` {threads, clients, seconds}.

        Raises:
            InvalidInputError: It knows no such method, or the model cannot be run.
        """
        if method == "facts":
            return {}, []
        if method == "measure":
            return measure(self._path, self._card, **arguments), []
        raise InvalidInputError(f"this cannot {method!r}", hint="measure")


def serve_measured(path: Path, card: ModelCard, threads: int) -> Measured:
    """Return what a fresh process measures; nothing is opened yet, so that opening is timed."""
    del threads  # each measurement says its own
    return Measured(path, card)


def measure(
    path: Path, card: ModelCard, *, threads: Sequence[int], clients: int, seconds: float
) -> dict[str, Any]:
    """Return cold_ms, memory_bytes, latency rows and throughput of a model, JSON.

    Call it in a process that has opened nothing: the first opening counts what its runtime costs.

    Args:
        path: Its file.
        card: What it is.
        threads: Numbers of threads that work on one picture, each measured; the first is cold.
        clients: Threads that ask at once, each with a picture of its own.
        seconds: For each measurement.

    Raises:
        InvalidInputError: It cannot be run.
        MissingExtraError: Its runtime is not installed.
    """
    picture = _picture(card.preprocess.size)
    before = _resident()
    began = time.perf_counter()
    net = open_form(path, card, threads=threads[0])
    net.answers(picture)
    cold_s = time.perf_counter() - began
    rows = []
    for count in threads:
        if count != threads[0]:
            net = open_form(path, card, threads=count)
        rows.append({"threads": count, **_latency(partial(net.answers, picture), seconds)})
        if count == threads[0]:
            memory = _resident() - before
    net = open_form(path, card, threads=1)
    return {
        "cold_ms": round(cold_s * 1e3, 2),
        "memory_bytes": max(0, memory),
        "latency": rows,
        "throughput": {"clients": clients, "per_s": _throughput(net, picture, clients, seconds)},
    }


def _latency(ask: Callable[[], object], seconds: float) -> dict[str, Any]:
    """Return percentiles of one answer's time, ms, and the processor's time for it."""
    _repeat(ask, seconds * WARM_SHARE, LEAST_WARM)
    cpu = time.process_time()
    clocks = np.array(_repeat(ask, seconds, LEAST_RUNS)) * 1e3
    spent = (time.process_time() - cpu) * 1e3 / len(clocks)
    p50, p95 = np.percentile(clocks, (50, 95))
    found = {"p50_ms": p50, "p95_ms": p95, "mean_ms": clocks.mean(), "cpu_ms": spent}
    return {key: round(float(one), 3) for key, one in found.items()} | {"runs": len(clocks)}


def _repeat(ask: Callable[[], object], seconds: float, least: int) -> list[float]:
    """Return how long each call took, seconds, for at least so long and so many."""
    took: list[float] = []
    end = time.perf_counter() + seconds
    while len(took) < least or time.perf_counter() < end:
        began = time.perf_counter()
        ask()
        took.append(time.perf_counter() - began)
    return took


def _throughput(net: Net, picture: U8, clients: int, seconds: float) -> float:
    """Return answers a second when `clients` threads ask at once, in full batches on a device."""
    batch = np.repeat(picture, net.max_batch, axis=0)
    start, counts = threading.Barrier(clients + 1), [0] * clients
    faults: list[Exception] = []

    def client(at: int) -> None:
        start.wait()
        try:
            while time.perf_counter() < end[0]:
                net.answers(batch)
                counts[at] += len(batch)
        except Exception as error:  # noqa: BLE001 - raised below, in the thread that asked
            faults.append(error)

    net.answers(batch)
    end = [0.0]
    pool = [threading.Thread(target=client, args=(at,)) for at in range(clients)]
    for one in pool:
        one.start()
    began = time.perf_counter()
    end[0] = began + seconds
    start.wait()
    for one in pool:
        one.join()
    if faults:
        raise faults[0]
    return round(sum(counts) / (time.perf_counter() - began), 2)


def _picture(side: int) -> U8:
    return np.random.default_rng(7).integers(0, 256, (1, side, side, 3), dtype=np.uint8)


def _resident() -> int:
    """Return the memory of this process, bytes."""
    import psutil

    return int(psutil.Process().memory_info().rss)
