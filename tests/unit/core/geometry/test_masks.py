from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from sightline.core.geometry import masks, rle
from sightline.core.geometry.shapes import Mask, mask_of

if TYPE_CHECKING:
    from sightline.core.arrays import Bool

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
PIXELS = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))).filter(np.any)
SAME = st.lists(arrays(np.bool_, (7, 8)).filter(np.any), min_size=1, max_size=4)


def theirs(mask: Mask) -> dict[str, Any]:
    return {"size": [mask.height, mask.width], "counts": mask.counts.encode()}


@given(PIXELS)
@settings(max_examples=60)
def test_a_mask_is_what_coco_makes_of_its_pixels(pixels: Bool) -> None:
    mask = masks.encode(pixels)
    found: Any = coco.encode(np.asfortranarray(pixels.astype(np.uint8)))
    assert mask.counts == found["counts"].decode()
    np.testing.assert_array_equal(masks.decode(mask), pixels)
    assert masks.area(mask) == pixels.sum() == coco.area(found)
    x1, y1, x2, y2 = mask.bounds()
    assert [x1, y1, x2 - x1, y2 - y1] == coco.toBbox(found).tolist()
    assert mask_of(mask.height, mask.width, mask.counts) == mask


@given(SAME, SAME)
@settings(max_examples=60)
def test_iou_is_that_of_coco_without_decoding(a: list[Bool], b: list[Bool]) -> None:
    first, second = [masks.encode(one) for one in a], [masks.encode(one) for one in b]
    found = masks.iou(first, second)
    expected = coco.iou([theirs(m) for m in second], [theirs(m) for m in first], [0] * len(a)).T
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_masks_of_pictures_of_different_sizes_are_refused() -> None:
    one, other = (masks.encode(np.ones(size, np.bool_)) for size in ((3, 4), (4, 3)))
    with pytest.raises(ValueError, match="sizes"):
        masks.iou([one], [other])
    assert masks.iou([], [one]).shape == (0, 1)


def test_the_centre_of_gravity_is_between_pixel_edges() -> None:
    assert masks.centroid(masks.encode(np.ones((2, 4), np.bool_))) == (2, 1)


@pytest.mark.parametrize("text", ["~", "0" * 40 + chr(127), "o"])
def test_texts_that_are_no_run_lengths_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="run lengths"):
        rle.counts_from_text(text)


def test_a_mask_of_no_pixel_is_refused() -> None:
    with pytest.raises(ValueError, match="no pixel"):
        masks.encode(np.zeros((3, 3), np.bool_))
