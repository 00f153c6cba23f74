from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.core.errors import InvalidInputError
from sightline.imaging import crops
from sightline.imaging.crops import CropCache, within

if TYPE_CHECKING:
    from pathlib import Path

SIZE = (640, 480)


@pytest.fixture
def quarters(tmp_path: Path) -> Path:
    pixels = np.zeros((480, 640, 3), np.uint8)
    pixels[:240, :320] = (250, 0, 0)
    pixels[:240, 320:] = (0, 250, 0)
    pixels[240:, :320] = (0, 0, 250)
    path = tmp_path / "quarters.png"
    Image.fromarray(pixels).save(path)
    return path


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("px", [16, 64, 300])
def test_a_part_shows_what_lies_there_at_the_size_asked_for(quarters: Path, px: int) -> None:
    cache = CropCache()
    for box, colour in (
        ((10.0, 10.0, 310.0, 230.0), (250, 0, 0)),
        ((330.0, 5.0, 630.0, 225.0), (0, 250, 0)),
        ((300.0, 460.0, 10.0, 250.0), (0, 0, 250)),
    ):
        made = opened(cache.cut(quarters, "d", box, px, size=SIZE))
        assert max(made.size) == min(px, 300) or max(made.size) == min(px, 290)
        assert np.abs(np.asarray(made.convert("RGB")).mean((0, 1)) - colour).max() < 9


def test_a_part_is_never_made_larger_and_never_empty(quarters: Path) -> None:
    cache = CropCache()
    made = opened(cache.cut(quarters, "d", (5.0, 5.0, 15.0, 25.0), 512, size=SIZE))
    assert made.size == (10, 20)
    assert opened(cache.cut(quarters, "d", (5.5, 5.5, 5.5, 5.5), 64, size=SIZE)).size == (1, 1)


def test_one_decoding_serves_many_parts(quarters: Path) -> None:
    cache = CropCache()
    first = cache.cut(quarters, "d", (0.0, 0.0, 100.0, 100.0), 100, size=SIZE)
    quarters.unlink()
    assert cache.cut(quarters, "d", (0.0, 0.0, 100.0, 100.0), 100, size=SIZE) == first


def test_only_so_many_decoded_pictures_are_kept(quarters: Path) -> None:
    cache = CropCache(limit_bytes=1)
    for digest in ("a", "b"):
        cache.cut(quarters, digest, (0.0, 0.0, 100.0, 100.0), 100, size=SIZE)
    assert [key[0] for key in cache._decoded] == ["b"]
    assert cache._turns == {}


def test_what_lies_outside_is_left_out_or_refused() -> None:
    assert within((-5.0, 470.0, 20.0, 900.0), SIZE) == (0.0, 470.0, 20.0, 480.0)
    assert within((640.0, 480.0, 640.0, 480.0), SIZE) == (639.0, 479.0, 640.0, 480.0)
    for box in ((-9.0, 0.0, -2.0, 5.0), (0.0, float("nan"), 2.0, 5.0)):
        with pytest.raises(InvalidInputError):
            within(box, SIZE)
    with pytest.raises(InvalidInputError, match="2000"):
        CropCache().cut(None, "d", (0.0, 0.0, 9.0, 9.0), 2000, size=SIZE)  # type: ignore[arg-type]


def test_small_parts_are_cut_from_a_full_picture_and_large_ones_from_a_small_one() -> None:
    assert crops._level(4000, 1.0) == 4000
    assert crops._level(4000, 0.25) == 1000
    assert crops._level(4000, 0.001) == 250
