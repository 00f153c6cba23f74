"""The other processes of a training, as the first sees them: started, told what to do, ended.

Orders go down a pipe, so that the others wait for the next without a time limit, however long the
first validates, saves or pauses; at the pipe's end they end. They hold nothing that is worth
saving. What they say comes up another pipe, what their libraries print goes to a log.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from sightline.core.errors import ProcessLostError, SightlineError, rebuilt
from sightline.core.files import write_json

if TYPE_CHECKING:
    from sightline.core.progress import Progress

MODULE: Final = "sightline.train.rank_work"
READY_S: Final = 300.0
"""How long the others may take to load the network."""
END_S: Final = 5.0
LOOK_S: Final = 0.2
LAST_WORDS: Final = 400
"""Characters of a log that an error repeats."""
RESUME: Final = "resume the run: it goes on from its last checkpoint, also with fewer processes"


class Team:
    """The processes 1, 2, ... of a training."""

    def __init__(self, plan: dict[str, Any], size: int, *, threads: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sightline-ranks-")
        folder = Path(self._folder.name)
        self.meeting = folder / "meeting"
        write_json(folder / "plan.json", plan | {"meeting": str(self.meeting)})
        self.lost: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
        """Position of each picture that one of them could not read, and why."""
        self._said: list[dict[str, Any]] = [{} for _ in range(size)]
        self._ready = [threading.Event() for _ in range(size)]
        self._logs = [folder / f"{rank}.log" for rank in range(size)]
        self._others: list[subprocess.Popen[bytes]] = []
        self._readers: list[threading.Thread] = []
        for rank in range(1, size):
            self._start(rank, folder, threads)

    def await_ready(self, progress: Progress) -> None:
        """Wait until all have loaded.

        Raises:
            CancelledError: Somebody asked to stop.
            ProcessLostError: One ended, or takes too long.
            SightlineError: What one of them found wrong.
        """
        until = time.monotonic() + READY_S
        for rank, other in enumerate(self._others, start=1):
            while not self._ready[rank].wait(LOOK_S):
                progress.check()
                if other.poll() is not None or time.monotonic() > until:
                    raise self.fault()

    def tell(self, order: Any) -> None:
        """Give all an order.

        Raises:
            ProcessLostError: One is gone.
        """
        line = json.dumps(order).encode() + b"\n"
        try:
            for other in self._others:
                _pipe(other.stdin).write(line)
                _pipe(other.stdin).flush()
        except OSError as error:
            raise self.fault() from error

    def fault(self) -> SightlineError:
        """Return what went wrong with one of them, the first that ended."""
        deadline = time.monotonic() + END_S
        while time.monotonic() < deadline and all(one.poll() is None for one in self._others):
            time.sleep(LOOK_S / 10)
        ended = [(code, rank) for rank, one in enumerate(self._others, 1) if (code := one.poll())]
        for _, rank in ended:
            self._readers[rank - 1].join(END_S)
        if ended:  # who says why, then who was killed, then who only missed another
            code, rank = min(ended, key=lambda one: (not self._said[one[1]], one))
            return self._fault_of(rank, code)
        return ProcessLostError("a process of the training does not answer", hint=RESUME)

    def close(self) -> None:
        """End them."""
        for other in self._others:
            with suppress(OSError):
                _pipe(other.stdin).close()
        for other in self._others:
            try:
                other.wait(END_S)
            except subprocess.TimeoutExpired:
                other.kill()
                other.wait()
        for reader in self._readers:
            reader.join(END_S)
        for other in self._others:
            _pipe(other.stdout).close()
        self._folder.cleanup()

    def _start(self, rank: int, folder: Path, threads: int) -> None:
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
        env = dict(os.environ) | dict.fromkeys(names, str(threads))
        with self._logs[rank].open("wb") as log:
            other = subprocess.Popen(  # noqa: S603 - our own module, without a shell
                [sys.executable, "-m", MODULE, str(folder / "plan.json"), str(rank)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=env,
            )
        self._others.append(other)
        reader = threading.Thread(target=self._hear, args=(rank, other), daemon=True)
        reader.start()
        self._readers.append(reader)

    def _hear(self, rank: int, other: subprocess.Popen[bytes]) -> None:
        for line in _pipe(other.stdout):
            said = json.loads(line)
            if "lost" in said:
                self.lost.put((int(said["lost"][0]), str(said["lost"][1])))
            elif "error" in said:
                self._said[rank] = said["error"]
            else:
                self._ready[rank].set()

    def _fault_of(self, rank: int, code: int) -> SightlineError:
        said = self._said[rank]
        if said:
            return rebuilt(said["code"], f"process {rank}: {said['message']}", said["hint"])
        how = f"was killed (signal {-code})" if code < 0 else f"ended (exit code {code})"
        words = self._logs[rank].read_text("utf-8", errors="replace")[-LAST_WORDS:].strip()
        return ProcessLostError(
            f"process {rank} of the training {how}"
            + (f"; its last words: {words}" if words else ""),
            hint=RESUME,
        )


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
