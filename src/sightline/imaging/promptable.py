"""Prompts as a promptable network takes them, and its masks as candidates.

A prompt is points in the network's square and a label for each (Kirillov et al. 2023, "Segment
Anything"): 1 on and 0 beside the object, 2 and 3 the corners of a box, -1 none. A network answers
with masks and guesses of their IoU: one mask for a prompt that leaves no doubt, several for a
single click, which may mean a part, an object, or a group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.assist import Candidate
from sightline.core.geometry.boxes import iou
from sightline.imaging.frame import box_of, level_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32
    from sightline.core.assist import Outline, Prompt
    from sightline.imaging.frame import Frame

ON, BESIDE, CORNER, OTHER_CORNER, NONE = 1, 0, 2, 3, -1
MOST: Final = 3
"""Candidates."""
TOKENS: Final = 4
"""Masks of a network that gives both: the first is meant for prompts that leave no doubt."""


def tokens_of(prompt: Prompt, frame: Frame) -> tuple[F32, list[int]]:
    """Return points (N, 2) in the square, as indexes of pixels, and their labels."""
    places = [(x, y) for x, y, _ in prompt.points]
    labels = [ON if on else BESIDE for _, _, on in prompt.points]
    if prompt.box is not None:
        x1, y1, x2, y2 = prompt.box
        places, labels = [*places, (x1, y1), (x2, y2)], [*labels, CORNER, OTHER_CORNER]
    return frame.points(places), labels


def halved(array: F32) -> NDArray[Any]:
    """Return an array in half precision, unless that would make something infinite of it."""
    most = np.finfo(np.float16).max
    return array.astype(np.float16) if np.abs(array).max(initial=0.0) < most else array


def is_ambiguous(prompt: Prompt) -> bool:
    """Return whether a prompt may mean several things: it is a single click."""
    return prompt.box is None and prompt.previous is None and len(prompt.points) == 1


def ranked(scores: F32, prompt: Prompt) -> list[int]:
    """Return which masks are candidates, the best first.

    Args:
        scores: (K,) guesses of their IoU; of TOKENS masks the first is for plain prompts.
        prompt: What was asked.
    """
    order = [int(at) for at in np.argsort(-scores, kind="stable")]
    if len(order) == TOKENS:
        several = [at for at in order if at > 0]
        order = several if is_ambiguous(prompt) and prompt.multimask else [0, *several]
    return order[: MOST if prompt.multimask else 1]


def candidates(masks: F32, scores: F32, frame: Frame, prompt: Prompt) -> list[Candidate]:
    """Return the candidates among masks, the best first.

    Args:
        masks: (K, h, w) logits over the whole square.
        scores: (K,) guesses of their IoU.
        frame: Where the picture lies in the square.
        prompt: What was asked.
    """
    order = ranked(scores, prompt)
    return [_candidate(masks[at], float(scores[at]), frame, prompt) for at in order]


def nearest(masks: F32, scores: F32, frame: Frame, prompt: Prompt) -> list[Candidate]:
    """Return candidates for a box that the network was not told of: those that fill it best first.

    See `candidates`; the network was asked about the middle of the box instead.
    """
    assert prompt.box is not None
    rows = zip(masks, scores, strict=True)
    every = [_candidate(mask, float(one), frame, prompt) for mask, one in rows]
    agree = iou([one.box for one in every], [prompt.box])[:, 0]
    order = np.argsort(-agree, kind="stable")[: MOST if prompt.multimask else 1]
    return [every[at] for at in order]


def _candidate(logits: F32, score: float, frame: Frame, prompt: Prompt) -> Candidate:
    found = frame.mask(logits, level_of(prompt.threshold))
    if found is None:
        found, score = _faint(logits, frame, prompt), 0.0
    mask, window = found
    box = box_of(mask, window)
    if prompt.want == "box":
        return Candidate(box=box, score=score)
    return Candidate(box=box, score=score, window=window, mask=mask, logits=logits)


def _faint(logits: F32, frame: Frame, prompt: Prompt) -> Outline:
    """Return a mask although the network is sure of none: what is no fainter than the prompt."""
    if prompt.box is not None:
        x, y = (prompt.box[0] + prompt.box[2]) / 2, (prompt.box[1] + prompt.box[3]) / 2
    else:
        x, y, _ = next(one for one in prompt.points if one[2])
    rows, columns = logits.shape
    sx, sy = frame.scale
    column = min(columns - 1, max(0, int(x * sx * columns / frame.side)))
    row = min(rows - 1, max(0, int(y * sy * rows / frame.side)))
    found = frame.mask(logits, float(np.nextafter(logits[row, column], np.float32(-np.inf))))
    px, py = min(frame.width - 1, int(x)), min(frame.height - 1, int(y))
    return found or (np.ones((1, 1), np.bool_), (px, py))
