"""The inside of an engine's process: load it, then answer requests."""

from __future__ import annotations

import queue
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from sightline.core.errors import OutOfMemoryError, SightlineError
from sightline.jobs.wire import BrokenWireError, Message, receive, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sightline.core.ports import Served

LOAD: Final = "load"
"""The first request: its arguments say what to load."""
EXIT_IDLE: Final = 0


def serve_engine(
    load: Callable[[dict[str, Any]], Served],
    source: BinaryIO,
    sink: BinaryIO,
    *,
    idle_s: float,
    on_end: Callable[[], None],
) -> int:
    """Answer requests until nothing was asked for `idle_s`, and return the exit code.

    Requests are answered one after the other, those that are marked `aside` in a second thread.

    Args:
        load: Makes the engine from the arguments of the first request.
        source: Where requests come from.
        sink: Where answers go.
        idle_s: Seconds.
        on_end: Called from another thread when the asker is gone, also within a long answer.
    """
    desk = _Desk(load, sink)
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    aside: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(source, inbox, aside, on_end), daemon=True).start()
    threading.Thread(target=_answer, args=(desk, aside), daemon=True).start()
    while True:
        try:
            asked = inbox.get(timeout=max(0.01, idle_s - desk.rested_s()))
        except queue.Empty:
            if desk.rested_s() >= idle_s:
                return EXIT_IDLE
        else:
            desk.answer(asked)


class _Desk:
    """The engine, and where its answers go."""

    def __init__(self, load: Callable[[dict[str, Any]], Served], sink: BinaryIO) -> None:
        self._load = load
        self._sink = sink
        self._engine: Served | None = None
        self._busy = 0
        self._ended_at = time.monotonic()
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    def rested_s(self) -> float:
        """Return for how long nothing was asked."""
        with self._lock:
            return 0.0 if self._busy else time.monotonic() - self._ended_at

    def answer(self, asked: Message) -> None:
        """Answer a request; every fault is an answer."""
        with self._lock:
            self._busy += 1
        arrays: list[NDArray[Any]] = []
        try:
            facts, arrays = self._asked(asked)
            told: dict[str, Any] = {"facts": facts}
        except BaseException as error:  # noqa: BLE001 - see above
            told = {"error": _told(error)}
        with self._writing:
            send(self._sink, told | {"id": asked.facts.get("id", 0)}, arrays)
        with self._lock:
            self._busy -= 1
            self._ended_at = time.monotonic()

    def _asked(self, asked: Message) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        method, arguments = asked.facts["method"], asked.facts["arguments"]
        if method == LOAD:
            self._engine = self._load(arguments)
            return self._engine.answer("facts", {}, [])
        if self._engine is None:
            raise RuntimeError("nothing is loaded")
        return self._engine.answer(method, arguments, asked.arrays)


def _answer(desk: _Desk, inbox: queue.SimpleQueue[Message]) -> None:
    while True:
        desk.answer(inbox.get())


def _read(
    source: BinaryIO,
    inbox: queue.SimpleQueue[Message],
    aside: queue.SimpleQueue[Message],
    on_end: Callable[[], None],
) -> None:
    try:
        while (message := receive(source)) is not None:
            (aside if message.facts.get("aside") else inbox).put(message)
    except (BrokenWireError, OSError) as error:
        sys.stderr.write(f"the requests end: {error}\n")
    on_end()


def _told(error: BaseException) -> dict[str, str]:
    """Return an error as it travels; what is a fault of ours goes to the log whole."""
    if isinstance(error, SightlineError):
        return {"code": error.code, "message": str(error), "hint": error.hint}
    traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return {
            "code": OutOfMemoryError.code,
            "message": "the engine ran out of memory",
            "hint": "close other programs, or use a smaller model",
        }
    first = (str(error).splitlines() or [""])[0][:300]
    return {
        "code": "engine_failed",
        "message": f"the engine failed: {type(error).__name__}: {first}",
        "hint": "see logs/engines.log in the workspace",
    }
