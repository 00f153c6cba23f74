"""Run lengths of masks: COCO's column-major runs, compressed to text (5 bits a character)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import I64


def counts_to_text(runs: NDArray[np.integer[Any]]) -> str:
    """Return run lengths as COCO's text: differences to the run before last, 5 bits a character."""
    rest = np.array(runs, np.int64)
    rest[3:] -= np.asarray(runs, np.int64)[1:-2]
    going = np.ones(len(rest), np.bool_)
    columns = []
    while going.any():
        bits = rest & 0x1F
        rest >>= 5
        more = rest != np.where(bits & 0x10, -1, 0)
        columns.append(np.where(going, (bits | (more << 5)) + 48, 0))
        going &= more
    signs = np.array(columns, np.uint8).T.ravel()
    return signs[signs > 0].tobytes().decode("ascii")


def counts_from_text(text: str) -> I64:
    """Return the run lengths of COCO's text.

    Raises:
        ValueError: It is not such a text.
    """
    runs: list[int] = []
    value = shift = 0
    for code in text.encode("ascii"):
        bits = code - 48
        if not 0 <= bits < 64 or shift > 60:  # noqa: PLR2004 - six bits a character
            raise ValueError("the run lengths are no COCO text")
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))  # noqa: PLR2004
        value = shift = 0
    if shift:
        raise ValueError("the run lengths end in the middle")
    return np.asarray(runs, np.int64)


def extent(runs: NDArray[np.integer[Any]], height: int) -> tuple[float, float, float, float]:
    """Return the smallest x1, y1, x2, y2 about the set pixels.

    Args:
        runs: (N,) run lengths, the first of pixels that are not set.
        height: Pixels of a column.

    Raises:
        ValueError: No pixel is set.
    """
    ends = np.cumsum(runs)
    starts, stops = (ends - runs)[1::2], ends[1::2]
    used = stops > starts
    starts, stops = starts[used], stops[used] - 1
    if not len(starts):
        raise ValueError("no pixel is set")
    left, right = starts // height, stops // height
    within = left == right
    top = np.where(within, starts % height, 0)
    bottom = np.where(within, stops % height, height - 1)
    return (
        float(left.min()),
        float(top.min()),
        float(right.max() + 1),
        float(bottom.max() + 1),
    )
