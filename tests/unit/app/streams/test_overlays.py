"""Tests of app/streams/overlays.py."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sightline.app.streams.overlays import OverlayWish, draw, layers_of, painted
from sightline.app.streams.records import packed
from sightline.core.errors import ExpiredError, InvalidInputError, NotFoundError

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)


def record(**more: Any) -> dict[str, Any]:
    heat = np.zeros((4, 4), np.float32)
    heat[0, 0] = 1
    box = {"name": "car", "score": 0.9, "box": [800.0, 400.0, 1_000.0, 600.0], "track": 1}
    given = {"width": 1_280, "height": 720, "boxes": [box], "heat": packed(heat)}
    return given | {"timestamp": "2026-01-31T12:00:00.000Z"} | more


def opened(data: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_heat_and_boxes_lie_where_they_were_seen_and_all_else_is_clear() -> None:
    pixels = painted(record(), OverlayWish())
    assert pixels.shape == (360, 640, 4)
    assert pixels[10, 10, 3] == 255
    assert pixels[200, 450, 3] == 255
    assert pixels[250, 450, 3] == 0
    assert pixels[350, 10, 3] == 0


def test_layers_are_drawn_as_asked_for() -> None:
    assert painted(record(), OverlayWish(layers=("boxes",)))[10, 10, 3] == 0
    assert painted(record(heat=None), OverlayWish())[10, 10, 3] == 0
    heat = painted(record(), OverlayWish(layers=("heat",)))
    assert heat.shape == (90, 160, 4)
    assert heat[50, 112, 3] == 0


def test_opacity_is_that_of_the_whole() -> None:
    pixels = painted(record(), OverlayWish(opacity=0.5))
    assert pixels[..., 3].max() == 128


def test_a_small_frame_is_not_blown_up() -> None:
    assert painted(record(width=64, height=48), OverlayWish()).shape == (48, 64, 4)


@pytest.mark.parametrize("kind", ["webp", "png"])
def test_it_is_a_transparent_file_with_the_time_that_is_left(kind: Any) -> None:
    drawn = draw(
        record(), OverlayWish(kind=kind), keep_s=600, clock=lambda: AT + timedelta(seconds=60)
    )
    assert opened(drawn.data).shape == (360, 640, 4)
    assert (drawn.media_type, drawn.left_s) == (f"image/{kind}", 540)


def test_an_expired_overlay_says_so() -> None:
    with pytest.raises(ExpiredError, match="expired 1 seconds ago"):
        draw(record(), OverlayWish(), keep_s=600, clock=lambda: AT + timedelta(seconds=601))


def test_a_text_without_a_frame_has_none() -> None:
    for one in (None, record(width=0)):
        with pytest.raises(NotFoundError, match="no overlay"):
            draw(one, OverlayWish(), keep_s=600)


def test_unknown_layers_are_named() -> None:
    assert layers_of("heat, boxes") == ("heat", "boxes")
    with pytest.raises(InvalidInputError, match="rain"):
        layers_of("heat,rain")
    with pytest.raises(InvalidInputError, match="nothing"):
        layers_of(" ")


def test_masks_are_drawn_where_they_were_made() -> None:
    given = record(heat=None)
    given["boxes"][0]["outline"] = [820.0, 420.0, 980.0, 420.0, 980.0, 580.0, 820.0, 580.0]
    masks = painted(given, OverlayWish(layers=("masks",)))
    assert masks[250, 450, 3] == 102
    assert masks[200, 450, 3] == 0
    assert painted(given, OverlayWish(layers=("boxes",)))[250, 450, 3] == 0
