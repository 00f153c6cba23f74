"""A segmenter behind a pipe: prompts, encodings and candidates as facts and arrays, and back."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
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


HANDLE: Final = "handle"
"""What an encoding is called between the two ends, (8,) uint8: one of its arrays."""
HELD: Final = 4
"""Encodings that the far end keeps, so that a click need not bring one along."""


class ServedSegmenter:
    """A segmenter as the process that holds it answers for it (`ports.Served`).

    It is asked for encodings in one thread and for answers in another.
    """

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._held: OrderedDict[str, Encoding] = OrderedDict()
        self._lock = threading.Lock()

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
            found = found | {HANDLE: np.frombuffer(secrets.token_bytes(8), np.uint8)}
            self._hold(handle_of(found), found)
            return {"names": list(found)}, list(found.values())
        if method == "predict":
            encoding, prompts = unpacked_questions(arguments, arrays)
            held = self._hold(arguments["handle"], encoding)
            if not held:
                return {"unknown": True}, []
            return packed_answers(predict_many(self._segmenter, held, prompts))
        raise InvalidInputError(f"a segmenter cannot {method!r}", hint="encode or predict")

    def _hold(self, handle: str, encoding: Encoding) -> Encoding:
        """Keep an encoding that came along, or return the one that is kept; {} if there is none."""
        if not handle:
            return encoding
        with self._lock:
            found = encoding or self._held.get(handle, {})
            if found:
                self._held[handle] = found
                self._held.move_to_end(handle)
            while len(self._held) > HELD:
                self._held.popitem(last=False)
            return found


def handle_of(encoding: Encoding) -> str:
    """Return what an encoding is called; empty when it was never named."""
    return encoding[HANDLE].tobytes().hex() if HANDLE in encoding else ""


def predict_many(
    segmenter: Segmenter, encoding: Encoding, prompts: Sequence[Prompt]
) -> list[list[Candidate]]:
    """Return what a segmenter answers to each prompt; all at once where it can."""
    if isinstance(segmenter, ManySegmenter):
        return segmenter.predict_many(encoding, prompts)
    return [segmenter.predict(encoding, one) for one in prompts]


def packed_questions(
    encoding: Encoding, prompts: Sequence[Prompt], *, named: bool = False
) -> Parcel:
    """Return what `ServedSegmenter` predicts from: an encoding, sent once, and prompts.

    `named`: only the encoding's name is sent; the far end may say that it does not know it.
    """
    handle = handle_of(encoding)
    sent = {} if named and handle else encoding
    arrays = list(sent.values())
    facts: list[dict[str, Any]] = []
    for one in prompts:
        fact = {key: getattr(one, key) for key in _FACTS}
        if one.previous is not None:
            fact["previous"] = len(arrays)
            arrays.append(one.previous)
        facts.append(fact)
    return {"names": list(sent), "handle": handle, "prompts": facts}, arrays


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
