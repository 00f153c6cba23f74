"""A detector by words behind a pipe: texts and pictures there, what was found back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sightline.core.assist import Detections
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import U8
    from sightline.core.assist import Outline
    from sightline.core.ports import TextDetector

    Parcel = tuple[dict[str, Any], list[NDArray[Any]]]


class Answer(Protocol):
    """What comes out of a pipe."""

    @property
    def facts(self) -> dict[str, Any]:
        """JSON."""
        ...

    @property
    def arrays(self) -> Sequence[NDArray[Any]]:
        """As many as were sent."""
        ...


class Pipe(Protocol):
    """What asks an engine elsewhere."""

    def facts(self) -> dict[str, Any]:
        """Return what the engine says of itself."""
        ...

    def call(
        self, method: str, arguments: dict[str, Any] | None = None, arrays: Any = ()
    ) -> Answer:
        """Return the answer to a request."""
        ...


class ServedTextDetector:
    """A detector by words as the process that holds it answers for it (`ports.Served`)."""

    def __init__(self, detector: TextDetector) -> None:
        self._detector = detector

    def answer(
        self, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> Parcel:
        """Find what texts name in a picture.

        Raises:
            InvalidInputError: It knows no such method.
        """
        if method == "facts":
            return {"key": self._detector.key}, []
        if method == "detect":
            found = self._detector.detect_text(
                arrays[0],
                list(arguments["texts"]),
                min_score=float(arguments["min_score"]),
                limit=int(arguments["limit"]),
            )
            return packed_detections(found)
        raise InvalidInputError(f"a detector cannot {method!r}", hint="detect")


class RemoteTextDetector:
    """A detector by words in another process."""

    def __init__(self, pipe: Pipe, key: str) -> None:
        self._pipe = pipe
        self._key = key

    @property
    def key(self) -> str:
        """Names the weights and the preprocessing."""
        return self._key

    def detect_text(
        self, image: U8, texts: Sequence[str], *, min_score: float = 0.1, limit: int = 300
    ) -> Detections:
        """Return what the texts name in an upright RGB picture (H, W, 3), by descending score.

        Raises:
            EngineFailedError: The process died.
        """
        about = {"texts": list(texts), "min_score": min_score, "limit": limit}
        answer = self._pipe.call("detect", about, arrays=[image])
        return unpacked_detections(answer.facts, answer.arrays)


def packed_detections(found: Detections) -> Parcel:
    """Return detections as facts and arrays; all masks are one array."""
    facts: dict[str, Any] = {
        "windows": [[*mask.shape, *corner] for mask, corner in found.masks],
    }
    pixels = [np.asarray(mask, np.bool_).reshape(-1) for mask, _ in found.masks]
    flat = np.packbits(np.concatenate(pixels)) if pixels else np.zeros(0, np.uint8)
    return facts, [found.boxes, found.scores, found.class_index, flat]


def unpacked_detections(facts: dict[str, Any], arrays: Sequence[NDArray[Any]]) -> Detections:
    """Read what `packed_detections` made, as it comes out of JSON."""
    boxes, scores, index, flat = arrays
    windows = facts["windows"]
    bits = np.unpackbits(np.asarray(flat, np.uint8)).astype(np.bool_)
    masks: list[Outline] = []
    at = 0
    for height, width, x, y in windows:
        masks.append((bits[at : at + height * width].reshape(height, width), (int(x), int(y))))
        at += height * width
    return Detections(
        np.asarray(boxes, np.float32).reshape(-1, 4),
        np.asarray(scores, np.float32),
        np.asarray(index, np.int32),
        tuple(masks),
    )
