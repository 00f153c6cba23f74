"""How long a picture takes, of each form beside the others, at one thread and at several."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.core.arrays import U8
    from sightline.core.progress import Progress

ROUNDS: Final = 15
WARM_UP: Final = 2
SECONDS: Final = 1.0
"""A slow network is asked less often."""


@dataclass(frozen=True, slots=True)
class Side:
    """One form at a number of threads."""

    what: str
    threads: int
    answer: Callable[[U8], object]
    """Asks it about (1, size, size, 3) RGB."""


def measure(sides: Sequence[Side], picture: U8, progress: Progress) -> list[dict[str, Any]]:
    """Return a row for each side: what, threads, ms (median) and cpu_ms, JSON.

    They take turns, so that whatever else the machine does slows all alike. Give those of one
    number of threads at a time: threads that wait for work take processor time too.

    Raises:
        CancelledError: Somebody asked it to stop.
    """
    for side in sides:
        _warm_up(side, picture)
    clocks: list[list[tuple[float, float]]] = [[] for _ in sides]
    began = time.perf_counter()
    for done in range(ROUNDS):
        progress.check()
        for at, side in enumerate(sides):
            wall, cpu = time.perf_counter(), time.process_time()
            side.answer(picture)
            clocks[at].append((time.perf_counter() - wall, time.process_time() - cpu))
        progress.advance(done + 1, ROUNDS, "measuring")
        if time.perf_counter() - began > SECONDS * len(sides):
            break
    return [_row(side, np.array(found)) for side, found in zip(sides, clocks, strict=True)]


def _warm_up(side: Side, picture: U8) -> None:
    """Ask it twice, once where that takes long."""
    began = time.perf_counter()
    for _ in range(WARM_UP):
        side.answer(picture)
        if time.perf_counter() - began > SECONDS:
            break


def threads_here() -> tuple[int, ...]:
    """Return 1 and the number of cores that this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (1,) if (cores or 1) == 1 else (1, cores or 1)


def ratio(rows: Sequence[dict[str, Any]], of: str, over: str, threads: int = 1) -> float | None:
    """Return how many times `of` is faster than `over`, by processor time; None: not measured."""
    found = {row["what"]: row["cpu_ms"] for row in rows if row["threads"] == threads}
    if of not in found or over not in found or not found[of]:
        return None
    return float(found[over] / found[of])


def _row(side: Side, seconds: Any) -> dict[str, Any]:
    wall, cpu = np.median(seconds, axis=0) * 1000
    return {
        "what": side.what,
        "threads": side.threads,
        "ms": round(float(wall), 3),
        "cpu_ms": round(float(cpu), 3),
    }
