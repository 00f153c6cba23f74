"""The inside of an engine's process: load it, then answer one request after the other."""

from __future__ import annotations

import queue
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from sightline.core.errors import OutOfMemoryError, SightlineError
from sightline.jobs.wire import BrokenWireError, Message, receive, send

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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

    Args:
        load: Makes the engine from the arguments of the first request.
        source: Where requests come from.
        sink: Where answers go.
        idle_s: Seconds.
        on_end: Called from another thread when the asker is gone, also within a long answer.
    """
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(source, inbox, on_end), daemon=True).start()
    engine: Served | None = None
    while True:
        try:
            asked = inbox.get(timeout=idle_s)
        except queue.Empty:
            return EXIT_IDLE
        try:
            if asked.facts["method"] == LOAD:
                engine = load(asked.facts["arguments"])
                facts, arrays = _ask(engine, "facts", {}, [])
            else:
                facts, arrays = _ask(
                    engine, asked.facts["method"], asked.facts["arguments"], asked.arrays
                )
        except BaseException as error:  # noqa: BLE001 - every fault is an answer
            send(sink, {"error": _told(error)})
            continue
        send(sink, facts, arrays)


def _ask(
    engine: Served | None, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    if engine is None:
        raise RuntimeError("nothing is loaded")
    return engine.answer(method, arguments, arrays)


def _read(source: BinaryIO, inbox: queue.SimpleQueue[Message], on_end: Callable[[], None]) -> None:
    try:
        while (message := receive(source)) is not None:
            inbox.put(message)
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
