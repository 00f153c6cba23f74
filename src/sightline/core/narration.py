"""What is seen in a frame and what is said about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from sightline.core.arrays import F32
    from sightline.core.geometry.shapes import Bounds

LANGUAGES: Final = ("en", "de", "es", "fr", "hi", "hu", "zh")
"""ISO 639-1. English comes first: it is what an unknown language falls back to."""
TellingKind = Literal["text", "summary"]


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence of a captioner."""

    text: str
    lang: str
    """In which it is, which need not be the one asked for."""
    confidence: float
    """Geometric mean of the probabilities of its tokens, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An object that was seen."""

    name: str
    """Of its class."""
    score: float
    """0..1."""
    box: Bounds
    """Pixels of the upright frame."""
    track: int = 0
    """Counts from 1: the same number in two frames is the same object. 0: it is not followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the engines saw in one frame."""

    time_s: float
    width: int
    """Of the frame, pixels."""
    height: int
    things: tuple[Thing, ...] = ()
    classes: tuple[tuple[str, float], ...] = ()
    """Names of a classifier with probabilities, the likeliest first."""
    tags: tuple[tuple[str, float], ...] = ()
    """Tags that are there."""
    caption: Caption | None = None
    heat: F32 | None = None
    """(h, w) 0..1, where the classifier's winner was seen, over the whole frame; for overlays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One text about a frame, or about a whole clip."""

    text: str
    lang: str
    """In which it is."""
    asked_lang: str
    """In which it was wanted; another than `lang` where that is not known."""
    confidence: float
    """0..1."""
    time_s: float
    """Of the frame, since the start."""
    index: int
    """Of the frame."""
    scene: Scene
    kind: TellingKind = "text"
    counts: tuple[tuple[str, int], ...] = ()
    """Of a summary: how many of each class there were in the whole clip."""
    engine: str = ""
