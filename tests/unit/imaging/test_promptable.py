"""Which of a network's masks answers a prompt, and how prompts and maps travel."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.core.assist import Prompt
from sightline.core.preprocess import Preprocess
from sightline.imaging.frame import frame_of
from sightline.imaging.promptable import candidates, halved, nearest, ranked, tokens_of

CLICK = Prompt(points=((10.0, 20.0, True),))
BOX = Prompt(box=(10.0, 20.0, 40.0, 60.0))
FRAME = frame_of(64, 64, Preprocess(size=64))


@pytest.mark.parametrize(
    ("scores", "prompt", "order"),
    [
        ([0.9, 0.1, 0.8, 0.5], CLICK, [2, 3, 1]),
        ([0.1, 0.2, 0.8, 0.5], BOX, [0, 2, 3]),
        ([0.1, 0.2, 0.8, 0.5], Prompt(points=(*CLICK.points, (3.0, 4.0, False))), [0, 2, 3]),
        ([0.1, 0.8], Prompt(points=CLICK.points, previous=np.zeros((4, 4), np.float32)), [1, 0]),
        ([0.1, 0.2, 0.8, 0.5], Prompt(points=CLICK.points, multimask=False), [0]),
        ([0.3, 0.9, 0.5], BOX, [1, 2, 0]),
        ([0.3], CLICK, [0]),
    ],
)
def test_the_first_of_four_is_for_prompts_without_doubt(
    scores: list[float], prompt: Prompt, order: list[int]
) -> None:
    assert ranked(np.array(scores, np.float32), prompt) == order


def test_points_lie_before_the_corners_of_a_box() -> None:
    points, labels = tokens_of(Prompt(box=BOX.box, points=((1.0, 2.0, False),)), FRAME)
    assert labels == [0, 2, 3]
    assert points.tolist() == [[0.5, 1.5], [9.5, 19.5], [39.5, 59.5]]


def test_of_masks_asked_for_otherwise_the_one_that_fills_the_box_is_first() -> None:
    masks = np.full((3, 64, 64), -9.0, np.float32)
    masks[0, 5:9, 5:9] = 9
    masks[1, 20:60, 10:40] = 9
    masks[2, :, :] = 9
    found = nearest(masks, np.array([0.9, 0.1, 0.5], np.float32), FRAME, BOX)
    assert found[0].box == pytest.approx(BOX.box, abs=1)
    assert len(found) == 3


def test_a_mask_that_is_nowhere_sure_is_still_an_answer_of_no_worth() -> None:
    masks = np.full((1, 16, 16), -3.0, np.float32)
    masks[0, 4:6, 2:4] = -1
    (found,) = candidates(masks, np.array([0.7], np.float32), FRAME, CLICK)
    assert found.score == 0
    assert found.mask is not None
    assert found.mask.any()


def test_what_half_precision_cannot_hold_stays_whole() -> None:
    assert halved(np.array([1.5], np.float32)).dtype == np.float16
    assert halved(np.array([1e6], np.float32)).dtype == np.float32
    assert halved(np.array([], np.float32)).dtype == np.float16
