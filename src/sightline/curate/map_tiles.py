"""How many points lie where: tiles of a pyramid over the map, for maps too large to draw whole."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import I64, U8

TILE: Final = 256
MAX_ZOOM: Final = 8
GREY: Final = 128
"""Seen on a dark ground and on a light one."""
FAINTEST: Final = 28
"""Opacity (0..255) of a single point."""
Square = tuple[float, float, float, float]


def cells(xy: NDArray[Any], square: Square, zoom: int) -> tuple[I64, I64]:
    """Return column and row (N,) of each point among 2**zoom x 256 cells; row 0 is on top.

    Every point has exactly one cell, those on the far edge too.
    """
    size = TILE << zoom
    x0, y0, x1, y1 = square
    column = (xy[:, 0].astype(np.float64) - x0) * (size / (x1 - x0))
    row = (y1 - xy[:, 1].astype(np.float64)) * (size / (y1 - y0))
    last = size - 1
    return np.clip(column.astype(np.int64), 0, last), np.clip(row.astype(np.int64), 0, last)


def check_tile(zoom: int, x: int, y: int) -> None:
    """Raise InvalidInputError unless there is such a tile."""
    if not (0 <= zoom <= MAX_ZOOM and 0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
        raise InvalidInputError(
            f"no tile {zoom}/{x}/{y}", hint=f"zoom 0 to {MAX_ZOOM}, x and y below 2**zoom"
        )


def counts(column: I64, row: I64, x: int, y: int) -> I64:
    """Return how many points lie in each cell of one tile, (256, 256).

    `column`, `row`: (N,) of `cells` at the tile's zoom.
    """
    here = (column // TILE == x) & (row // TILE == y)
    flat = (row[here] % TILE) * TILE + column[here] % TILE
    return np.bincount(flat, minlength=TILE * TILE).reshape(TILE, TILE)


def fullest(column: I64, row: I64, zoom: int) -> int:
    """Return how many points the fullest cell of a zoom has: the measure of all its tiles."""
    _, found = np.unique(row * (TILE << zoom) + column, return_counts=True)
    return int(found.max()) if len(found) else 0


def opacity(count: I64, most: int) -> U8:
    """Return counts as opacities: 0 for none, growing with the logarithm up to 255 for `most`."""
    share = np.log1p(count) / np.log1p(max(most, 2))
    shade = np.where(count > 0, FAINTEST + (255 - FAINTEST) * share, 0)
    return np.clip(shade, 0, 255).astype(np.uint8)


def png(alpha: U8) -> bytes:
    """Return opacities (256, 256) as a PNG: grey on nothing."""
    from PIL import Image

    both = np.stack([np.full_like(alpha, GREY), alpha], axis=2)
    out = io.BytesIO()
    Image.fromarray(both, "LA").save(out, "PNG", compress_level=6)
    return out.getvalue()
