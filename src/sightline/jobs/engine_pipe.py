"""Requests to the child that holds an engine, and its answers, in whatever order they come."""

from __future__ import annotations

import itertools
import subprocess
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from sightline.jobs.wire import BrokenWireError, Message, receive, send

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

END_S: Final = 5.0


class EnginePipe:
    """A child and the requests that it has not answered yet. Thread-safe."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        """Listen to a child whose standard streams are pipes."""
        self.child = child
        self._waiting: dict[int, Future[Message]] = {}
        self._numbers = itertools.count()
        self._broken = False
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._reader = threading.Thread(target=self._read, name="engine", daemon=True)
        self._reader.start()

    def ask(
        self, request: dict[str, Any], arrays: Sequence[NDArray[Any]], *, timeout_s: float
    ) -> Message:
        """Send a request and wait for its answer.

        Raises:
            TimeoutError: None came in time; the child was killed.
            BrokenWireError, OSError: The child is gone.
        """
        number = next(self._numbers)
        future: Future[Message] = Future()
        with self._lock:
            if self._broken:
                raise BrokenWireError("the child is gone")
            self._waiting[number] = future
        late = threading.Event()
        watch = threading.Timer(timeout_s, self._lose, [late])
        watch.daemon = True
        watch.start()
        try:
            self._send(request | {"id": number}, arrays)
            return future.result()
        except (BrokenWireError, OSError) as error:
            if late.is_set():
                raise TimeoutError(f"no answer within {timeout_s:g} s") from error
            raise
        finally:
            watch.cancel()
            with self._lock:
                self._waiting.pop(number, None)

    def end(self) -> int:
        """Take the child down and return its exit code; again and again the same one."""
        if self._writing.acquire(timeout=END_S):
            with suppress(OSError):
                cast("BinaryIO", self.child.stdin).close()
            self._writing.release()
        try:
            code = self.child.wait(END_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            code = self.child.wait()
        self._reader.join(END_S)
        return code

    def _send(self, request: dict[str, Any], arrays: Sequence[NDArray[Any]]) -> None:
        sink = cast("BinaryIO", self.child.stdin)
        with self._writing:
            if sink.closed:
                raise BrokenWireError("the child is gone")
            send(sink, request, arrays)

    def _lose(self, late: threading.Event) -> None:
        late.set()
        self.child.kill()

    def _read(self) -> None:
        source = cast("BinaryIO", self.child.stdout)
        why: Exception = BrokenWireError("no answer")
        try:
            while (message := receive(source)) is not None:
                with self._lock:
                    future = self._waiting.pop(message.facts["id"], None)
                if future is not None:
                    future.set_result(message)
        except (BrokenWireError, OSError, KeyError, ValueError) as error:
            why = BrokenWireError(str(error))
        with self._lock:
            self._broken = True
            left, self._waiting = list(self._waiting.values()), {}
        for future in left:
            future.set_exception(why)
        with suppress(OSError):
            source.close()
