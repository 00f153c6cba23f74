"""What a running job is given: it reports here and hears here that it should stop."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sightline.core.clock import now
from sightline.core.errors import CancelledError
from sightline.core.progress import Silent
from sightline.jobs.plain import plain
from sightline.jobs.rate import RateMeter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.core.progress import Progress
    from sightline.jobs.folder import JobFolder
    from sightline.store.jobs import Job

REPORT_S: Final = 0.2
"""Progress is written at most this often."""
COMPLETE_S: Final = 0.05
"""A phase's end may follow sooner, so that it shows."""
LOOK_S: Final = 0.05
"""How often the flag that asks to stop is looked at."""
LOG_BYTES: Final = 8 * 2**20
LOG_LOOK_S: Final = 5.0


class JobContext:
    """A job's Progress, written to its folder. Safe to use from several threads."""

    def __init__(
        self,
        job: Job,
        folder: JobFolder,
        *,
        sink: Progress | None = None,
        owns_streams: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = job.id
        self.kind = job.kind
        self.project = job.project
        self.actor = job.actor
        self.attempt = job.attempt
        """Above 1 when the job continues where it stopped."""
        self.folder = folder.path
        self.done, self.total, self.note = job.done, job.total, job.note
        self._files = folder
        self._sink: Progress = sink or Silent()
        self._clock = clock
        self._lock = threading.Lock()
        self._rate = RateMeter(clock=clock)
        self._events = _Lines(folder.events)
        self._log = _Log(folder.log, owns_streams=owns_streams, clock=clock)
        self._told: tuple[int, int | None, str] | None = None
        self._told_at = self._looked_at = -float("inf")
        self._stop = False

    @property
    def resumed(self) -> bool:
        """Tell whether an earlier attempt left something to continue."""
        return self.attempt > 1

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Say how far it is: `done` of `total` (None: not known)."""
        with self._lock:
            self.done, self.total, self.note = done, total, note
            wait = COMPLETE_S if done == total else REPORT_S
            if self._clock() - self._told_at >= wait:
                self._report()
        self._sink.advance(done, total, note)

    def tell(self, kind: str, **data: Any) -> None:
        """Tell a structured fact, a metric for one; `data` is JSON."""
        with self._lock:
            self._events.write(kind, data)
        self._sink.tell(kind, **data)

    def log(self, text: str) -> None:
        """Add a line to the log; nothing once it is full."""
        with self._lock:
            self._log.write(f"{now()} {text}\n")
        self._sink.log(text)

    def check(self) -> None:
        """Raise CancelledError when somebody asked the work to stop."""
        if self._stop:
            raise CancelledError(f"job {self.id} was cancelled", hint="resume it or start it again")
        at = self._clock()
        if at - self._looked_at < LOOK_S:
            return
        self._looked_at = at
        if self._files.cancel_asked(self.attempt):
            self._stop = True
        with self._lock:
            self._log.bound()
            if at - self._told_at >= REPORT_S:
                self._report()
        self._sink.check()
        if self._stop:
            self.check()

    def ask_stop(self) -> None:
        """Make the next `check` raise; may be called from a signal handler."""
        self._stop = True

    def close(self) -> None:
        """Write what was held back."""
        with self._lock:
            self._report()
            self._events.close()
            self._log.close()

    def _report(self) -> None:
        """Write the progress unless it is written already."""
        state = (self.done, self.total, self.note)
        if state == self._told or (self._told is None and state == (0, None, "")):
            return
        self._told, self._told_at = state, self._clock()
        rate, eta_s = self._rate.update(self.done, self.total)
        report = {
            "done": self.done,
            "total": self.total,
            "rate": None if rate is None else round(rate, 3),
            "eta_s": None if eta_s is None else round(eta_s, 1),
            "note": self.note,
        }
        self._events.write("progress", report)


class _Lines:
    """Appends JSON lines. A full disk costs lines, never the job."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._torn = path.stat().st_size > 0

    def write(self, kind: str, data: dict[str, Any]) -> None:
        line = json.dumps(plain({"t": round(time.time(), 3), "kind": kind} | data)).encode() + b"\n"
        with suppress(OSError, ValueError):
            start = b"\n" if self._torn else b""
            self._torn = self._file.write(start + line) != len(start + line)

    def close(self) -> None:
        self._file.close()


class _Log:
    """Appends text up to a size; then the process's own output goes nowhere as well."""

    def __init__(self, path: Path, *, owns_streams: bool, clock: Callable[[], float]) -> None:
        self._file = path.open("ab", buffering=0)
        self._owns_streams = owns_streams
        self._clock = clock
        self._looked_at = clock()
        self._full = False

    def write(self, text: str) -> None:
        if self._full or self._file.closed:
            return
        with suppress(OSError):
            self._file.write(text.encode(errors="replace"))
            self._check_size()

    def bound(self) -> None:
        """Look at the size now and then: libraries print without asking."""
        if not self._full and self._clock() - self._looked_at >= LOG_LOOK_S:
            self._looked_at = self._clock()
            with suppress(OSError):
                self._check_size()

    def close(self) -> None:
        self._file.close()

    def _check_size(self) -> None:
        if os.fstat(self._file.fileno()).st_size < LOG_BYTES:
            return
        self._full = True
        self._file.write(b"... the log is full, nothing more is kept\n")
        if self._owns_streams:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError):
                    stream.flush()
                    os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
