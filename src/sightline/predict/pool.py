"""Predictions for many clients at once: bounded threads, bounded queue, bounded memory."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import OverloadedError
from sightline.predict.cache import ModelCache
from sightline.predict.rows import (
    Picture,
    Row,
    answer_row,
    check_top,
    expand,
    limits_of,
    load_or_error,
)
from sightline.predict.run import default_threads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sightline.core.cards import ModelCard
    from sightline.core.ports import Classifier

MAX_BYTES: Final = 2 << 30
QUEUE_LIMIT: Final = 64
MODEL_IDLE_S: Final = 300.0
_SWEEPS_PER_IDLE: Final = 4


class Predictor:
    """Answers from open models. Every method may be called from any thread.

    Args:
        max_bytes: About how much memory open models may take.
        threads: Pictures worked on at once; default: one less than there are cores.
        queue_limit: Pictures that may wait beyond those; more are refused at once.
        model_idle_s: Seconds after which an unused model is let go.
        cache: The open models; for tests.
    """

    def __init__(
        self,
        *,
        max_bytes: int = MAX_BYTES,
        threads: int | None = None,
        queue_limit: int = QUEUE_LIMIT,
        model_idle_s: float = MODEL_IDLE_S,
        cache: ModelCache | None = None,
    ) -> None:
        self._threads = threads or default_threads()
        self._limit = self._threads + queue_limit
        self._pause_s = model_idle_s / _SWEEPS_PER_IDLE
        self._cache = cache or ModelCache(max_bytes=max_bytes, idle_s=model_idle_s)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="predict")
        self._lock = threading.Lock()
        self._pending = 0
        self._closed = threading.Event()
        self._sweeper: threading.Thread | None = None

    def submit(
        self,
        file: Path,
        picture: Picture,
        *,
        card: ModelCard | None = None,
        top: int | None = None,
    ) -> Future[Row]:
        """Queue one picture for the model in a .onnx file and return its row to come.

        In async code: `await asyncio.wrap_future(predictor.submit(...))`. The future raises what
        opening or running the model raises; a picture that cannot be read is a row with `error`.

        Raises:
            OverloadedError: Too many pictures wait, or the predictor is closed.
            InvalidInputError: `top` is below 1.
        """
        return self._submit(file, picture, card, check_top(top), limit=self._limit)

    def predict(
        self,
        file: Path,
        sources: Iterable[Picture | Path | str | bytes],
        *,
        card: ModelCard | None = None,
        top: int | None = None,
    ) -> Iterator[Row]:
        """Yield a row per picture, in order; many pictures of one caller queue as few.

        Raises:
            OverloadedError: Too many pictures wait, or the predictor is closed.
            InvalidInputError: `top` is below 1, or the model cannot be run.
            MissingWeightsError: There is no such file.
        """
        check_top(top)
        pictures = expand(sources)
        waiting: deque[Future[Row]] = deque()
        try:
            for picture in islice(pictures, 1):
                waiting.append(self._submit(file, picture, card, top, limit=self._limit))
            while waiting:
                for picture in islice(pictures, self._threads - len(waiting) + 1):
                    waiting.append(self._submit(file, picture, card, top, limit=None))
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    @contextmanager
    def borrow(self, file: Path, card: ModelCard | None = None) -> Iterator[Classifier]:
        """Give the open classifier of a file, for more than its rows; it is not let go meanwhile.

        Raises:
            MissingWeightsError: There is no such file.
            InvalidInputError: It cannot be run.
        """
        with self._cache.borrow(file, card) as model:
            yield model.classifier

    def unload_idle(self) -> int:
        """Let go of the models that nobody used for a while and return how many."""
        return self._cache.unload_idle()

    def stats(self) -> dict[str, Any]:
        """Return pictures in work or waiting, the limit, open models and their bytes."""
        with self._lock:
            pending = self._pending
        return {"pending": pending, "limit": self._limit} | self._cache.stats()

    def close(self) -> None:
        """Refuse what is new, finish what was accepted, let go of the models."""
        self._closed.set()
        self._pool.shutdown(wait=True)
        if self._sweeper is not None:
            self._sweeper.join()
        self._cache.clear()

    def _submit(
        self,
        file: Path,
        picture: Picture,
        card: ModelCard | None,
        top: int | None,
        *,
        limit: int | None,
    ) -> Future[Row]:
        with self._lock:
            if self._closed.is_set():
                raise OverloadedError("predictions are stopping", hint="try again in a moment")
            if limit is not None and self._pending >= limit:
                raise OverloadedError(
                    f"{self._pending} pictures wait already", hint="try again in a moment"
                )
            self._pending += 1
            self._start_sweeper()
            try:
                future = self._pool.submit(self._work, file, picture, card, top)
            except BaseException:
                self._pending -= 1
                raise
        future.add_done_callback(self._leave)
        return future

    def _leave(self, _: Future[Row]) -> None:
        with self._lock:
            self._pending -= 1

    def _work(self, file: Path, picture: Picture, card: ModelCard | None, top: int | None) -> Row:
        with self._cache.borrow(file, card) as model:
            loaded = load_or_error(picture, model.classifier.preprocess)
            if isinstance(loaded, dict):
                return loaded
            found, asked = model.classify_one(loaded), model.classifier
            return answer_row(picture, asked.classes, found, top, limits_of(asked))

    def _start_sweeper(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Thread(target=self._sweep, name="predict-idle", daemon=True)
            self._sweeper.start()

    def _sweep(self) -> None:
        while not self._closed.wait(self._pause_s):
            self._cache.unload_idle()
