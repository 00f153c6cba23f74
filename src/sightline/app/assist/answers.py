"""Questions to a segmenter as callers put them, and its answers as they get them."""

from __future__ import annotations

import math
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sightline.core.assist import Candidate, Prompt
from sightline.core.errors import InvalidInputError, SightlineError
from sightline.core.geometry.masks import encode_window
from sightline.core.geometry.shapes import box_of
from sightline.imaging.contours import polygon_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import F32, Bool
    from sightline.core.geometry.shapes import Bounds

    Ask = Callable[[Prompt], list[Candidate]]

Output = Literal["box", "polygon", "rle", "all"]
MAX_PROMPTS: Final = 256
MAX_POINTS: Final = 200
REFS: Final = 256
"""Earlier answers that later clicks can refine."""
MIN_IOU: Final = 0.98
"""Of a polygon with the mask that it is drawn about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """What somebody points at, in pixels of the upright picture."""

    box: Bounds | None = None
    points: tuple[tuple[float, float, bool], ...] = ()
    mask_ref: str | None = None
    """The answer that these points refine; one that is gone is done without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about one picture at once."""

    prompts: tuple[Pointed, ...]
    multimask: bool = True
    output: Output = "polygon"
    """all: polygon and rle, and with a box the refined box."""


class MaskRefs:
    """What engines like to get back with the next click, for the newest answers."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, tuple[str, F32, bool]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, key: str, logits: F32, *, whole: bool = True) -> str:
        """Hold the logits of an answer about an encoding and return their name.

        `whole`: the encoding is of a whole picture.
        """
        ref = secrets.token_hex(8)
        with self._lock:
            self._held[ref] = (key, logits, whole)
            while len(self._held) > REFS:
                self._held.popitem(last=False)
        return ref

    def find(self, ref: str | None, key: str) -> F32 | None:
        """Return logits; None when they are gone, or are of another picture or engine."""
        with self._lock:
            found = self._held.get(ref or "")
        return found[1] if found is not None and found[0] == key else None

    def is_whole(self, ref: str | None) -> bool:
        """Say whether an answer is held that is about a whole picture."""
        with self._lock:
            found = self._held.get(ref or "")
        return found is not None and found[2]


def checked(question: Question) -> Question:
    """Return a question that is fit to be asked of any picture.

    Raises:
        InvalidInputError: A number is none, a box has no area, or nothing is pointed at.
    """
    if not 1 <= len(question.prompts) <= MAX_PROMPTS:
        raise InvalidInputError(
            f"{len(question.prompts)} prompts", hint=f"ask 1 to {MAX_PROMPTS} at once"
        )
    return replace(question, prompts=tuple(map(_checked, question.prompts)))


def _checked(prompt: Pointed) -> Pointed:
    numbers = [*(prompt.box or ()), *(one for x, y, _ in prompt.points for one in (x, y))]
    if not all(map(math.isfinite, numbers)):
        raise InvalidInputError(
            "a coordinate is infinite or no number", hint="give pixels of the upright picture"
        )
    if len(prompt.points) > MAX_POINTS:
        raise InvalidInputError(
            f"{len(prompt.points)} points", hint=f"give at most {MAX_POINTS} for one object"
        )
    if prompt.box is None and not any(on for _, _, on in prompt.points):
        raise InvalidInputError(
            "nothing is pointed at", hint="give a box, or a point on the object: x,y,1"
        )
    if prompt.box is None:
        return prompt
    try:
        return replace(prompt, box=box_of(*prompt.box).bounds())
    except ValueError as error:
        raise InvalidInputError(
            f"the box is not valid: {error}", hint="give x1,y1,x2,y2 with x1 < x2 and y1 < y2"
        ) from error


def answer(
    ask: Ask,
    pointed: Pointed,
    question: Question,
    *,
    size: tuple[int, int],
    refs: MaskRefs,
    key: str,
    whole: bool = True,
) -> list[dict[str, Any]]:
    """Return the candidates for a prompt, the best first.

    Args:
        ask: The engine's `predict` about the picture.
        pointed: The prompt, as `checked` returned it.
        question: What it belongs to.
        size: Width and height of the picture.
        refs: Where the answers' logits are kept, and those of earlier ones are.
        key: Of the encoding that is asked.
        whole: It is of the whole picture.

    Raises:
        InvalidInputError: The prompt lies outside of the picture.
    """
    prompt = _within(pointed, size)
    prompt = replace(prompt, multimask=question.multimask)
    prompt = replace(prompt, previous=refs.find(pointed.mask_ref, key))
    shown = []
    for one in _asked(ask, prompt, question.output):
        row = _shown(one, question.output, size)
        if row is not None:
            ref = None if one.logits is None else refs.keep(key, one.logits, whole=whole)
            shown.append(row | {"mask_ref": ref})
    return shown


def _asked(ask: Ask, prompt: Prompt, output: Output) -> list[Candidate]:
    if output == "box":
        return ask(replace(prompt, want="box"))
    found = ask(prompt)
    if output == "all" and prompt.box is not None and found and not prompt.points:
        tight = ask(replace(prompt, want="box"))
        if tight:
            found = [replace(found[0], box=tight[0].box), *found[1:]]
    return found


def _within(pointed: Pointed, size: tuple[int, int]) -> Prompt:
    width, height = size
    outside = f"outside of the picture, which is {width} x {height}"
    for x, y, _ in pointed.points:
        if not (0 <= x <= width and 0 <= y <= height):
            raise InvalidInputError(
                f"the point {x:g},{y:g} lies {outside}", hint="give pixels of the upright picture"
            )
    if pointed.box is None:
        return Prompt(points=pointed.points)
    x1, y1, x2, y2 = pointed.box
    box = (max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2))
    if not (box[0] < box[2] and box[1] < box[3]):
        raise InvalidInputError(
            f"the box lies {outside}", hint="give x1,y1,x2,y2 in pixels of the upright picture"
        )
    return Prompt(points=pointed.points, box=box)


def _shown(one: Candidate, output: Output, size: tuple[int, int]) -> dict[str, Any] | None:
    """Return a candidate as JSON; None when there is nothing of it in the picture."""
    width, height = size
    x1, y1, x2, y2 = (float(side) for side in one.box)
    box = [max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2)]
    if not (box[0] < box[2] and box[1] < box[3]):
        return None
    score = float(one.score)
    row: dict[str, Any] = {
        "box": box,
        "polygon": None,
        "rle": None,
        "score": min(1.0, max(0.0, score)) if math.isfinite(score) else 0.0,
    }
    if output == "box" or one.mask is None:
        return row
    mask, window = inside(one.mask, one.window, size)
    if not mask.any():
        return None
    if output in {"rle", "all"}:
        row["rle"] = encode_window(mask, window=window, size=size).to_json()
    if output in {"polygon", "all"}:
        row["polygon"] = outline(mask, window)
    return row


def outline(mask: Bool, window: tuple[int, int]) -> list[list[list[float]]] | None:
    """Return the polygon about a mask as JSON, None where it has no area that one could draw."""
    try:
        return polygon_of(mask, window=window, min_iou=MIN_IOU).to_json()
    except SightlineError:
        return None


def inside(
    mask: Bool, window: tuple[int, int], size: tuple[int, int]
) -> tuple[Bool, tuple[int, int]]:
    """Return the part of a mask that lies in the picture, and its window."""
    (x, y), (width, height) = window, size
    part = mask[max(0, -y) : max(0, height - y), max(0, -x) : max(0, width - x)]
    return np.asarray(part, np.bool_), (max(0, x), max(0, y))
