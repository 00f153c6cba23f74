"""What a box asks: the tight box, and the outline of what it holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.assist import Candidate
from sightline.engines.classical.clicks import cells_of
from sightline.engines.classical.evidence import gather
from sightline.engines.classical.outline import box_hint, outline
from sightline.engines.classical.patch import cut, paste
from sightline.engines.classical.pieces import tidy, trimmed
from sightline.engines.classical.refine import refine

if TYPE_CHECKING:
    from sightline.core.arrays import U8, Bool
    from sightline.core.assist import Encoding, Want
    from sightline.core.geometry.shapes import Bounds
    from sightline.engines.classical.clicks import Points

SMALLEST_PX: Final = 5.0
"""Sides of a box below which there is nothing to be seen in it."""
LEAST: Final = 0.12
"""Share of the box below which an outline is no use: the box is taken."""
UNSEEN: Final = 0.5
"""Score of what was not looked at."""


def from_box(
    encoding: Encoding, box: Bounds, want: Want, points: Points = (), *, above: float = 0.5
) -> Candidate:
    """Return the tight box within `box`, which lies in the picture; with `mask` an outline too.

    `points` are in pixels of the encoding's picture: the outline agrees with them. `above` is the
    likelihood above which a pixel is the object's.
    """
    width, height = (int(one) for one in encoding["size"])
    picture: U8 = encoding["picture"]
    fx, fy = picture.shape[1] / width, picture.shape[0] / height
    there = (box[0] * fx, box[1] * fy, box[2] * fx, box[3] * fy)
    if min(there[2] - there[0], there[3] - there[1]) < SMALLEST_PX:
        mask, window = _whole(box, (width, height))
        found = Candidate(box=box, score=UNSEEN, window=window, mask=mask)
        return replace(found, mask=None, window=(0, 0)) if want == "box" else found
    patch = cut(picture, there)
    seen = gather(patch)
    (x1, y1, x2, y2), score = refine(seen, there)
    tight = (max(x1 / fx, 0.0), max(y1 / fy, 0.0), min(x2 / fx, width), min(y2 / fy, height))
    if want == "box":
        return Candidate(box=tight, score=score)
    hint = replace(
        box_hint(patch, (x1, y1, x2, y2)),
        front=cells_of(patch, points, on=True),
        back=cells_of(patch, points, on=False),
    )
    soft = tidy(outline(patch, hint), hint.front)
    mask, window = paste(replace(patch, box=box), soft, (width, height), above)
    area = (tight[2] - tight[0]) * (tight[3] - tight[1])
    kept = trimmed(mask, window)
    if kept is None or mask.sum() < LEAST * area:
        mask, window = _whole(tight, (width, height))
    else:
        mask, window, _ = kept
    return Candidate(box=tight, score=score, window=window, mask=mask)


def _whole(box: Bounds, size: tuple[int, int]) -> tuple[Bool, tuple[int, int]]:
    """Return the pixels whose centre a box holds, one at least."""
    x, y = min(round(box[0]), size[0] - 1), min(round(box[1]), size[1] - 1)
    wide, high = max(1, round(box[2]) - x), max(1, round(box[3]) - y)
    return np.ones((high, wide), np.bool_), (x, y)
