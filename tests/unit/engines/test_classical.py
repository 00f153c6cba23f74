"""The built-in segmenter: its answers where the truth is known, and about odd pictures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sightline.core.assist import Candidate, Prompt
from sightline.core.errors import InvalidInputError
from sightline.core.ports import Segmenter
from sightline.engines.classical.engine import SIDE_PX, ClassicalSegmenter
from sightline.engines.classical.learned import WEIGHTS

WIDTH, HEIGHT = 160, 120
DISC = (80.0, 60.0, 30.0)
"""Centre x, y and radius of what is to be found in `scene`."""


def scene(width: int = WIDTH, height: int = HEIGHT, disc: tuple[float, ...] = DISC) -> np.ndarray:
    """A reddish disc with grain on a bluish ground with grain."""
    rng = np.random.default_rng(3)
    picture = rng.normal((90, 110, 150), 12, (height, width, 3))
    inner = disc_mask(width, height, disc)
    picture[inner] = rng.normal((180, 90, 70), 12, (int(inner.sum()), 3))
    return picture.clip(0, 255).astype(np.uint8)


def disc_mask(width: int, height: int, disc: tuple[float, ...] = DISC) -> np.ndarray:
    y, x = np.mgrid[:height, :width] + 0.5
    return np.asarray(np.hypot(x - disc[0], y - disc[1]) < disc[2])


def whole(found: Candidate, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """The candidate's mask in the whole picture; it has to fit in."""
    assert found.mask is not None
    drawn = np.zeros((height, width), np.bool_)
    (x, y), (high, wide) = found.window, found.mask.shape
    drawn[y : y + high, x : x + wide] = found.mask
    assert drawn.sum() == found.mask.sum()
    return drawn


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def box_iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    both = max(0.0, wide) * max(0.0, high)
    areas = sum((one[2] - one[0]) * (one[3] - one[1]) for one in (a, b))
    return both / (areas - both)


@pytest.fixture(scope="module")
def engine() -> ClassicalSegmenter:
    return ClassicalSegmenter()


def test_it_is_a_segmenter(engine: ClassicalSegmenter) -> None:
    assert isinstance(engine, Segmenter)
    assert engine.key.startswith("classical-")


@pytest.mark.parametrize("want", ["box", "mask"])
def test_a_loose_box_becomes_tight(engine: ClassicalSegmenter, want: str) -> None:
    encoding = engine.encode(scene())
    loose = (44.0, 22.0, 118.0, 99.0)
    (found,) = engine.predict(encoding, Prompt(box=loose, want="box" if want == "box" else "mask"))
    true = (50.0, 30.0, 110.0, 90.0)
    assert box_iou(found.box, true) > max(0.9, box_iou(loose, true) + 0.1)
    assert 0.5 < found.score <= 1
    assert (found.mask is None) == (want == "box")


def test_a_tight_box_stays(engine: ClassicalSegmenter) -> None:
    tight = (50.0, 30.0, 110.0, 90.0)
    (found,) = engine.predict(engine.encode(scene()), Prompt(box=tight, want="box"))
    assert box_iou(found.box, tight) > 0.93


def test_the_outline_in_a_box_is_that_of_the_object(engine: ClassicalSegmenter) -> None:
    (found,) = engine.predict(engine.encode(scene()), Prompt(box=(44, 22, 118, 99)))
    assert iou(whole(found), disc_mask(WIDTH, HEIGHT)) > 0.93


def test_a_higher_threshold_gives_fewer_pixels(engine: ClassicalSegmenter) -> None:
    encoding = engine.encode(scene())
    box = (DISC[0] - DISC[2], DISC[1] - DISC[2], DISC[0] + DISC[2], DISC[1] + DISC[2])
    areas = [
        whole(engine.predict(encoding, Prompt(box=box, threshold=one))[0]).sum()
        for one in (0.3, 0.5, 0.8)
    ]
    assert areas[0] > areas[1] > areas[2]


def test_an_object_that_the_picture_cuts_off_ends_at_its_border(
    engine: ClassicalSegmenter,
) -> None:
    disc = (10.0, 60.0, 40.0)
    encoding = engine.encode(scene(disc=disc))
    (found,) = engine.predict(encoding, Prompt(box=(0, 12, 60, 108)))
    assert found.box[0] < 2
    assert iou(whole(found), disc_mask(WIDTH, HEIGHT, disc)) > 0.9


def test_a_picture_larger_than_is_kept_is_answered_in_its_own_pixels(
    engine: ClassicalSegmenter,
) -> None:
    width, height = 2 * SIDE_PX, 40
    disc = (3000.0, 20.0, 12.0)
    encoding = engine.encode(scene(width, height, disc))
    assert encoding["picture"].shape == (20, SIDE_PX, 3)
    assert encoding["size"].tolist() == [width, height]
    (found,) = engine.predict(encoding, Prompt(box=(2984.0, 5.0, 3015.0, 36.0)))
    assert box_iou(found.box, (2988, 8, 3012, 32)) > 0.8
    assert iou(whole(found, width, height), disc_mask(width, height, disc)) > 0.7


@pytest.mark.parametrize(
    "box",
    [
        (30.0, 30.0, 31.0, 31.0),
        (30.2, 30.1, 30.4, 30.3),
        (159.5, 119.5, 160.0, 120.0),
        (0.0, 40.0, 160.0, 41.0),
        (40.0, 0.0, 41.0, 120.0),
        (0.0, 0.0, 160.0, 120.0),
        (-500.0, -20.0, 700.0, 900.0),
        (118.0, 99.0, 44.0, 22.0),
    ],
)
@pytest.mark.parametrize("kind", ["scene", "flat", "grey"])
def test_odd_boxes_have_answers_within_the_picture(
    engine: ClassicalSegmenter, box: tuple[float, float, float, float], kind: str
) -> None:
    picture = scene()
    if kind == "flat":
        picture[:] = 128
    if kind == "grey":
        picture = np.repeat(picture[..., :1], 3, axis=2)
    (found,) = engine.predict(engine.encode(picture), Prompt(box=box))
    x1, y1, x2, y2 = found.box
    assert 0 <= x1 < x2 <= WIDTH
    assert 0 <= y1 < y2 <= HEIGHT
    assert 0 <= found.score <= 1
    assert whole(found).any()


@pytest.mark.parametrize(
    "box",
    [
        (200.0, 10.0, 300.0, 50.0),
        (10.0, 10.0, 10.0, 50.0),
        (math.nan, 10.0, 30.0, 50.0),
        (0.0, 0.0, math.inf, 50.0),
    ],
)
def test_a_box_that_holds_nothing_is_refused(
    engine: ClassicalSegmenter, box: tuple[float, float, float, float]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        engine.predict(engine.encode(scene()), Prompt(box=box))
    assert caught.value.hint


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 300, 3), (300, 1, 3), (2, 3, 3)])
def test_tiny_pictures_have_answers(
    engine: ClassicalSegmenter, shape: tuple[int, int, int]
) -> None:
    height, width = shape[:2]
    encoding = engine.encode(np.full(shape, 90, np.uint8))
    (found,) = engine.predict(encoding, Prompt(box=(0, 0, width, height)))
    assert whole(found, width, height).any()


@pytest.mark.parametrize(
    "bad", [np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 3))]
)
def test_what_is_no_rgb_picture_is_refused(engine: ClassicalSegmenter, bad: np.ndarray) -> None:
    with pytest.raises(InvalidInputError):
        engine.encode(bad)


def test_a_prompt_that_says_nothing_has_no_answer(engine: ClassicalSegmenter) -> None:
    assert engine.predict(engine.encode(scene()), Prompt()) == []


def test_a_click_on_an_object_finds_it(engine: ClassicalSegmenter) -> None:
    found = engine.predict(engine.encode(scene()), Prompt(points=((85.0, 55.0, True),)))
    assert 1 <= len(found) <= 3
    true = disc_mask(WIDTH, HEIGHT)
    assert max(iou(whole(one), true) for one in found) > 0.85
    assert all(whole(one)[55, 85] for one in found)
    assert all(0 <= one.score <= 1 for one in found)


def test_candidates_of_a_click_differ(engine: ClassicalSegmenter) -> None:
    found = engine.predict(engine.encode(scene()), Prompt(points=((85.0, 55.0, True),)))
    masks = [whole(one) for one in found]
    assert len({mask.tobytes() for mask in masks}) == len(masks) > 1


def test_one_candidate_is_given_where_one_is_wanted(engine: ClassicalSegmenter) -> None:
    prompt = Prompt(points=((85.0, 55.0, True),), multimask=False)
    assert len(engine.predict(engine.encode(scene()), prompt)) == 1


def test_further_clicks_are_obeyed(engine: ClassicalSegmenter) -> None:
    encoding = engine.encode(scene())
    points = ((85.0, 55.0, True), (70.0, 75.0, True), (40.0, 20.0, False))
    first = engine.predict(encoding, Prompt(points=points[:1]))[-1]
    (fresh,) = engine.predict(encoding, Prompt(points=points))
    (later,) = engine.predict(encoding, Prompt(points=points, previous=first.logits))
    for one in (fresh, later):
        drawn = whole(one)
        assert [bool(drawn[int(y), int(x)]) for x, y, _ in points] == [True, True, False]
        assert iou(drawn, disc_mask(WIDTH, HEIGHT)) > 0.75


def test_a_click_off_the_object_takes_away_from_a_box(engine: ClassicalSegmenter) -> None:
    encoding = engine.encode(scene())
    prompt = Prompt(box=(44, 22, 118, 99), points=((55.0, 35.0, False), (80.0, 60.0, True)))
    (found,) = engine.predict(encoding, prompt)
    drawn = whole(found)
    assert not drawn[35, 55]
    assert drawn[60, 80]
    assert iou(drawn, disc_mask(WIDTH, HEIGHT)) > 0.85


def test_what_was_answered_can_be_fed_back(engine: ClassicalSegmenter) -> None:
    encoding = engine.encode(scene())
    found = engine.predict(encoding, Prompt(points=((85.0, 55.0, True),)))[0]
    assert found.logits is not None
    assert found.logits.dtype == np.float32
    assert np.isfinite(found.logits).all()
    assert found.logits.shape == encoding["labels"].shape


@pytest.mark.parametrize("kind", ["flat", "grey"])
@pytest.mark.parametrize("point", [(0.0, 0.0), (160.0, 120.0), (80.0, 60.0), (159.9, 0.1)])
def test_clicks_on_odd_pictures_and_places_have_answers(
    engine: ClassicalSegmenter, kind: str, point: tuple[float, float]
) -> None:
    picture = scene()
    if kind == "flat":
        picture[:] = 128
    else:
        picture = np.repeat(picture[..., :1], 3, axis=2)
    encoding = engine.encode(picture)
    for prompt in (
        Prompt(points=((*point, True),)),
        Prompt(points=((*point, True), (5.0, 110.0, True), (150.0, 60.0, False))),
    ):
        for found in engine.predict(encoding, prompt):
            assert whole(found).any()
            x1, y1, x2, y2 = found.box
            assert 0 <= x1 < x2 <= WIDTH
            assert 0 <= y1 < y2 <= HEIGHT


@pytest.mark.parametrize(
    "points",
    [
        ((50.0, 50.0, False),),
        ((-1.0, 50.0, True),),
        ((50.0, 121.0, True),),
        ((math.nan, 50.0, True),),
    ],
)
def test_points_that_say_nothing_of_an_object_are_refused(
    engine: ClassicalSegmenter, points: tuple[tuple[float, float, bool], ...]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        engine.predict(engine.encode(scene()), Prompt(points=points))
    assert caught.value.hint


def test_equal_questions_have_equal_answers() -> None:
    picture, prompt = scene(), Prompt(points=((85.0, 55.0, True),))
    first, second = (
        one.predict(one.encode(picture), prompt)
        for one in (ClassicalSegmenter(), ClassicalSegmenter())
    )
    assert [one.box for one in first] == [one.box for one in second]
    assert [one.score for one in first] == [one.score for one in second]


def test_an_encoding_is_plain_arrays_that_can_be_kept(engine: ClassicalSegmenter) -> None:
    picture = np.tile(scene(), (8, 8, 1))
    encoding = engine.encode(picture)
    assert all(one.dtype != np.object_ for one in encoding.values())
    kept = sum(one.nbytes for one in encoding.values())
    assert kept < picture.nbytes + 500_000


def test_the_weights_are_few() -> None:
    assert WEIGHTS.stat().st_size <= 100_000
