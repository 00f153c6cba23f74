from __future__ import annotations

import numpy as np
import pytest

from sightline.core.geometry.shapes import Box, Keypoints, OrientedBox, Point, Polygon
from sightline.core.progress import Silent
from sightline.flows.detection.judge import judge_all
from sightline.flows.detection.sides import Item, Sides
from sightline.metrics.detection import Judged
from sightline.metrics.detection_errors import FAULTS

SIZE = (40, 30)


def picture(key: int, truth: list[Item], found: list[Item]) -> Judged:
    sides = Sides("box")
    return Judged(key, sides.side(truth, SIZE), sides.side(found, SIZE))


def test_a_report_counts_each_object_once_by_class_and_by_kind() -> None:
    here, there = Box(0, 0, 10, 10), Box(20, 0, 30, 10)
    made = judge_all(
        [
            picture(7, [Item(0, here), Item(1, there)], [Item(0, here, 0.9), Item(0, there, 0.8)]),
            picture(9, [Item(0, here)], [Item(1, Box(0, 20, 8, 28), 0.1)]),
        ],
        ["cat", "dog", "bird"],
        Silent(),
        min_score=0.05,
    )
    report = made.report
    assert (report["images"], report["truth"], report["predicted"]) == (2, 3, 3)
    cat, dog = report["per_class"]
    assert (cat["name"], cat["truth"], cat["predicted"], cat["missed"]) == ("cat", 2, 2, 1)
    assert (cat["precision"], cat["recall"]) == (0.5, 0.5)
    assert (dog["wrong_class"], dog["extra"], dog["precision"], dog["recall"]) == (1, 1, 0, 0)
    assert {"truth": None, "said": "dog", "count": 1} in report["confusion"]
    assert report["errors"]["wrong_class"] == {"objects": 1, "images": 1}
    assert made.faults.image_id.tolist() == [7, 9, 9]
    assert [FAULTS[at] for at in made.faults.kind] == ["wrong_class", "extra", "missed"]
    assert made.faults.truth_box[0].tolist() == [20, 0, 30, 10]
    assert made.faults.said_box[2].tolist() == [0, 0, 0, 0]
    assert judge_all([picture(7, [Item(0, here)], [Item(0, here, 0.7)])], ["cat"], Silent()).report[
        "min_score"
    ] == pytest.approx(0.7)


def test_nothing_on_either_side_is_a_report_without_figures() -> None:
    made = judge_all([picture(1, [], [])], ["cat"], Silent())
    assert (made.report["map"], made.report["f1"], made.report["per_class"]) == (None, None, [])
    assert made.faults.truth_box.shape == (0, 4)
    assert made.report["errors"]["missed"] == {"objects": 0, "images": 0}


def test_pixels_are_drawn_once_and_what_has_none_is_counted() -> None:
    sides = Sides("mask")
    made = sides.side(
        [
            Item(0, Polygon((((0, 0, 10, 0, 0, 10),),)), crowd=True),
            Item(0, OrientedBox(20, 15, 10, 4, 30)),
            Item(1, Keypoints(((1.0, 1.0, 2), (9.0, 9.0, 1)))),
            Item(1, Point(3, 3)),
            Item(1, Box(50, 50, 60, 60)),
        ],
        SIZE,
    )
    assert (len(made), len(made.masks), sides.no_area) == (3, 3, 2)
    assert made.crowd.tolist() == [True, False, False]
    assert made.areas[0] == pytest.approx(50, abs=6)
    assert made.areas[2] == 64
    np.testing.assert_allclose(made.boxes[0], [0, 0, 10, 10])
