"""A long-lived child that holds an engine, so that this process never loads what the engine needs.

It is started at the first request, by one caller while the others wait; ends by itself when nobody
asks any more, and when this process ends, however it ends: it then reads the end of its pipe. When
it dies, the requests that were going on fail, and the next one starts it anew. One that does not
answer in time is ended.
"""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import EngineFailedError, rebuilt
from sightline.jobs.engine_child import EXIT_IDLE, LOAD
from sightline.jobs.engine_pipe import EnginePipe
from sightline.jobs.wire import BrokenWireError, Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

TIMEOUT_S: Final = 600.0
"""An engine that takes longer for an answer hangs."""
LOG_BYTES: Final = 1 << 20


class EngineProcess:
    """An engine elsewhere. Safe to share between threads, which take turns.

    What is asked `aside` takes turns of its own, so that it never waits for the others.
    """

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
            timeout_s: An engine that takes longer for an answer hangs, and is ended. Loading it
                may take TIMEOUT_S.
        """
        self.name = name
        self._arguments = dict(arguments)
        self._command = list(command)
        self._env = dict(env)
        self._log = log
        self._timeout_s = timeout_s
        self._turns = {False: threading.Lock(), True: threading.Lock()}
        self._starting = threading.Lock()
        self._pipe: EnginePipe | None = None
        self._facts: dict[str, Any] = {}

    @property
    def pid(self) -> int | None:
        """Return the id of the child's process, None while there is none."""
        pipe = self._pipe
        return None if pipe is None or pipe.child.poll() is not None else pipe.child.pid

    def facts(self) -> dict[str, Any]:
        """Return what the engine says of itself; starts it when it was never asked.

        Raises:
            SightlineError: It cannot be loaded; the engine's own error.
        """
        if not self._facts:
            self._started()
        return self._facts

    def call(
        self,
        method: str,
        arguments: Mapping[str, Any] | None = None,
        arrays: Sequence[NDArray[Any]] = (),
        *,
        aside: bool = False,
    ) -> Message:
        """Ask the engine.

        Args:
            method: What of it.
            arguments: As JSON.
            arrays: What goes with them.
            aside: Answered beside what is going on; only what the engine can do at the same time.

        Raises:
            EngineFailedError: It died or does not answer; the next request starts it anew.
            SightlineError: The engine's own error.
        """
        request = {"method": method, "arguments": dict(arguments or {}), "aside": aside}
        with self._turns[aside]:
            for last in (False, True):
                pipe = self._started()
                try:
                    return _told(pipe.ask(request, arrays, timeout_s=self._timeout_s))
                except TimeoutError as error:
                    self._end(pipe)
                    raise self._hung(error) from error
                except (BrokenWireError, OSError) as error:
                    code = self._end(pipe)
                    if code != EXIT_IDLE or last:  # else it went to sleep just then
                        raise self._died(code) from error
        raise AssertionError("not reached")

    def close(self) -> None:
        """End the child."""
        pipe = self._pipe
        if pipe is not None:
            self._end(pipe)

    def _started(self) -> EnginePipe:
        with self._starting:
            if self._pipe is not None and self._pipe.child.poll() is None:
                return self._pipe
            if self._pipe is not None:
                self._pipe.end()
            self._pipe = pipe = EnginePipe(self._spawn())
            request = {"method": LOAD, "arguments": self._arguments}
            try:
                self._facts = _told(pipe.ask(request, (), timeout_s=TIMEOUT_S)).facts
            except TimeoutError as error:
                self._end(pipe)
                raise self._hung(error) from error
            except (BrokenWireError, OSError) as error:
                raise self._died(self._end(pipe)) from error
            except BaseException:
                self._end(pipe)
                raise
            return pipe

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

    def _end(self, pipe: EnginePipe) -> int:
        """Take a child down and return its exit code."""
        if self._pipe is pipe:
            self._pipe = None
        return pipe.end()

    def _hung(self, error: TimeoutError) -> EngineFailedError:
        return EngineFailedError(
            f"the engine {self.name} gave {error}, and was ended",
            hint="ask again: it is started anew. Use a smaller engine if it is only slow, or raise "
            "assist_timeout_s",
        )

    def _died(self, code: int) -> EngineFailedError:
        how = f"was killed (signal {-code})" if code < 0 else "ended"
        if code > 0:
            how = f"ended with exit code {code}"
        return EngineFailedError(
            f"the engine {self.name} {how} before it answered",
            hint=f"ask again: it is started anew. What it said is in {self._log}; "
            "a signal 9 often means that memory ran out",
        )


def _told(answer: Message) -> Message:
    """Return what the engine answered.

    Raises:
        SightlineError: It is an error.
    """
    error = answer.facts.get("error")
    if error is not None:
        raise rebuilt(error["code"], error["message"], error["hint"])
    return Message(dict(answer.facts["facts"]), answer.arrays)
