from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.geometry import keypoints
from sightline.core.geometry.shapes import Keypoints

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rows(seed: int, count: int, points: int = 17) -> NDArray[Any]:
    rng = np.random.default_rng(seed)
    found = rng.uniform(0, 60, (count, points, 3))
    found[..., 2] = rng.integers(0, 3, (count, points))
    found[:, 0, 2] = 2
    return found


def test_similarity_is_that_of_coco() -> None:
    from faster_coco_eval import COCO, COCOeval_faster

    truth, found = rows(1, 4), rows(2, 3)
    areas = np.array([900.0, 2500.0, 400.0, 3600.0])
    gt = COCO(
        {
            "images": [{"id": 1}],
            "categories": [{"id": 1, "name": "person"}],
            "annotations": [
                {
                    "id": at + 1,
                    "image_id": 1,
                    "category_id": 1,
                    "keypoints": row.ravel().tolist(),
                    "num_keypoints": int((row[:, 2] > 0).sum()),
                    "area": areas[at],
                    "bbox": [0, 0, 60, 60],
                    "iscrowd": 0,
                }
                for at, row in enumerate(truth)
            ],
        }
    )
    dt = gt.loadRes(
        [
            {"image_id": 1, "category_id": 1, "keypoints": row.ravel().tolist(), "score": 0.9 - at}
            for at, row in enumerate(found)
        ]
    )
    judge = COCOeval_faster(gt, dt, iouType="keypoints")
    judge._prepare()
    ours = keypoints.oks(truth, found, areas, keypoints.sigmas_of(17))
    np.testing.assert_allclose(ours.T, judge.computeOks(1, 1), atol=1e-9)


def test_points_that_are_not_given_do_not_count() -> None:
    truth = keypoints.rows_of([Keypoints(((5.0, 5.0, 2), (0.0, 0.0, 0)))], 2)
    near = keypoints.rows_of([Keypoints(((5.0, 5.0, 2), (40.0, 40.0, 2)))], 2)
    assert keypoints.oks(truth, near, [100], keypoints.sigmas_of(2)) == pytest.approx(1)


def test_a_longer_skeleton_is_cut_and_a_shorter_one_filled_up() -> None:
    shape = Keypoints(((1.0, 2.0, 2), (3.0, 4.0, 1)))
    assert keypoints.rows_of([shape], 1).tolist() == [[[1, 2, 2]]]
    assert keypoints.rows_of([shape], 3)[0, 2].tolist() == [0, 0, 0]
    assert keypoints.oks(np.zeros((0, 3, 3)), np.ones((2, 3, 3)), [], [0.1] * 3).shape == (0, 2)
