"""Start, watch and end worker processes, on every system."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

THREAD_VARIABLES: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_STARTED_SLACK_S: Final = 2.0
"""Linux tells a start in whole ticks after a boot time that clock changes move."""


def spawn(command: Sequence[str], *, env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and prints to `log`.

    It has its own session, so that neither Ctrl+C nor the end of the terminal reaches it.
    """
    flags = 0
    if sys.platform == "win32":
        flags = (
            subprocess.CREATE_NEW_PROCESS_GROUP
            | subprocess.CREATE_NO_WINDOW
            | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        )
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the command is ours, without a shell
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            close_fds=True,
            start_new_session=True,
            creationflags=flags,
        )


def child_env(threads: int, *more: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with `threads` for every maths library, and `more`."""
    env = dict(os.environ)
    env |= dict.fromkeys(THREAD_VARIABLES, str(threads))
    env |= {"SIGHTLINE_JOB_THREADS": str(threads), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    for one in more:
        env |= one
    return env


def started_at(pid: int) -> float:
    """Return when a process began, seconds since 1970; 0 when it is gone."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def is_alive(pid: int, created: float) -> bool:
    """Tell whether the very process still runs; a zombie does not."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        same = abs(process.create_time() - created) <= _STARTED_SLACK_S
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    return False


def kill_tree(pid: int, created: float) -> None:
    """Kill the process, if it is the very one, and all that it started."""
    if not is_alive(pid, created):
        return
    family: list[psutil.Process] = []
    with suppress(psutil.Error):
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    for process in family:
        with suppress(psutil.Error):
            process.kill()


def oom_kills() -> int:
    """Return how many processes this system has killed for want of memory; 0 where unknown."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/vmstat").read_text("ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0
