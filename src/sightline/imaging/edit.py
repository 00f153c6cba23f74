"""Carry out an edit on an upright picture, and bring what comes out to a size."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from sightline.core.preprocess import Preprocess
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.imaging.decode import upright
from sightline.imaging.limits import DEFAULT_LIMITS, Limits
from sightline.imaging.preprocess import fit

if TYPE_CHECKING:
    from sightline.core.edits import Cut, Edit
    from sightline.core.preprocess import Resize
    from sightline.imaging.source import Source

FITS: Final = ("stretch", "crop", "letterbox", "inside")
"""How what comes out becomes a size; `inside`: its long side is the size at most, nothing grows."""
_QUARTERS: Final = {
    1: Image.Transpose.ROTATE_270,
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_90,
}


def edited(image: Image.Image, edit: Edit) -> Image.Image:
    """Return what an edit makes of an upright picture, pixel for pixel where nothing is tilted."""
    cut = edit.cut(image.width, image.height)
    image = _tilted(image, cut) if cut.tilt else image.crop(_box(cut, image.size))
    if edit.flip:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    method = _QUARTERS.get(edit.quarters)
    return image if method is None else image.transpose(method)


def made(
    source: Source,
    edit: Edit,
    px: int,
    fits: str,
    *,
    size: tuple[int, int],
    page: int = 0,
    limits: Limits = DEFAULT_LIMITS,
    tone: Tone = DEFAULT_TONE,
) -> Image.Image:
    """Return a file's picture, edited and brought to `px` pixels.

    A large JPEG is decoded at a fraction of its size that has all the pixels that are kept.

    Args:
        source: A file, or its bytes.
        edit: What is done to it.
        px: Side of the square, or of `inside` the long side at most.
        fits: One of FITS.
        size: Width and height of the upright picture, pixels.
        page: Of a file with several.
        limits: What is refused.
        tone: How samples of more than 8 bits become 8.

    Raises:
        UnreadableImageError: It cannot be read.
        MissingExtraError: Reading it needs an optional package.
    """
    width, height = edit.cut(*size).size
    kept = max(width, height) if fits == "inside" else min(width, height)
    need = math.ceil(min(size) * px / max(1.0, kept))
    image = upright(source, page=page, min_side_px=need, limits=limits, tone=tone)
    scale = px / max(1.0, kept * image.width / size[0])
    if edit.tilt and scale < 1:
        image = _smaller(image, scale)
    return sized(edited(image, edit), px, fits)


def sized(image: Image.Image, px: int, fits: str) -> Image.Image:
    """Return a picture brought to `px` pixels by one of FITS."""
    if fits == "inside":
        scale = px / max(image.size)
        return image if scale >= 1 else _smaller(image, scale)
    resize: Resize = fits  # type: ignore[assignment]
    rule = Preprocess(size=px, resize=resize, interpolation="bicubic")
    return Image.fromarray(fit(np.asarray(image), rule))


def _smaller(image: Image.Image, scale: float) -> Image.Image:
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC)


def _box(cut: Cut, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return whole pixels, at least one: left, top, right, bottom."""
    edges = []
    for at in (0, 1):
        start = min(max(0, round(cut.centre[at] - cut.size[at] / 2)), size[at] - 1)
        stop = min(max(start + 1, round(cut.centre[at] + cut.size[at] / 2)), size[at])
        edges.append((start, stop))
    return edges[0][0], edges[1][0], edges[0][1], edges[1][1]


def _tilted(image: Image.Image, cut: Cut) -> Image.Image:
    """Return the turned cut; every pixel of it lies in the picture."""
    width, height = (max(1, round(one)) for one in cut.size)
    cos, sin = math.cos(math.radians(cut.tilt)), math.sin(math.radians(cut.tilt))
    left, top = cut.corners()[0]
    across, down = cut.size[0] / width, cut.size[1] / height
    matrix = (cos * across, sin * down, left, -sin * across, cos * down, top)
    return image.transform(
        (width, height), Image.Transform.AFFINE, matrix, resample=Image.Resampling.BICUBIC
    )
