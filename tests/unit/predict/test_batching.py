from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.onnx_graphs import PLAIN, RED_GREEN_BLUE
from sightline.core.errors import OutOfMemoryError
from sightline.predict.batching import MicroBatcher

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8


class SlowDevice:
    """Answers a picture's first three values; the first batch waits until it may go."""

    classes, preprocess = RED_GREEN_BLUE, PLAIN

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.started, self.leave = threading.Event(), threading.Event()

    def classify(self, images: U8) -> F32:
        self.sizes.append(len(images))
        self.started.set()
        self.leave.wait(60)
        if images.max() == 255:
            raise OutOfMemoryError("too much")
        return images.reshape(len(images), -1)[:, :3].astype(np.float32)


def picture(value: int) -> U8:
    return np.full((8, 8, 3), value, np.uint8)


def run(device: SlowDevice, batcher: MicroBatcher, values: range) -> list[F32 | Exception]:
    """Send the first alone, the others while the device is busy with it."""
    answers: list[F32 | Exception] = []
    with ThreadPoolExecutor(len(values)) as pool:
        first = pool.submit(batcher.classify_one, picture(values[0]))
        assert device.started.wait(60)
        others = [pool.submit(batcher.classify_one, picture(value)) for value in values[1:]]
        while len(batcher._waiting) < len(others):
            threading.Event().wait(0.001)
        device.leave.set()
        for future in (first, *others):
            error = future.exception()
            answers.append(error if isinstance(error, Exception) else future.result())
    return answers


def test_what_waits_while_the_device_is_busy_goes_in_one_batch() -> None:
    device = SlowDevice()
    answers = run(device, MicroBatcher(device, 4), range(10))
    assert device.sizes == [1, 4, 4, 1]
    for value, answer in enumerate(answers):
        assert isinstance(answer, np.ndarray)
        assert answer.tolist() == [value] * 3


def test_an_error_reaches_everyone_in_its_batch_and_nobody_else() -> None:
    device = SlowDevice()
    answers = run(device, MicroBatcher(device, 3), range(252, 256))
    assert isinstance(answers[0], np.ndarray)
    assert all(isinstance(one, OutOfMemoryError) for one in answers[1:])


def test_a_single_picture_does_not_wait_for_company() -> None:
    device = SlowDevice()
    device.leave.set()
    assert MicroBatcher(device, 8).classify_one(picture(7)).tolist() == [7, 7, 7]
    with pytest.raises(OutOfMemoryError):
        MicroBatcher(device, 8).classify_one(picture(255))
