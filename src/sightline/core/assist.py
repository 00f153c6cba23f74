"""What is asked of a segmenter or detector, and what it answers. Pixels of the upright picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

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
class DecoderPlan:
    """How a decoder that answers from an encoding is fed, for who runs it elsewhere."""

    file: Path
    """An ONNX graph."""
    key: str
    """Changes with the graph."""
    fed: dict[str, str]
    """Its inputs that the encoding feeds, to the encoding's names for them."""
    inputs: dict[str, str]
    """Each input to its element type, as float32 or int64."""
    points: str
    """The input with the points (1, N, 2), as indexes of pixels of the square. Inputs that it does
    not have are named by nothing."""
    labels: str
    """1 on and 0 beside the object, 2 and 3 two corners of a box, -1 none; (1, N)."""
    boxes: str
    """Boxes (1, B, 4) apart from the points."""
    earlier: str
    """The mask that is refined (1, 1, h, w)."""
    has_earlier: str
    """Whether there is one (1,)."""
    size: str
    """Height and width of the square (2,)."""
    masks: str
    """The output with the masks (1, K, h, w): above 0 on the object."""
    scores: str
    """The output with the guesses of their IoU (1, K); empty: the order says it."""
    nested: bool
    """Points and labels lie in one list more, and corners of a box are none of them."""
    pads: bool
    """Without a box an empty point has to be added."""
    low: tuple[int, int]
    """Height and width of the mask that comes back with the next click."""
    side: int
    """Of the square that the encoder takes, pixels."""
    stretched: bool
    """The picture fills the square; else its long side does, at the top left."""


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
