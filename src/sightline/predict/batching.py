"""Many threads with one picture each, one batch on the device."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8
    from sightline.core.ports import Classifier


class MicroBatcher:
    """Gathers what waits while the device is busy into its next batch.

    Nothing is delayed to wait for company: an idle device takes a single picture at once. The
    thread that gets the device runs the batch for all (flat combining, Hendler et al. 2010).
    """

    def __init__(self, classifier: Classifier, max_batch: int) -> None:
        self._classifier = classifier
        self._max_batch = max_batch
        self._device = threading.Lock()
        self._guard = threading.Lock()
        self._waiting: list[tuple[U8, Future[F32]]] = []

    def classify_one(self, image: U8) -> F32:
        """Return (K,) probabilities for one fitted picture (size, size, 3)."""
        answer: Future[F32] = Future()
        with self._guard:
            self._waiting.append((image, answer))
        with self._device:
            while not answer.done():
                self._run_batch()
        return answer.result()

    def _run_batch(self) -> None:
        with self._guard:
            batch = self._waiting[: self._max_batch]
            del self._waiting[: self._max_batch]
        try:
            rows = self._classifier.classify(np.stack([image for image, _ in batch]))
        except Exception as error:  # noqa: BLE001 (each waiting thread raises it)
            for _, answer in batch:
                answer.set_exception(error)
            return
        for (_, answer), row in zip(batch, rows, strict=True):
            answer.set_result(row)
