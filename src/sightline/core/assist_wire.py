"""A segmenter behind a pipe: prompts, encodings and candidates as facts and arrays, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.assist import Candidate, Prompt
from sightline.core.errors import InvalidInputError
from sightline.core.ports import ManySegmenter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.assist import Encoding
    from sightline.core.ports import Segmenter

    Parcel = tuple[dict[str, Any], list[NDArray[Any]]]


_FACTS: Final = ("box", "points", "want", "multimask", "threshold")
"""What of a prompt is no array."""


class ServedSegmenter:
    """A segmenter as the process that holds it answers for it (`ports.Served`)."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter

    def answer(
        self, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> Parcel:
        """Encode a picture, or predict from an encoding.

        Raises:
            InvalidInputError: It knows no such method.
        """
        if method == "facts":
            return {"key": self._segmenter.key}, []
        if method == "encode":
            found = self._segmenter.encode(arrays[0])
            return {"names": list(found)}, list(found.values())
        if method == "predict":
            encoding, prompts = unpacked_questions(arguments, arrays)
            return packed_answers(predict_many(self._segmenter, encoding, prompts))
        raise InvalidInputError(f"a segmenter cannot {method!r}", hint="encode or predict")


def predict_many(
    segmenter: Segmenter, encoding: Encoding, prompts: Sequence[Prompt]
) -> list[list[Candidate]]:
    """Return what a segmenter answers to each prompt; all at once where it can."""
    if isinstance(segmenter, ManySegmenter):
        return segmenter.predict_many(encoding, prompts)
    return [segmenter.predict(encoding, one) for one in prompts]


def packed_questions(encoding: Encoding, prompts: Sequence[Prompt]) -> Parcel:
    """Return what `ServedSegmenter` predicts from: an encoding, sent once, and prompts."""
    arrays = list(encoding.values())
    facts: list[dict[str, Any]] = []
    for one in prompts:
        fact = {key: getattr(one, key) for key in _FACTS}
        if one.previous is not None:
            fact["previous"] = len(arrays)
            arrays.append(one.previous)
        facts.append(fact)
    return {"names": list(encoding), "prompts": facts}, arrays


def unpacked_questions(
    facts: dict[str, Any], arrays: Sequence[NDArray[Any]]
) -> tuple[Encoding, list[Prompt]]:
    """Read what `packed_questions` made, as it comes out of JSON."""
    encoding = dict(zip(facts["names"], arrays, strict=False))
    return encoding, [_prompt(one, arrays) for one in facts["prompts"]]


def _prompt(fact: dict[str, Any], arrays: Sequence[NDArray[Any]]) -> Prompt:
    box, previous = fact["box"], fact.get("previous")
    return Prompt(
        box=None if box is None else (box[0], box[1], box[2], box[3]),
        points=tuple((x, y, bool(on)) for x, y, on in fact["points"]),
        previous=None if previous is None else np.asarray(arrays[previous], np.float32),
        want="box" if fact["want"] == "box" else "mask",
        multimask=bool(fact["multimask"]),
        threshold=float(fact["threshold"]),
    )


def packed_answers(answers: Sequence[Sequence[Candidate]]) -> Parcel:
    """Return the candidates for each prompt as facts and arrays."""
    arrays: list[NDArray[Any]] = []
    return {"answers": [[_fact(one, arrays) for one in found] for found in answers]}, arrays


def _fact(one: Candidate, arrays: list[NDArray[Any]]) -> dict[str, Any]:
    fact: dict[str, Any] = {"box": list(one.box), "score": one.score, "window": list(one.window)}
    for name, array in (("mask", one.mask), ("logits", one.logits)):
        if array is not None:
            fact[name] = len(arrays)
            arrays.append(array)
    return fact


def unpacked_answers(
    facts: dict[str, Any], arrays: Sequence[NDArray[Any]]
) -> list[list[Candidate]]:
    """Read what `packed_answers` made, as it comes out of JSON."""
    return [[_candidate(one, arrays) for one in found] for found in facts["answers"]]


def _candidate(fact: dict[str, Any], arrays: Sequence[NDArray[Any]]) -> Candidate:
    x1, y1, x2, y2 = fact["box"]
    x, y = fact["window"]
    mask, logits = (arrays[fact[name]] if name in fact else None for name in ("mask", "logits"))
    return Candidate(
        box=(x1, y1, x2, y2),
        score=fact["score"],
        window=(int(x), int(y)),
        mask=None if mask is None else np.asarray(mask, np.bool_),
        logits=None if logits is None else np.asarray(logits, np.float32),
    )
