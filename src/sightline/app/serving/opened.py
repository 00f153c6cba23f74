"""Models in memory as serving asks them: one picture in, one row out; tensors in, tensors out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from sightline.app.serving.tensors import datatype
from sightline.core.errors import InvalidInputError, SightlineError
from sightline.engines import detector_spec
from sightline.imaging.decode import decode
from sightline.imaging.preprocess import fit, load
from sightline.predict.cache import OpenModel
from sightline.predict.openers import open_model
from sightline.predict.rows import answer_row, fault_row, limits_of, load_or_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sightline.app.engines.room import EngineRoom
    from sightline.app.serving.finding import Found
    from sightline.core.arrays import U8
    from sightline.core.cards import ModelCard
    from sightline.core.ports import Classifier, Detector
    from sightline.predict.rows import Picture, Row

MIN_SCORE: Final = 0.3
"""Boxes of a detector below it are not told."""
MOST_BOXES: Final = 300
WARM_PX: Final = 64


class Opened(Protocol):
    """A model in memory. Every method may be called from any thread."""

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        ...

    def look(self, picture: Picture) -> Row:
        """Return the whole answer about one picture, or {path, error, reason}; JSON."""
        ...

    def pixels(self, picture: Picture) -> U8:
        """Return a picture as `tensors` takes it, (1, H, W, 3).

        Raises:
            UnreadableImageError: It cannot be read.
        """
        ...

    def tensors(self, images: U8) -> dict[str, NDArray[Any]]:
        """Return every output by name for (N, H, W, 3) RGB, uint8."""
        ...

    def outputs(self) -> list[tuple[str, str, list[int]]]:
        """Return name, datatype and shape (-1: any) of each output."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def open_found(found: Found, room: Callable[[], EngineRoom] | None = None) -> Opened:
    """Open a model and ask it once, so that the first caller does not wait for it.

    Args:
        found: The model.
        room: Where what needs torch runs, in a process of its own; made when it is needed.

    Raises:
        InvalidInputError: It cannot be run.
        MissingWeightsError: Its file is gone.
        MissingExtraError: A package is missing.
    """
    opened: Opened = (
        _Boxes(found.card, _detector(found))
        if found.card.kind == "detector"
        else _Classes(_classifier(found, room))
    )
    opened.tensors(np.zeros((1, WARM_PX, WARM_PX, 3), np.uint8))
    return opened


def check_alone(pictures: int) -> None:
    """Refuse several pictures for a detector, which answers about one.

    Raises:
        InvalidInputError: There is another number of them.
    """
    if pictures != 1:
        raise InvalidInputError(
            f"a detector takes one picture at a time, not {pictures}", hint="send [1,H,W,3] or [1]"
        )


def _classifier(found: Found, room: Callable[[], EngineRoom] | None) -> Classifier:
    if found.path.suffix == ".pt" and room is not None:
        return room().classifier(found.path, found.card)
    return open_model(found.path, found.card)


def _detector(found: Found) -> Detector:
    from sightline.core.registry import Registry

    spec = detector_spec(found.card)
    loaded: Detector = Registry([spec]).load(spec.name, path=found.path, card=found.card)
    return loaded


class _Classes:
    """A classifier."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._model = OpenModel(classifier)
        self.nbytes = self._model.nbytes
        self._told: list[tuple[str, str, list[int]]] = []

    def look(self, picture: Picture) -> Row:
        asked = self._classifier
        loaded = load_or_error(picture, asked.preprocess)
        if isinstance(loaded, dict):
            return loaded
        found = self._model.classify_one(loaded)
        return answer_row(picture, asked.classes, found, None, limits_of(asked))

    def pixels(self, picture: Picture) -> U8:
        return load(picture.source, self._classifier.preprocess, picture.page)[None]

    def tensors(self, images: U8) -> dict[str, NDArray[Any]]:
        rule = self._classifier.preprocess
        if images.shape[1:3] != (rule.size, rule.size):
            images = np.stack([fit(one, rule) for one in images])
        roles: Any = getattr(self._classifier, "answers", None)
        found = roles(images) if roles else {"probabilities": self._classifier.classify(images)}
        best = found["probabilities"].argmax(axis=1)
        names = np.array([self._classifier.classes[at] for at in best], object)
        found = {**found, "label": names}
        if not self._told:
            self._told = [
                (name, datatype(one), [-1, *one.shape[1:]]) for name, one in found.items()
            ]
        return found

    def outputs(self) -> list[tuple[str, str, list[int]]]:
        return self._told

    def close(self) -> None:
        """Nothing is held here; a process of the engine room ends when it idles."""


class _Boxes:
    """A detector."""

    def __init__(self, card: ModelCard, detector: Detector) -> None:
        self._tone = card.preprocess.tone
        self._detector = detector
        self.nbytes = getattr(detector, "nbytes", 0)

    def look(self, picture: Picture) -> Row:
        try:
            pixels = decode(picture.source, page=picture.page, tone=self._tone)
        except SightlineError as error:
            return fault_row(picture, error)
        found = self._detector.detect(pixels, min_score=MIN_SCORE, limit=MOST_BOXES)
        names = self._detector.classes
        return {
            "path": picture.name,
            "width": pixels.shape[1],
            "height": pixels.shape[0],
            "objects": [
                {"label": names[at], "score": float(score), "box": [float(one) for one in box]}
                for box, score, at in zip(found.boxes, found.scores, found.class_index, strict=True)
            ],
        }

    def pixels(self, picture: Picture) -> U8:
        return decode(picture.source, page=picture.page, tone=self._tone)[None]

    def tensors(self, images: U8) -> dict[str, NDArray[Any]]:
        check_alone(len(images))
        found = self._detector.detect(images[0], min_score=MIN_SCORE, limit=MOST_BOXES)
        names = np.array([self._detector.classes[at] for at in found.class_index], object)
        return {"boxes": found.boxes, "scores": found.scores, "label": names}

    def outputs(self) -> list[tuple[str, str, list[int]]]:
        return [("boxes", "FP32", [-1, 4]), ("scores", "FP32", [-1]), ("label", "BYTES", [-1])]

    def close(self) -> None:
        """Nothing is held outside."""
