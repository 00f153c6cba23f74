from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.onnx_graphs import PLAIN, RED_GREEN_BLUE
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.predict.cache import ModelCache

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard


class FakeModel:
    """Weighs 100 bytes and always answers red."""

    classes, preprocess, nbytes = RED_GREEN_BLUE, PLAIN, 100

    def classify(self, images: U8) -> F32:
        return np.tile(np.array([1, 0, 0], np.float32), (len(images), 1))


class Opener:
    """Counts what it opens; may wait for leave, may fail."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.leave = threading.Event()
        self.leave.set()
        self.error: Exception | None = None

    def __call__(self, file: Path, card: ModelCard | None) -> FakeModel:  # noqa: ARG002
        self.opened.append(file.name)
        self.leave.wait(60)
        if self.error is not None:
            raise self.error
        return FakeModel()


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.onnx" for name in "abc"]
    for path in paths:
        path.write_bytes(b"x")
    return paths


def use(cache: ModelCache, file: Path) -> None:
    with cache.borrow(file):
        pass


def test_a_model_is_opened_once_however_many_ask_at_the_same_time(files: list[Path]) -> None:
    opener = Opener()
    opener.leave.clear()
    cache = ModelCache(max_bytes=1000, idle_s=10, open_model=opener)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(use, cache, files[0]) for _ in range(8)]
        opener.leave.set()
        for one in asked:
            one.result()
    assert opener.opened == ["a.onnx"]


def test_a_failure_is_told_to_all_who_wait_and_tried_anew_later(files: list[Path]) -> None:
    opener = Opener()
    opener.error = InvalidInputError("broken")
    cache = ModelCache(max_bytes=1000, idle_s=10, open_model=opener)
    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(use, cache, files[0]) for _ in range(4)]:
            with pytest.raises(InvalidInputError, match="broken"):
                one.result()
    assert cache.stats()["models"] == 0
    opener.error = None
    use(cache, files[0])
    assert cache.stats()["models"] == 1


def test_the_model_used_longest_ago_goes_first(files: list[Path]) -> None:
    opener = Opener()
    cache = ModelCache(max_bytes=200, idle_s=10, open_model=opener)
    for file in (files[0], files[1], files[0], files[2], files[0]):
        use(cache, file)
    assert opener.opened == ["a.onnx", "b.onnx", "c.onnx"]
    assert cache.stats() == {"models": 2, "bytes": 200, "max_bytes": 200}
    use(cache, files[1])
    assert opener.opened[-1] == "b.onnx"


def test_a_model_in_use_stays_and_so_does_the_last_one(files: list[Path]) -> None:
    opener = Opener()
    cache = ModelCache(max_bytes=50, idle_s=10, open_model=opener)
    with cache.borrow(files[0]), cache.borrow(files[1]):
        assert cache.stats()["models"] == 2
    assert cache.stats()["models"] == 1
    use(cache, files[1])
    assert opener.opened == ["a.onnx", "b.onnx"]


def test_an_unused_model_is_let_go_after_its_time(files: list[Path]) -> None:
    clock = Clock()
    cache = ModelCache(max_bytes=1000, idle_s=10, open_model=Opener(), clock=clock)
    use(cache, files[0])
    clock.now_s = 5
    use(cache, files[1])
    clock.now_s = 10
    with cache.borrow(files[2]):
        assert cache.unload_idle() == 1
        clock.now_s = 1000
        assert cache.unload_idle() == 1
    assert cache.stats()["models"] == 1


def test_a_file_that_changed_is_another_model(files: list[Path]) -> None:
    opener = Opener()
    cache = ModelCache(max_bytes=1000, idle_s=10, open_model=opener)
    with cache.borrow(files[0]):
        files[0].write_bytes(b"longer")
        use(cache, files[0])
    assert opener.opened == ["a.onnx", "a.onnx"]
    assert cache.stats()["models"] == 1


def test_a_missing_file_is_an_error_with_a_hint(tmp_path: Path) -> None:
    cache = ModelCache(max_bytes=1000, idle_s=10)
    with pytest.raises(MissingWeightsError) as caught, cache.borrow(tmp_path / "none.onnx"):
        pass
    assert caught.value.hint
