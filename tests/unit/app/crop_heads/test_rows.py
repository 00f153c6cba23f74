"""Vectors of crops: each made once, whoever asks, and a bad picture stops nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.app.crop_heads.rows import CropRows, Pictured, Wanted
from sightline.core.errors import CancelledError, InvalidInputError, UnreadableImageError
from sightline.core.progress import Silent
from sightline.heads.bundle import CropRule
from sightline.imaging.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import F32, U8

RULE = CropRule()
BOXES = [[0, 0, 4, 4], [2, 2, 8, 6], [0, 0, 10, 8]]


class Colours:
    """Says how red, green and blue a part is, and counts what it was asked."""

    key = "colours"
    dim = 3
    min_side_px = 1

    def __init__(self) -> None:
        self.asked = 0

    def encode(self, images: Sequence[U8]) -> F32:
        self.asked += len(images)
        return np.stack([image.reshape(-1, 3).mean(0) for image in images]).astype(np.float32)


class Blind(Colours):
    """Answers with nothing that is a number."""

    def encode(self, images: Sequence[U8]) -> F32:
        return np.full((len(images), 3), np.nan, np.float32)


class Stop(Silent):
    def check(self) -> None:
        raise CancelledError("stopped")


@pytest.fixture
def crops(tmp_path: Path) -> CropRows:
    return CropRows(tmp_path / "crops", lambda: DEFAULT_LIMITS)


def picture(folder: Path, n: int = 0) -> Pictured:
    from PIL import Image

    path = folder / f"{n}.png"
    pixels = np.random.default_rng(n).integers(0, 255, (8, 10, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return Pictured(path, f"digest{n}", (10, 8))


def test_a_crop_is_encoded_once_even_by_another_process(crops: CropRows, tmp_path: Path) -> None:
    colours, one = Colours(), picture(tmp_path)
    rows = crops.of(colours, one, BOXES, RULE)
    pixels = np.random.default_rng(0).integers(0, 255, (8, 10, 3), np.uint8)
    assert rows[1] == pytest.approx(pixels[2:6, 2:8].reshape(-1, 3).mean(0), rel=1e-3)
    again = CropRows(tmp_path / "crops", lambda: DEFAULT_LIMITS)
    assert (again.of(colours, one, BOXES, RULE) == rows).all()
    assert colours.asked == 3
    crops.of(colours, one, BOXES, CropRule(padding=0.5))
    assert colours.asked == 4, "two of them are the whole picture now, which is known"
    crops.of(colours, replace(one, digest="other"), BOXES, RULE)
    assert colours.asked == 7


def test_many_pictures_give_rows_in_order_and_a_bad_one_is_told(
    crops: CropRows, tmp_path: Path
) -> None:
    good = [picture(tmp_path, n) for n in range(5)]
    bad = replace(good[0], path=tmp_path / "gone.png", digest="gone")
    wanted = [Wanted(one, BOXES) for one in (*good[:2], bad, *good[2:])]
    cut = crops.many(Colours(), wanted, RULE, threads=2)
    assert (cut.encoded, cut.valid.reshape(6, 3).all(1).tolist()) == (
        15,
        [True, True, False] + [True] * 3,
    )
    assert [one["path"] for one in cut.failures] == [str(bad.path)]
    for n, one in enumerate([*good[:2], None, *good[2:]]):
        if one is not None:
            assert (cut.rows[3 * n : 3 * n + 3] == crops.of(Colours(), one, BOXES, RULE)).all()


def test_what_was_encoded_is_kept_when_it_is_stopped(crops: CropRows, tmp_path: Path) -> None:
    wanted = [Wanted(picture(tmp_path, n), BOXES) for n in range(4)]
    with pytest.raises(CancelledError):
        crops.many(Colours(), wanted, RULE, threads=1, progress=Stop())
    cut = crops.many(Colours(), wanted, RULE, threads=1)
    assert (cut.encoded, bool(cut.valid.all())) == (9, True)
    assert crops.many(Colours(), wanted, RULE).encoded == 0
    assert crops.many(Colours(), wanted, RULE, reuse=False).encoded == 12


def test_what_is_not_finite_is_no_vector(crops: CropRows, tmp_path: Path) -> None:
    one = picture(tmp_path)
    with pytest.raises(InvalidInputError, match="not finite"):
        crops.of(Blind(), one, BOXES, RULE)
    cut = crops.many(Blind(), [Wanted(one, BOXES)], RULE)
    assert not cut.valid.any()
    assert "not finite" in cut.failures[0]["reason"]


def test_a_picture_that_is_gone_is_told_at_once(crops: CropRows, tmp_path: Path) -> None:
    gone = Pictured(tmp_path / "no.png", "d", (10, 8))
    with pytest.raises(UnreadableImageError):
        crops.of(Colours(), gone, BOXES, RULE)


def test_thousands_of_boxes_in_one_picture_are_encoded_in_parts(
    crops: CropRows, tmp_path: Path
) -> None:
    class Parts(Colours):
        most = 0

        def encode(self, images: Sequence[U8]) -> F32:
            self.most = max(self.most, len(images))
            return super().encode(images)

    parts = Parts()
    boxes = np.random.default_rng(0).random((3_000, 4)) * (5, 4, 5, 4) + (0, 0, 5, 4)
    cut = crops.many(parts, [Wanted(picture(tmp_path), boxes)], RULE)
    assert cut.valid.all()
    assert (parts.asked, parts.most) == (3_000, 64)


def test_no_boxes_are_no_rows(crops: CropRows, tmp_path: Path) -> None:
    assert crops.of(Colours(), picture(tmp_path), [], RULE).shape == (0, 3)
    assert len(crops.many(Colours(), [], RULE).rows) == 0
