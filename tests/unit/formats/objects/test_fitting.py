"""Shapes as a format can hold them."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.core.geometry.masks import encode
from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point, Polygon, Shape
from sightline.formats.objects.fitting import Fitting
from sightline.formats.objects.records import ObjectRecord, PictureRecord

SQUARE = Polygon((((0.0, 0.0, 4.0, 0.0, 4.0, 4.0, 0.0, 4.0),),))
PIXELS = encode(np.ones((4, 4), np.bool_))


class Plain:
    """Tools that know one mask and one outline."""

    def fill(self, shape: Shape, width: int, height: int) -> Mask | None:
        del width, height
        return None if isinstance(shape, Box) and shape.x1 < 0 else PIXELS

    def outline(self, mask: Mask) -> Polygon:
        del mask
        return SQUARE


def fit(shape: Shape, *holds: str) -> tuple[Shape | None, Fitting]:
    fitting = Fitting(holds, Plain())  # type: ignore[arg-type]
    picture = PictureRecord("a.png", (ObjectRecord("cat", shape),), 4, 4)
    (found,) = fitting.pictures([picture])
    return (found.objects[0].shape if found.objects else None), fitting


@pytest.mark.parametrize(
    ("shape", "holds", "wanted"),
    [
        (SQUARE, "box", Box(0, 0, 4, 4)),
        (PIXELS, "polygon", SQUARE),
        (Box(0, 0, 4, 4), "polygon", SQUARE),
        (Box(0, 0, 4, 2), "obb", OrientedBox(2, 1, 4, 2, 0)),
        (OrientedBox(2, 2, 4, 4, 0), "polygon", SQUARE),
        (SQUARE, "mask", PIXELS),
        (Keypoints(((1.0, 1.0, 2), (3.0, 4.0, 1))), "box", Box(1, 1, 3, 4)),
    ],
)
def test_a_shape_becomes_the_nearest_that_a_format_holds(
    shape: Shape, holds: str, wanted: Shape
) -> None:
    found, fitting = fit(shape, holds)
    assert found == wanted
    assert fitting.changed == {f"{shape.kind} as {holds}": 1}


@pytest.mark.parametrize("shape", [Point(1, 2), Keypoints(((1.0, 1.0, 2),)), Box(-9, 0, -4, 4)])
def test_what_has_no_place_is_left_out_and_counted(shape: Shape) -> None:
    found, fitting = fit(shape, "mask" if isinstance(shape, Box) else "box")
    assert found is None
    assert fitting.left_out == {shape.kind: 1}
