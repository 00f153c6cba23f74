"""A process that serves an engine which needs nothing: `python engine_child.py IDLE_S`."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError
from sightline.jobs.engine_child import serve_engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Echo:
    """Answers with what it was asked; some methods break in different ways."""

    def __init__(self, arguments: dict[str, Any]) -> None:
        if arguments.get("broken"):
            raise InvalidInputError("it cannot be loaded", hint="load another")
        if arguments.get("dies"):
            os._exit(9)
        self._arguments = arguments
        self._come = threading.Event()
        self._hangs = threading.Event()

    def answer(
        self, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        if method == "facts":
            return {"dim": 3, "loaded": self._arguments}, []
        if method == "exit":
            os._exit(arguments["code"])
        if method == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if method == "hang":
            self._hangs.set()
            time.sleep(600)
        if method == "hangs":
            return {"hangs": self._hangs.wait(60)}, []
        if method == "come":
            self._come.set()
        if method == "meet":
            return {"met": self._come.wait(60)}, []
        if method == "refuse":
            raise InvalidInputError("not this", hint="ask for echo")
        if method == "fail":
            raise ValueError("a fault of ours")
        if method == "full":
            raise MemoryError
        return {"pid": os.getpid(), **arguments}, [array[::-1] for array in arrays]


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.write(1, b"what a library says goes to the log\n")
    sys.exit(
        serve_engine(
            Echo,
            open(0, "rb", buffering=0, closefd=False),  # noqa: SIM115
            answers,
            idle_s=float(sys.argv[1]),
            on_end=lambda: os._exit(0),
        )
    )
