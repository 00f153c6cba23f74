"""Parts of pictures in full."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sightline.imaging.cutouts import cut_out
from sightline.imaging.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from pathlib import Path


def test_a_crop_has_every_pixel_that_its_box_touches(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    pixels = np.arange(20 * 10 * 3, dtype=np.uint8).reshape(10, 20, 3)
    Image.fromarray(pixels).save(path)
    boxes = [(2.5, 3.0, 5.1, 6.0), (-5.0, -5.0, 90.0, 90.0), (30.0, 2.0, 40.0, 5.0)]
    part, whole, nothing = cut_out(path, boxes, limits=DEFAULT_LIMITS)
    assert part is not None
    assert whole is not None
    assert (np.asarray(Image.open(io.BytesIO(part))) == pixels[3:6, 2:6]).all()
    assert (np.asarray(Image.open(io.BytesIO(whole))) == pixels).all()
    assert nothing is None
