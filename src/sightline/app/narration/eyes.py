"""What looks at a frame: each kind of model as an eye, all of which answer alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from sightline.imaging.preprocess import fit
from sightline.predict.heat import HeatClassifier, over_frame
from sightline.predict.rows import limits_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.core.arrays import F32, F64, U8
    from sightline.core.ports import Classifier, Detector, Encoder
    from sightline.heads.bundle import HeadBundle

TOP: Final = 5
"""Classes of a classifier that are kept."""
FLATTENED: Final = 0.4
"""How long what lies along the view looks from 24 degrees above the ground, as from a bridge, in
lengths seen straight from above: sin(24 degrees)."""
LIMIT: Final = 100
"""Boxes that one eye may see in a frame."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen in one frame."""

    boxes: F64
    """(N, 4) x1, y1, x2, y2, pixels."""
    scores: F64
    """(N,) 0..1."""
    names: tuple[str, ...]
    """N classes."""
    classes: tuple[tuple[str, float], ...] = ()
    tags: tuple[tuple[str, float], ...] = ()
    heat: F32 | None = None
    """(h, w) 0..1 over the whole frame: where a classifier saw its winner."""

    def beside(self, other: Sight) -> Sight:
        """Return both together; of classes those of the first count."""
        return Sight(
            np.concatenate([self.boxes, other.boxes]),
            np.concatenate([self.scores, other.scores]),
            self.names + other.names,
            self.classes or other.classes,
            tuple(dict([*other.tags, *self.tags]).items()),
            other.heat if self.heat is None else self.heat,
        )


NOTHING: Final = Sight(np.zeros((0, 4)), np.zeros(0), ())


class Eye(Protocol):
    """Something that looks at frames."""

    follows: bool
    """It sees objects, which are followed, so that it looks more often than something is told."""

    def look(self, image: U8, *, min_score: float) -> Sight:
        """Return what is in an upright RGB picture (H, W, 3); boxes from a score on."""
        ...


class DetectorEye:
    """A detector's boxes.

    Args:
        detector: It.
        calls: Other names for some of its classes.
        namer: A head that names what is in the boxes, in place of the detector.
        from_above: Pictures are flattened first, as a slanting view would see what lies below.
    """

    follows = True

    def __init__(
        self,
        detector: Detector,
        calls: Mapping[str, str],
        namer: HeadEye | None = None,
        *,
        from_above: bool = False,
    ) -> None:
        self._detector = detector
        self._shrink = FLATTENED if from_above else 1.0
        self._names = tuple(calls.get(name, name) for name in detector.classes)
        self._namer = namer

    def look(self, image: U8, *, min_score: float) -> Sight:
        """Return the objects."""
        shown, stretch = self._flattened(image)
        found = self._detector.detect(shown, min_score=min_score, limit=LIMIT)
        sight = replace(
            NOTHING,
            boxes=found.boxes.astype(np.float64) * [1, stretch, 1, stretch],
            scores=found.scores.astype(np.float64),
            names=tuple(self._names[at] for at in found.class_index),
        )
        return sight if self._namer is None else self._namer.named(image, sight)

    def _flattened(self, image: U8) -> tuple[U8, float]:
        """Return what the detector is shown, and how many rows of the frame one row of it is."""
        if self._shrink == 1:
            return image, 1.0
        import cv2

        height, width = image.shape[:2]
        rows = max(1, round(height * self._shrink))
        flat = cv2.resize(image, (width, rows), interpolation=cv2.INTER_AREA)
        return np.asarray(flat, np.uint8), height / rows


class ClassifierEye:
    """A classifier's class, or its tags."""

    follows = False

    def __init__(self, classifier: Classifier, calls: Mapping[str, str]) -> None:
        self._classifier = classifier
        self._calls = calls

    def look(self, image: U8, *, min_score: float) -> Sight:
        """Return the likeliest classes, or the tags that are there."""
        del min_score
        square = fit(image, self._classifier.preprocess)
        probabilities, heat = self._answer(square, (image.shape[1], image.shape[0]))
        limits = np.asarray(limits_of(self._classifier))
        names = [self._calls.get(name, name) for name in self._classifier.classes]
        if not limits.size:
            return replace(NOTHING, classes=_ranked(names, probabilities)[:TOP], heat=heat)
        there = np.flatnonzero(probabilities >= limits)
        tags = _surest([names[int(at)] for at in there], probabilities[there])
        return replace(NOTHING, tags=tags, heat=heat if tags else None)

    def _answer(self, square: U8, size_wh: tuple[int, int]) -> tuple[F32, F32 | None]:
        """Return probabilities (K,), and the winner's map over the frame where there is one."""
        if not isinstance(self._classifier, HeatClassifier):
            return self._classifier.classify(square[None])[0], None
        probabilities, heat = self._classifier.classify_with_heat(square)
        if heat is None:
            return probabilities, None
        return probabilities, over_frame(heat, self._classifier.preprocess, size_wh)


class HeadEye:
    """A head on an encoder's embedding: of the whole frame, or of what is in boxes.

    Args:
        head: It.
        encoder: Its own.
        calls: Other names for some of its classes.
    """

    follows = False

    def __init__(self, head: HeadBundle, encoder: Encoder, calls: Mapping[str, str]) -> None:
        self._head = head
        self._encoder = encoder
        self._calls = calls

    def look(self, image: U8, *, min_score: float) -> Sight:
        """Return the likeliest classes; none where background is likeliest."""
        del min_score
        probabilities = self._head.probabilities(self._encoder.encode([image]))[0]
        ranked = _ranked(self._head.classes, probabilities)
        background = set(self._head.background)
        if ranked[0][0] in background:
            return NOTHING
        known = [one for one in ranked if one[0] not in background]
        names = [self._calls.get(name, name) for name, _ in known]
        called = _ranked(names, np.array([one for _, one in known], np.float32))
        return replace(NOTHING, classes=called[:TOP])

    def named(self, image: U8, sight: Sight) -> Sight:
        """Return what was found under the head's names; what it holds for background is gone."""
        if not len(sight.boxes):
            return sight
        height, width = image.shape[:2]
        rects = self._head.crop.rects(sight.boxes, (width, height))
        crops = [image[y1:y2, x1:x2] for x1, y1, x2, y2 in rects]
        rows = self._head.probabilities(self._encoder.encode(crops))
        best = rows.argmax(axis=1)
        names = [self._head.classes[int(at)] for at in best]
        background = set(self._head.background)
        kept = np.array([name not in background for name in names], np.bool_)
        return replace(
            sight,
            boxes=sight.boxes[kept],
            scores=sight.scores[kept],
            names=tuple(self._calls.get(one, one) for one in names if one not in background),
        )


def _ranked(names: Sequence[str], probabilities: F32) -> tuple[tuple[str, float], ...]:
    """Return classes, the likeliest first; of those that are called alike the sum, as one is it."""
    found: dict[str, float] = {}
    for name, probability in zip(names, probabilities, strict=True):
        found[name] = found.get(name, 0.0) + float(probability)
    return _ordered(found)


def _surest(names: Sequence[str], probabilities: F32) -> tuple[tuple[str, float], ...]:
    """Return tags, the likeliest first; of those that are called alike the surest."""
    found: dict[str, float] = {}
    for name, probability in zip(names, probabilities, strict=True):
        found[name] = max(found.get(name, 0.0), float(probability))
    return _ordered(found)


def _ordered(found: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(found.items(), key=lambda one: -one[1]))
