"""A long-lived child that holds an engine, so that this process never loads what the engine needs.

It is started at the first request, by one caller while the others wait; ends by itself when nobody
asks any more, and when this process ends, however it ends: it then reads the end of its pipe. When
it dies, the request that was going on fails, and the next one starts it anew.
"""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from sightline.core.errors import EngineFailedError, rebuilt
from sightline.jobs.engine_child import EXIT_IDLE, LOAD
from sightline.jobs.wire import BrokenWireError, Message, receive, send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TIMEOUT_S: Final = 600.0
"""An engine that takes longer for an answer hangs."""
END_S: Final = 5.0
LOG_BYTES: Final = 1 << 20


class EngineProcess:
    """An engine elsewhere. Safe to share between threads, which take turns."""

    def __init__(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        command: Sequence[str],
        env: Mapping[str, str],
        log: Path,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Remember how to start it; nothing runs before the first request.

        Args:
            name: What it is called in messages.
            arguments: What to load, as JSON, for the child's `load`.
            command: Starts a process that calls `serve_engine` on its standard streams.
            env: Its environment.
            log: Where it prints to.
            timeout_s: See TIMEOUT_S.
        """
        self.name = name
        self._arguments = dict(arguments)
        self._command = list(command)
        self._env = dict(env)
        self._log = log
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._facts: dict[str, Any] = {}

    @property
    def pid(self) -> int | None:
        """Return the id of the child's process, None while there is none."""
        child = self._child
        return None if child is None or child.poll() is not None else child.pid

    def facts(self) -> dict[str, Any]:
        """Return what the engine says of itself; starts it when it was never asked.

        Raises:
            SightlineError: It cannot be loaded; the engine's own error.
        """
        with self._lock:
            if not self._facts:
                self._started()
            return self._facts

    def call(
        self,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        arrays: Sequence[NDArray[Any]] = (),
    ) -> Message:
        """Ask the engine.

        Raises:
            EngineFailedError: It died or does not answer; the next request starts it anew.
            SightlineError: The engine's own error.
        """
        request = {"method": method, "arguments": dict(arguments or {})}
        with self._lock:
            for last in (False, True):
                child = self._started()
                try:
                    return self._exchange(child, request, arrays)
                except (BrokenWireError, OSError) as error:
                    code = self._end()
                    if code != EXIT_IDLE or last:  # else it went to sleep just then
                        raise self._died(code) from error
        raise AssertionError("not reached")

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        self._child = child = self._spawn()
        try:
            answer = self._exchange(child, {"method": LOAD, "arguments": self._arguments}, ())
        except (BrokenWireError, OSError) as error:
            raise self._died(self._end()) from error
        except BaseException:
            self._end()
            raise
        self._facts = answer.facts
        return child

    def _spawn(self) -> subprocess.Popen[bytes]:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if self._log.stat().st_size > LOG_BYTES:
                self._log.unlink()
        try:
            with self._log.open("ab") as output:
                return subprocess.Popen(  # noqa: S603 - the command is ours, without a shell
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=output,
                    env=self._env,
                    start_new_session=True,
                )
        except OSError as error:
            raise EngineFailedError(
                f"{self.name} cannot be started: {error.strerror}",
                hint="free some memory, then ask again",
            ) from error

    def _exchange(
        self,
        child: subprocess.Popen[bytes],
        request: dict[str, Any],
        arrays: Sequence[NDArray[Any]],
    ) -> Message:
        """Send a request and wait for its answer; a child that hangs is killed."""
        watch = threading.Timer(self._timeout_s, child.kill)
        watch.daemon = True
        watch.start()
        try:
            send(cast("BinaryIO", child.stdin), request, arrays)
            answer = receive(cast("BinaryIO", child.stdout))
        finally:
            watch.cancel()
        if answer is None:
            raise BrokenWireError("no answer")
        error = answer.facts.get("error")
        if error is not None:
            raise rebuilt(error["code"], error["message"], error["hint"])
        return answer

    def _end(self) -> int | None:
        """Take the child down and return its exit code; None when there was none."""
        child, self._child = self._child, None
        if child is None:
            return None
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        try:
            return child.wait(END_S)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()

    def _died(self, code: int | None) -> EngineFailedError:
        how = f"was killed (signal {-code})" if code is not None and code < 0 else "ended"
        if code is not None and code > 0:
            how = f"ended with exit code {code}"
        return EngineFailedError(
            f"the engine {self.name} {how} before it answered",
            hint=f"ask again: it is started anew. What it said is in {self._log}; "
            "a signal 9 often means that memory ran out",
        )
