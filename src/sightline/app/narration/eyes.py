"""What looks at a frame: each kind of model as an eye, all of which answer alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from sightline.imaging.preprocess import fit
from sightline.predict.rows import limits_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, F64, U8
    from sightline.core.ports import Classifier, Detector, Encoder
    from sightline.heads.bundle import HeadBundle

TOP: Final = 5
"""Classes of a classifier that are kept."""
LIMIT: Final = 100
"""Boxes that one eye may see in a frame."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen in one frame."""

    boxes: F64
    """(N, 4) x1, y1, x2, y2, pixels."""
    scores: F64
    """(N,)"""
    names: tuple[str, ...]
    """N classes."""
    classes: tuple[tuple[str, float], ...] = ()
    tags: tuple[tuple[str, float], ...] = ()

    def beside(self, other: Sight) -> Sight:
        """Return both together; what the first has of classes counts."""
        return Sight(
            np.concatenate([self.boxes, other.boxes]),
            np.concatenate([self.scores, other.scores]),
            self.names + other.names,
            self.classes or other.classes,
            tuple(dict([*other.tags, *self.tags]).items()),
        )


NOTHING: Final = Sight(np.zeros((0, 4)), np.zeros(0), ())


class Eye(Protocol):
    """Something that looks at frames."""

    follows: bool
    """It sees objects, which are followed, so that it looks more often than something is told."""

    def look(self, image: U8, *, min_score: float) -> Sight:
        """Return what is in an upright RGB picture (H, W, 3)."""
        ...


class DetectorEye:
    """A detector's boxes."""

    follows = True

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def look(self, image: U8, *, min_score: float) -> Sight:
        """Return the objects."""
        found = self._detector.detect(image, min_score=min_score, limit=LIMIT)
        names = tuple(self._detector.classes[at] for at in found.class_index)
        return replace(
            NOTHING,
            boxes=found.boxes.astype(np.float64),
            scores=found.scores.astype(np.float64),
            names=names,
        )


class ClassifierEye:
    """A classifier's class, or its tags."""

    follows = False

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    def look(self, image: U8, *, min_score: float) -> Sight:
        """Return the likeliest classes, or the tags that are there."""
        del min_score
        square = fit(image, self._classifier.preprocess)
        probabilities = self._classifier.classify(square[None])[0]
        names = self._classifier.classes
        limits = limits_of(self._classifier)
        ranked = _ranked(names, probabilities)
        if not limits:
            return replace(NOTHING, classes=ranked[:TOP])
        least = dict(zip(names, limits, strict=True))
        return replace(NOTHING, tags=tuple(pair for pair in ranked if pair[1] >= least[pair[0]]))


class HeadEye:
    """A head on an encoder's embedding of the whole frame."""

    follows = False

    def __init__(self, head: HeadBundle, encoder: Encoder) -> None:
        self._head = head
        self._encoder = encoder

    def look(self, image: U8, *, min_score: float) -> Sight:
        """Return the likeliest classes; none where background is likeliest."""
        del min_score
        probabilities = self._head.probabilities(self._encoder.encode([image]))[0]
        ranked = _ranked(self._head.classes, probabilities)
        background = set(self._head.background)
        if ranked and ranked[0][0] in background:
            return NOTHING
        known = tuple(one for one in ranked if one[0] not in background)
        return replace(NOTHING, classes=known[:TOP])


def _ranked(names: Sequence[str], probabilities: F32) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-probabilities, kind="stable")
    return tuple((names[at], float(probabilities[at])) for at in order)
