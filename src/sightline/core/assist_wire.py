"""A segmenter behind a pipe: prompts, encodings and candidates as facts and arrays, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.core.assist import Candidate, Prompt
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.assist import Encoding
    from sightline.core.ports import Segmenter

    Parcel = tuple[dict[str, Any], list[NDArray[Any]]]


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
            encoding, prompt = unpacked_question(arguments, arrays)
            return packed_answer(self._segmenter.predict(encoding, prompt))
        raise InvalidInputError(f"a segmenter cannot {method!r}", hint="encode or predict")


def packed_question(encoding: Encoding, prompt: Prompt) -> Parcel:
    """Return what `ServedSegmenter` predicts from."""
    arrays = list(encoding.values())
    facts = asdict(prompt) | {"names": list(encoding), "previous": prompt.previous is not None}
    return facts, arrays if prompt.previous is None else [*arrays, prompt.previous]


def unpacked_question(
    facts: dict[str, Any], arrays: Sequence[NDArray[Any]]
) -> tuple[Encoding, Prompt]:
    """Read what `packed_question` made, as it comes out of JSON."""
    names = facts["names"]
    box, want = facts["box"], facts["want"]
    prompt = Prompt(
        box=None if box is None else (box[0], box[1], box[2], box[3]),
        points=tuple((x, y, bool(on)) for x, y, on in facts["points"]),
        previous=np.asarray(arrays[len(names)], np.float32) if facts["previous"] else None,
        want="box" if want == "box" else "mask",
        multimask=bool(facts["multimask"]),
    )
    return dict(zip(names, arrays, strict=False)), prompt


def packed_answer(candidates: Sequence[Candidate]) -> Parcel:
    """Return candidates as facts and arrays."""
    facts: list[dict[str, Any]] = []
    arrays: list[NDArray[Any]] = []
    for one in candidates:
        fact: dict[str, Any] = {
            "box": list(one.box),
            "score": one.score,
            "window": list(one.window),
        }
        for name, array in (("mask", one.mask), ("logits", one.logits)):
            if array is not None:
                fact[name] = len(arrays)
                arrays.append(array)
        facts.append(fact)
    return {"candidates": facts}, arrays


def unpacked_answer(facts: dict[str, Any], arrays: Sequence[NDArray[Any]]) -> list[Candidate]:
    """Read what `packed_answer` made, as it comes out of JSON."""
    found = []
    for one in facts["candidates"]:
        x1, y1, x2, y2 = one["box"]
        x, y = one["window"]
        mask, logits = (arrays[one[name]] if name in one else None for name in ("mask", "logits"))
        found.append(
            Candidate(
                box=(x1, y1, x2, y2),
                score=one["score"],
                window=(int(x), int(y)),
                mask=None if mask is None else np.asarray(mask, np.bool_),
                logits=None if logits is None else np.asarray(logits, np.float32),
            )
        )
    return found
