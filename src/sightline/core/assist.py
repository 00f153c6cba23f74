"""What is asked of a segmenter or detector, and what it answers. Pixels of the upright picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I32, Bool
    from sightline.core.geometry.shapes import Bounds

Encoding: TypeAlias = "dict[str, NDArray[Any]]"
"""Named arrays: all that an engine needs of a picture, kept in memory and on disk as they are.
`size` is among them: (2,) int64, width and height of the upright picture in pixels."""
Outline: TypeAlias = "tuple[Bool, tuple[int, int]]"
"""Pixels (h, w) of an object within a window, and the x and y of the window's top left pixel."""
Want = Literal["box", "mask"]
MIN_IOU: Final = 0.4
"""A tweaked shape whose box agrees less with the old one is another object's: it is not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a person points at; a box or at least one point."""

    box: Bounds | None = None
    points: tuple[tuple[float, float, bool], ...] = ()
    """x, y, and whether it is on the object (else it is not)."""
    previous: F32 | None = None
    """`Candidate.logits` of the answer that these points refine."""
    want: Want = "mask"
    """box: the tightest box is wanted, and a mask need not be drawn."""
    multimask: bool = True
    """Several candidates are welcome."""
    threshold: float = 0.5
    """A pixel is the object's where the engine is surer of it than this, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One answer."""

    box: Bounds
    score: float
    """How sure the engine is, 0..1."""
    window: tuple[int, int] = (0, 0)
    """x and y of the top left pixel of `mask` in the picture."""
    mask: Bool | None = None
    """(h, w) the pixels of the object within its window; None where only a box was wanted."""
    logits: F32 | None = None
    """Low-resolution mask to feed to the next click, as the engine likes it."""


@dataclass(frozen=True, slots=True)
class Detections:
    """N objects by descending score."""

    boxes: F32
    """(N, 4) x1, y1, x2, y2."""
    scores: F32
    """(N,) 0..1."""
    class_index: I32
    """(N,)"""
    masks: tuple[Outline, ...] = ()
    """N masks with their windows' x and y, from detectors that give masks; else none."""
