"""Encodings on demand: from memory, from the disk, or made by the engine, each once at a time."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from sightline.core.errors import EngineFailedError, OutOfMemoryError, SightlineError
from sightline.jobs.lane import Lane, Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.assist.cache import EncodingCache
    from sightline.app.assist.pictures import AssistPictures, Subject
    from sightline.core.assist import Encoding
    from sightline.core.ports import Segmenter

T = TypeVar("T")
log = logging.getLogger("sightline.assist")


class Urgency(IntEnum):
    """What goes first; the value is the lane's priority."""

    CLICK = 0
    CURRENT = 1
    NEXT = 2
    PREVIOUS = 3
    BATCH = 4
    SAVE = 5


FAULTS: Final = 500
"""Pictures of which it is remembered why they could not be encoded."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """An encoding that is there."""

    key: str
    encoding: Encoding
    bytes: int
    ms: float
    """How long it took to get it; 0 out of memory."""


@dataclass(frozen=True, slots=True)
class Made:
    """How far an encoding is."""

    state: str
    """ready, encoding, queued, failed or empty."""
    key: str | None = None
    bytes: int | None = None
    ms: float | None = None
    error: str = ""


class Encodings:
    """The encodings of all pictures and engines of a workspace. Thread-safe."""

    def __init__(self, pictures: AssistPictures, cache: EncodingCache, *, timeout_s: float) -> None:
        self._pictures = pictures
        self.cache = cache
        self.lane = Lane("encode", timeout_s=timeout_s)
        self._going: dict[tuple[Any, ...], Work] = {}
        self._took: dict[str, float] = {}
        self._faults: dict[tuple[Any, ...], str] = {}
        self._lock = threading.Lock()

    def ready(self, subject: Subject, engine: Segmenter) -> Encoded | None:
        """Return an encoding that is in memory, None else.

        Raises:
            UnreadableImageError: The picture's file is gone.
        """
        key = self._pictures.key(self._pictures.mark(subject, engine.key))
        found = None if key is None else self.cache.get(key)
        if key is None or found is None:
            return None
        return Encoded(key, found, self.cache.size(key) or 0, 0.0)

    def ask(
        self, subject: Subject, engine: Segmenter, urgency: Urgency, about: dict[str, Any]
    ) -> Future[Encoded]:
        """Return a future of an encoding; who asks while it is on its way shares it.

        Raises:
            UnreadableImageError: The picture's file is gone.
            OverloadedError: Too much waits.
        """
        found = self.ready(subject, engine)
        if found is not None:
            done: Future[Encoded] = Future()
            done.set_result(found)
            return done
        mark = self._pictures.mark(subject, engine.key)
        with self._lock:
            self._faults.pop(mark, None)
            work = self._going.get(mark)
            if work is not None and not work.future.done():
                self.lane.urge(work, urgency, about)
                return work.future
            work = self.lane.submit(
                lambda: self.make(subject, engine, later=True), priority=urgency, about=about
            )
            self._going[mark] = work
        work.future.add_done_callback(lambda future: self._ended(mark, work, future))
        return work.future

    def make(
        self, subject: Subject, engine: Segmenter, *, later: bool = False, keep: bool = True
    ) -> Encoded:
        """Return an encoding now, in this thread.

        Args:
            subject: The picture.
            engine: Whose encoding.
            later: Write it to the disk when the lane has nothing else to do.
            keep: Keep it in memory and on the disk; else what others keep there is left alone.

        Raises:
            UnreadableImageError: The picture cannot be read.
            EngineFailedError: The engine does not encode it.
        """
        began = time.perf_counter()
        found = self.ready(subject, engine)
        if found is not None:
            return found
        mark = self._pictures.mark(subject, engine.key)
        pixels = self._pictures.pixels(subject)
        key = self._pictures.note(mark, pixels, engine.key)
        encoding = self.cache.get(key) or self.cache.load(key)
        if encoding is None:
            size = np.array([pixels.shape[1], pixels.shape[0]], np.int64)
            encoding = guarded(lambda: engine.encode(pixels)) | {"size": size}
            if keep:
                self._keep(key, encoding, later=later)
        held = self.cache.put(key, encoding) if keep else 0
        ms = 1e3 * (time.perf_counter() - began)
        if keep:
            self._took[key] = ms
        return Encoded(key, encoding, held, ms)

    def look(self, subject: Subject, engine: Segmenter) -> Made:
        """Return how far the encoding of a picture is."""
        try:
            mark = self._pictures.mark(subject, engine.key)
        except SightlineError as error:
            return Made("failed", error=str(error))
        key = self._pictures.key(mark)
        size = None if key is None else self.cache.size(key)
        if key is not None and size is not None:
            return Made("ready", key, size, self._took.get(key))
        with self._lock:
            work, fault = self._going.get(mark), self._faults.get(mark, "")
        if work is not None and not work.future.done():
            return Made("queued" if work.began_at is None else "encoding", key)
        return Made("failed" if fault else "empty", key, error=fault)

    def close(self) -> None:
        """Drop what waits."""
        self.lane.close()

    def _keep(self, key: str, encoding: Encoding, *, later: bool) -> None:
        if not later:
            self.cache.save(key, encoding)
            return
        about = {"kind": "save"}
        try:
            self.lane.submit(
                lambda: self.cache.save(key, encoding), priority=Urgency.SAVE, about=about
            )
        except SightlineError:
            log.info("an encoding was not written: too much waits")

    def _ended(self, mark: tuple[Any, ...], work: Work, future: Future[Encoded]) -> None:
        error = None if future.cancelled() else future.exception()
        with self._lock:
            if self._going.get(mark) is work:
                del self._going[mark]
            if error is not None and not _is_dropped(error):
                self._faults[mark] = str(error)
                while len(self._faults) > FAULTS:
                    del self._faults[next(iter(self._faults))]


def guarded(call: Callable[[], T]) -> T:
    """Return what an engine answers; whatever else it does is an error that says so.

    Raises:
        SightlineError: The engine's own.
        OutOfMemoryError, EngineFailedError: Anything else.
    """
    try:
        return call()
    except SightlineError:
        raise
    except MemoryError as error:
        raise OutOfMemoryError(
            "the engine ran out of memory", hint="use a smaller engine, or close other programs"
        ) from error
    except Exception as error:
        log.exception("an engine failed")
        first = (str(error).splitlines() or [""])[0][:300]
        raise EngineFailedError(
            f"the engine failed: {type(error).__name__}: {first}",
            hint="try another prompt or another engine; logs/server.log has the whole story",
        ) from error


def _is_dropped(error: BaseException) -> bool:
    return isinstance(error, SightlineError) and error.code == "cancelled"
