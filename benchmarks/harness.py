"""What every benchmark shares: interleaved runs, ratios with their spread, the machine, JSON.

On a shared machine absolute times say little: the two sides of a comparison take turns in one
run, each round gives one ratio, and what is reported is the median ratio and its quartiles.

    result = compare("thumbnails", ours=ours, peer=peer, rounds=7, clock=cpu_s)
    show(result)
    passed = bar("thumbnails", result.ratio, 1.11)
    return save("thumbnails", {"comparison": result.as_dict(), "passed": passed})
"""

from __future__ import annotations

import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True)
class Spread:
    """Measured values in short: median, quartiles, extremes; in the unit of the values."""

    median: float
    low: float  # first quartile
    high: float  # third quartile
    best: float
    worst: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Sum up one or more values."""
        low, _, high = (
            statistics.quantiles(values, n=4, method="inclusive")
            if len(values) > 1
            else (values[0],) * 3
        )
        middle = statistics.median(values)
        return cls(middle, low, high, min(values), max(values), len(values))

    def as_dict(self) -> dict[str, float]:
        """Return what goes into the JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class Comparison:
    """Two sides that took turns; `ratios` is ours / peer per round, below 1 is better."""

    name: str
    ours: tuple[float, ...]
    peer: tuple[float, ...]
    unit: str = "s"

    @property
    def ratios(self) -> Spread:
        """The ratio of each round."""
        return Spread.of([a / b for a, b in zip(self.ours, self.peer, strict=True)])

    @property
    def ratio(self) -> float:
        """The median ratio."""
        return self.ratios.median

    def as_dict(self) -> dict[str, Any]:
        """Return what goes into the JSON."""
        return {
            "unit": self.unit,
            "ours": Spread.of(self.ours).as_dict(),
            "peer": Spread.of(self.peer).as_dict(),
            "ratio": self.ratios.as_dict(),
        }


def wall_s() -> float:
    """Read the wall clock, seconds."""
    return time.perf_counter()


def cpu_s() -> float:
    """Read the processor time of this process and all its threads, seconds."""
    return time.process_time()


def time_once(work: Callable[[], object], clock: Callable[[], float] = wall_s) -> float:
    """Return how long one call takes by that clock, seconds; the garbage is collected before."""
    gc.collect()
    began = clock()
    work()
    return clock() - began


def measure(
    work: Callable[[], object],
    *,
    rounds: int,
    warm_up: int = 1,
    clock: Callable[[], float] = wall_s,
) -> Spread:
    """Return the spread of one side alone, seconds."""
    for _ in range(warm_up):
        work()
    return Spread.of([time_once(work, clock) for _ in range(rounds)])


def compare(
    name: str,
    *,
    ours: Callable[[], object],
    peer: Callable[[], object],
    rounds: int = 7,
    warm_up: int = 1,
    clock: Callable[[], float] = wall_s,
) -> Comparison:
    """Time two functions that take turns."""
    for _ in range(warm_up):
        peer()
        ours()
    return compare_values(
        name,
        ours=lambda: time_once(ours, clock),
        peer=lambda: time_once(peer, clock),
        rounds=rounds,
    )


def compare_processes(
    name: str, *, ours: Sequence[str], peer: Sequence[str], rounds: int = 5
) -> Comparison:
    """Compare two programs, each of which prints its measured seconds as its last line.

    Every round starts two fresh interpreters (`python *ours`, `python *peer`), so that neither
    side lives off what the other has loaded, cached or fragmented.
    """
    return compare_values(
        name,
        ours=lambda: last_number([sys.executable, *ours]),
        peer=lambda: last_number([sys.executable, *peer]),
        rounds=rounds,
    )


def compare_values(
    name: str,
    *,
    ours: Callable[[], float],
    peer: Callable[[], float],
    rounds: int,
    unit: str = "s",
) -> Comparison:
    """Compare two functions that return what they measured; who begins alternates."""
    values: dict[str, list[float]] = {"ours": [], "peer": []}
    sides = [("ours", ours), ("peer", peer)]
    for number in range(rounds):
        for side, take in sides if number % 2 else sides[::-1]:
            values[side].append(take())
    return Comparison(name, tuple(values["ours"]), tuple(values["peer"]), unit)


def last_number(command: Sequence[str]) -> float:
    """Run a program and return the number that is its last line."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout.strip().splitlines()[-1])


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which that share of the values lies (nearest rank)."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))  # rounded up
    return ordered[int(rank) - 1]


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> dict[str, Any]:
    """Return what a reader must know about the machine."""
    return {
        "cpu": _cpu_model(),
        "cores": cores(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def show(result: Comparison) -> None:
    """Print one comparison as a line: the ratio, its quartiles, both medians."""
    ratio = result.ratios
    print(
        f"{result.name}: {ratio.median:.2f} x the peer "
        f"[{ratio.low:.2f} .. {ratio.high:.2f}] over {ratio.count} rounds; "
        f"ours {Spread.of(result.ours).median:.4g} {result.unit}, "
        f"peer {Spread.of(result.peer).median:.4g} {result.unit}"
    )


def bar(name: str, value: float, limit: float, *, unit: str = "", at_most: bool = True) -> bool:
    """Print a value beside its bar; return whether it holds."""
    holds = value <= limit if at_most else value >= limit
    sign = "<=" if at_most else ">="
    verdict = "ok" if holds else "MISSED"
    print(f"{verdict:6}  {name}: {value:.4g} {unit} (bar: {sign} {limit:g} {unit})".rstrip())
    return holds


def save(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    """Write benchmarks/results/<name>.json; return what was written."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    written = {"name": name, "at": now, "machine": machine(), **figures}
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(written, indent=1) + "\n", "utf-8")
    return written


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
