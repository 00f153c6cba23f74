from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sightline.core.preprocess import Preprocess, Resize
from sightline.imaging.decode import decode
from sightline.imaging.placement import Placement, placement
from sightline.imaging.preprocess import load, load_placed
from unit.imaging.pictures import encode, stored

SIZE = 64


def with_spot(width: int, height: int, x: int, y: int, side: int) -> Any:
    """Return a grey picture with a white square at (x, y)."""
    pixels = np.full((height, width, 3), 60, np.uint8)
    pixels[y : y + side, x : x + side] = 255
    return pixels


def returned(data: bytes, rule: Preprocess, frame: tuple[int, int]) -> tuple[Any, Placement]:
    """Return what the network saw of a picture's brightness, brought back onto its frame."""
    square, decoded = load_placed(data, rule)
    where = placement(rule, decoded, frame)
    return where.spread(square.mean(axis=2).astype(np.float32), frame), where


def centre(grid: Any, above: float) -> tuple[float, float]:
    """Return (x, y) of the middle of what is brighter than this, pixels."""
    ys, xs = np.nonzero(grid > above)
    return float(xs.mean()) + 0.5, float(ys.mean()) + 0.5


RULES = [
    Preprocess(size=SIZE, resize="stretch"),
    Preprocess(size=SIZE, resize="letterbox"),
    Preprocess(size=SIZE, resize="crop"),
    Preprocess(size=SIZE, resize="crop", resize_px=80),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.resize}-{r.resize_px}")
@pytest.mark.parametrize("frame", [(320, 180), (150, 333), (200, 200)])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_the_network_saw_comes_back_where_it_was(
    rule: Preprocess, frame: tuple[int, int], kind: str
) -> None:
    width, height = frame
    x, y, side = width // 2 - 40, height // 2 + 10, 36  # off the centre both ways
    back, where = returned(encode(with_spot(width, height, x, y, side), kind), rule, frame)
    assert back.shape == (height, width)
    left, top, right, bottom = where.seen
    inside = back[int(np.ceil(top)) : int(bottom), int(np.ceil(left)) : int(right)]
    assert abs(inside.min() - 60) < 4
    found = centre(back, 157)
    assert abs(found[0] - (x + side / 2)) < 1.0
    assert abs(found[1] - (y + side / 2)) < 1.0


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("rule", RULES[:3], ids=lambda r: r.resize)
def test_a_picture_that_lies_on_its_side_comes_back_upright(
    rule: Preprocess, orientation: int
) -> None:
    upright = with_spot(300, 180, 160, 20, 40)
    data = encode(stored(upright, orientation), "JPEG", orientation=orientation)
    assert decode(data).shape == (180, 300, 3)
    back, _ = returned(data, rule, (300, 180))
    found = centre(back, 157)
    assert abs(found[0] - 180) < 1.5
    assert abs(found[1] - 40) < 1.5


def test_a_large_jpeg_that_is_decoded_at_a_fraction_comes_back_at_full_size() -> None:
    data = encode(with_spot(1601, 903, 700, 500, 200), "JPEG")
    rule = Preprocess(size=SIZE, resize="crop")
    assert load_placed(data, rule)[1] != (1601, 903)
    back, where = returned(data, rule, (1601, 903))
    found = centre(back, 157)
    assert abs(found[0] - 800) < 4  # half of the eight pixels that one was made of
    assert abs(found[1] - 600) < 4
    assert where.seen[0] > 300


def test_a_crop_says_what_the_network_did_not_see() -> None:
    where = placement(Preprocess(size=50, resize="crop"), (200, 100), (200, 100))
    assert where.seen == (50.0, 0.0, 150.0, 100.0)
    back = where.spread(np.ones((5, 5), np.float32), (200, 100))
    assert (back[:, 50:150] == 1).all()
    assert back[:, :50].max() == back[:, 150:].max() == 0


def test_a_letterboxs_bars_are_left_out() -> None:
    where = placement(Preprocess(size=40, resize="letterbox"), (40, 20), (400, 200))
    assert where.square == (0.0, -100.0, 400.0, 300.0)
    assert where.seen == (0.0, 0.0, 400.0, 200.0)
    grid = np.zeros((4, 4), np.float32)
    grid[0] = grid[3] = 1.0  # only the bars are hot: between their cells it fades
    back = where.spread(grid, (400, 200))
    assert back[100].max() == 0
    assert back.max() <= 0.5


@given(
    st.integers(20, 400),
    st.integers(20, 400),
    st.sampled_from(["stretch", "crop", "letterbox"]),
    st.integers(1, 9),
)
def test_an_even_map_is_even_over_all_that_was_seen(
    width: int, height: int, resize: Resize, cells: int
) -> None:
    rule = Preprocess(size=32, resize=resize)
    where = placement(rule, (width, height), (width, height))
    back = where.spread(np.full((cells, cells), 0.7, np.float32), (width, height))
    left, top, right, bottom = where.seen
    inside = back[int(np.ceil(top)) : int(bottom), int(np.ceil(left)) : int(right)]
    assert inside.size
    assert np.allclose(inside, 0.7, atol=1e-6)


def test_cells_are_even_parts_of_the_frame() -> None:
    where = placement(Preprocess(size=8), (70, 70), (70, 70))
    grid = np.arange(49, dtype=np.float32).reshape(7, 7)
    back = where.spread(grid, (70, 70))
    middles = (back[4::10, 4::10] + back[5::10, 5::10]) / 2
    assert np.allclose(middles[1:-1, 1:-1], grid[1:-1, 1:-1], atol=1e-4)
    assert back[0, 0] == 0
    assert back[-1, -1] == 48
    small = where.spread(grid, (7, 7))
    assert np.allclose(small, grid)


def test_load_placed_is_load() -> None:
    picture = Image.fromarray(with_spot(90, 50, 3, 4, 5))
    data = encode(picture, "PNG")
    for rule in RULES:
        square, decoded = load_placed(data, rule)
        assert (square == load(data, rule)).all()
        assert decoded == (90, 50)
