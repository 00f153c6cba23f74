"""A process that serves a segmenter of squares, which can be told to hang."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakes.segmenter import SquareSegmenter
from sightline.app.engines.room import RemoteSegmenter
from sightline.core.assist_wire import ServedSegmenter
from sightline.jobs.engine_child import serve_engine
from sightline.jobs.engine_process import EngineProcess

if TYPE_CHECKING:
    from sightline.core.arrays import U8
    from sightline.core.assist import Encoding


class Fragile(SquareSegmenter):
    """Hangs while it encodes, once, when a file `hang` says so; the file is called `hangs` then."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def encode(self, image: U8) -> Encoding:
        file = self._folder / "hang"
        if file.is_file():
            file.rename(self._folder / "hangs")
            threading.Event().wait(600)
        return super().encode(image)


def remote_squares(folder: Path) -> tuple[EngineProcess, RemoteSegmenter]:
    """Return a segmenter in a process of its own, not yet started.

    A file `hang` in `folder` says what becomes of the next encoding.
    """
    paths = [*sys.path, str(Path(__file__).parents[1])]
    process = EngineProcess(
        "squares",
        {},
        command=[sys.executable, "-m", "fakes.squares_child", str(folder)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        log=folder / "log.txt",
        timeout_s=60.0,
    )
    return process, RemoteSegmenter(process, SquareSegmenter.key)


def _load(_: dict[str, Any]) -> ServedSegmenter:
    return ServedSegmenter(Fragile(Path(sys.argv[1])))


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115
    sys.exit(serve_engine(_load, requests, answers, idle_s=60, on_end=lambda: os._exit(0)))
