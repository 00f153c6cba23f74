from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from sightline.core.preprocess import Preprocess
from sightline.core.samples import Sample
from sightline.imaging import preprocess as imaging
from sightline.train.cache import PixelCache
from sightline.train.data import IGNORED, Pixels
from sightline.train.run import train

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.samples import SampleSet

RULE = Preprocess(size=8)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Sample, ...]:
    """Twelve pictures on disk."""
    rng = np.random.default_rng(0)
    found = []
    for i in range(12):
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(
            tmp_path / f"{i}.png"
        )
        found.append(Sample(i, tmp_path / f"{i}.png", 0, i % 3, "train", f"d{i}"))
    return tuple(found)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count what is decoded."""
    count: Counter[str] = Counter()
    plain = imaging.load

    def spy(source: Any, rule: Preprocess, page: int = 0) -> Any:
        count[source.name] += 1
        return plain(source, rule, page)

    monkeypatch.setattr(imaging, "load", spy)
    return count


def epoch(pixels: Pixels) -> list[Any]:
    groups = [np.array([3, 1, 2]), np.array([0, 11, 10, 9]), np.arange(4, 9)]
    return [(images.tobytes(), labels.tolist()) for images, labels in pixels.stream(groups)]


@pytest.mark.parametrize("workers", [0, 3])
@pytest.mark.parametrize("memory_mb", [0, 8])
def test_each_picture_is_decoded_once_for_all_epochs_and_runs(
    tmp_path: Path, files: Any, decoded: Counter[str], workers: int, memory_mb: int
) -> None:
    with closing(Pixels(files, RULE, memory_mb=0)) as bare:
        expected = epoch(bare)
    decoded.clear()
    cache = PixelCache(tmp_path / "cache", 1 << 20, reserve_bytes=0)
    for _run in range(2):
        one = Pixels(files, RULE, workers=workers, memory_mb=memory_mb, cache=cache)
        with closing(one) as pixels:
            assert epoch(pixels) == expected
            assert epoch(pixels) == expected
    assert decoded == {f"{i}.png": 1 for i in range(12)}


def test_a_picture_that_goes_between_two_epochs_is_left_out_and_named(files: Any) -> None:
    with closing(Pixels(files, RULE, memory_mb=0, workers=2)) as pixels:
        before = epoch(pixels)
        files[1].path.unlink()
        files[11].path.write_bytes(b"no picture any more")
        after = epoch(pixels)
        third = epoch(pixels)
    assert [labels for _, labels in before] == [[0, 1, 2], [0, 2, 1, 0], [1, 2, 0, 1, 2]]
    assert [labels for _, labels in after] == [[0, IGNORED, 2], [0, IGNORED, 1, 0], [1, 2, 0, 1, 2]]
    assert third == after
    assert sorted(pixels.unreadable) == [1, 11]
    assert after[2] == before[2]


def test_a_training_with_the_cache_equals_one_without(
    tmp_path: Path, bars: SampleSet, quick: Any, difference: Any, decoded: Counter[str]
) -> None:
    cache = PixelCache(tmp_path / "cache", 1 << 20, reserve_bytes=0)
    plain = {"workers": 0, "memory_mb": 0, "cache": False}
    train(quick(epochs=2, loader=plain), bars, tmp_path / "a", cache=cache)
    assert not cache.root.exists()
    decoded.clear()
    for name, loader in (("b", {"workers": 2, "memory_mb": 0}), ("c", {"workers": 0})):
        train(quick(epochs=2, loader=loader), bars, tmp_path / name, cache=cache)
        assert difference(tmp_path / "a", tmp_path / name) == 0
        assert set(decoded.values()) == {1}
    assert len(decoded) == 60


def test_a_full_cache_is_a_note_of_the_run(tmp_path: Path, bars: SampleSet, quick: Any) -> None:
    small = PixelCache(tmp_path / "cache", 3000, reserve_bytes=0)
    result = train(quick(epochs=1), bars, tmp_path / "run", cache=small)
    assert [note for note in result.notes if "the cache is full" in note]
