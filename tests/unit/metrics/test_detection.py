from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.geometry import boxes, masks
from sightline.metrics.detection import Judged, Side, average_precision
from sightline.metrics.detection_errors import (
    Verdict,
    best_score,
    confusion,
    hits,
    judge,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

CAT, DOG = 0, 1
NO: list[Any] = []
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def side(
    rows: Sequence[tuple[int, Sequence[float]]],
    scores: Sequence[float] | None = None,
    crowd: Sequence[int] = (),
) -> Side:
    places = boxes.as_boxes([list(box) for _, box in rows])
    marks = np.zeros(len(rows), np.bool_)
    marks[list(crowd)] = True
    given = [1.0] * len(rows) if scores is None else scores
    return Side(
        np.array([k for k, _ in rows], np.int64),
        places,
        boxes.area(places),
        np.array(given, np.float64),
        marks,
    )


def kinds(verdict: Verdict) -> list[str]:
    return [error.kind for error in verdict.errors]


def scene(seed: int, pictures: int = 12) -> list[Judged]:
    rng = np.random.default_rng(seed)
    out = []
    for key in range(pictures):
        low = rng.uniform(0, 300, (rng.integers(0, 7), 2))
        truth = np.concatenate([low, low + rng.uniform(5, 150, low.shape)], axis=1)
        classes = rng.integers(0, 3, len(truth))
        moved = truth + rng.normal(0, 5, truth.shape)
        said = np.where(rng.random(len(truth)) < 0.15, rng.integers(0, 3, len(truth)), classes)
        low = rng.uniform(0, 300, (rng.integers(0, 4), 2))
        extra = np.concatenate([low, low + rng.uniform(5, 150, low.shape)], axis=1)
        found = [(int(k), row) for k, row in zip(said, moved, strict=True)]
        found += [(int(rng.integers(0, 3)), row) for row in extra]
        crowd = [0] if len(truth) and rng.random() < 0.2 else []
        true = [(int(k), row) for k, row in zip(classes, truth, strict=True)]
        out.append(
            Judged(key, side(true, crowd=crowd), side(found, rng.random(len(found)).tolist()))
        )
    return out


def by_pycocotools(pictures: list[Judged], classes: int) -> Any:
    from contextlib import redirect_stdout
    from io import StringIO

    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with redirect_stdout(StringIO()):
        truth, rows = COCO(), []
        truth.dataset = {
            "images": [{"id": at} for at in range(len(pictures))],
            "categories": [{"id": k} for k in range(classes)],
            "annotations": [],
        }
        for image, picture in enumerate(pictures):
            for at, box in enumerate(boxes.to_xywh(picture.truth.boxes)):
                truth.dataset["annotations"].append(
                    {
                        "id": len(truth.dataset["annotations"]) + 1,
                        "image_id": image,
                        "category_id": int(picture.truth.classes[at]),
                        "bbox": box.tolist(),
                        "area": float(picture.truth.areas[at]),
                        "iscrowd": int(picture.truth.crowd[at]),
                    }
                )
            for at, box in enumerate(boxes.to_xywh(picture.found.boxes)):
                score = float(picture.found.scores[at])
                k = int(picture.found.classes[at])
                rows.append(
                    {"image_id": image, "category_id": k, "bbox": box.tolist(), "score": score}
                )
        truth.createIndex()
        found = COCOeval(truth, truth.loadRes(rows), "bbox")
        found.evaluate()
        found.accumulate()
        found.summarize()
        return found.stats


@pytest.mark.parametrize("seed", [0, 1])
def test_figures_are_those_of_pycocotools(seed: int) -> None:
    pictures = scene(seed)
    found, theirs = average_precision(pictures, 3), by_pycocotools(pictures, 3)
    ours = [
        found.ap,
        found.ap50,
        found.ap75,
        *found.ap_by_size.values(),
        *found.recall.values(),
    ]
    expected = [None if value < 0 else value for value in theirs[:9]]
    for one, other in zip(ours, expected, strict=True):
        assert one == (None if other is None else pytest.approx(other, abs=1e-9))
    known = [one["ap"] for one in found.per_class if one["ap"] is not None]
    assert np.mean(known) == pytest.approx(found.ap)


def test_masks_are_laid_over_each_other_by_their_pixels() -> None:
    yy, xx = np.mgrid[:40, :40]
    disc = masks.encode((xx - 20) ** 2 + (yy - 20) ** 2 < 200)
    ring = masks.encode(
        ((xx - 20) ** 2 + (yy - 20) ** 2 < 200) & ((xx - 20) ** 2 + (yy - 20) ** 2 > 120)
    )
    box = [(CAT, disc.bounds())]
    truth, found = side(box), side(box, [0.9])
    truth = Side(truth.classes, truth.boxes, truth.areas, truth.scores, truth.crowd, (disc,))
    found = Side(found.classes, found.boxes, found.areas, found.scores, found.crowd, (ring,))
    picture = Judged(1, truth, found)
    assert average_precision([picture], 1, "box").ap == pytest.approx(1)
    assert average_precision([picture], 1, "mask").ap == pytest.approx(0)
    assert kinds(judge(picture, "box")) == []
    assert kinds(judge(picture, "mask")) == ["badly_placed"]
    assert truth.and_(found).masks == (disc, ring)


def test_without_true_objects_there_is_no_figure() -> None:
    found = average_precision([Judged(0, side(NO), side([(CAT, (0, 0, 9, 9))], [0.5]))], 2)
    assert (found.ap, found.ap50, found.recall[100]) == (None, None, None)
    nothing = average_precision([Judged(0, side([(CAT, (0, 0, 9, 9))]), side(NO))], 2)
    assert (nothing.ap, nothing.per_class[DOG]["ap"]) == (0, None)


def test_each_kind_of_error_is_told_apart() -> None:
    truth = side(
        [
            (CAT, (0, 0, 10, 10)),
            (DOG, (20, 0, 30, 10)),
            (CAT, (40, 0, 50, 10)),
            (DOG, (60, 0, 70, 10)),
        ]
    )
    found = side(
        [
            (CAT, (0, 0, 10, 9)),  # right
            (CAT, (0, 0, 10, 8)),  # once more
            (CAT, (20, 0, 30, 10)),  # a dog
            (CAT, (46, 0, 56, 10)),  # beside it
            (DOG, (90, 90, 99, 99)),  # nothing there
        ],
        [0.9, 0.8, 0.7, 0.6, 0.5],
    )
    verdict = judge(Judged(1, truth, found), "box")
    assert kinds(verdict) == ["duplicate", "wrong_class", "badly_placed", "extra", "missed"]
    assert verdict.hit.tolist() == [0, -1, -1, -1, -1]
    assert [error.truth for error in verdict.errors] == [0, 1, 2, -1, 3]
    table = confusion([Judged(1, truth, found)], [verdict], 2)
    assert table.tolist() == [[1, 0, 1], [1, 0, 1], [2, 1, 0]]


def test_every_true_object_is_found_missed_or_explained_once() -> None:
    for picture in scene(3, 30):
        verdict = judge(picture, "box", 0.3)
        told = [
            e.truth for e in verdict.errors if e.kind in ("missed", "wrong_class", "badly_placed")
        ]
        told += verdict.hit[verdict.hit >= 0].tolist()
        assert sorted(told) == np.flatnonzero(~picture.truth.crowd).tolist()
        said = [e.found for e in verdict.errors if e.found >= 0]
        right = (verdict.hit >= 0) | verdict.ignored
        sure = picture.found.scores >= 0.3
        assert sorted(said) == np.flatnonzero(sure & ~right).tolist()


def test_parts_of_a_crowd_are_neither_right_nor_wrong() -> None:
    truth = side([(CAT, (0, 0, 100, 100))], crowd=[0])
    found = side([(CAT, (5, 5, 20, 20)), (DOG, (5, 5, 20, 20))], [0.9, 0.8])
    verdict = judge(Judged(1, truth, found), "box")
    assert verdict.ignored.tolist() == [True, False]
    assert kinds(verdict) == ["extra"]


def test_the_surest_chooses_first_and_what_is_below_the_score_is_not_there() -> None:
    truth = side([(CAT, (0, 0, 10, 10))])
    found = side([(CAT, (0, 0, 10, 8)), (CAT, (0, 0, 10, 10))], [0.9, 0.4])
    picture = Judged(1, truth, found)
    assert hits(picture, picture.iou("box")).tolist() == [0, -1]
    assert kinds(judge(picture, "box")) == ["duplicate"]
    assert kinds(judge(picture, "box", 0.5)) == []
    assert kinds(judge(picture, "box", 0.95)) == ["missed"]


def test_the_best_score_is_where_f1_is_highest() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.6])
    assert best_score(scores, np.array([True, True, False, False, False]), 3) == 0.8
    assert best_score(scores, np.array([True, True, True, True, True]), 5) == 0.6
    assert best_score(scores, np.zeros(5, np.bool_), 3) == 0
    assert best_score(np.zeros(0), np.zeros(0, np.bool_), 3) == 0
