from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sightline.curate.consistency import CHECKS, Drawn, check, why


def drawn(
    boxes: list[tuple[float, float, float, float]],
    *,
    ordinal: list[int] | None = None,
    class_id: list[int] | None = None,
    points: tuple[int, ...] = (),
) -> Drawn:
    n = len(boxes)
    extent = np.ones(n, np.bool_)
    extent[list(points)] = False
    return Drawn(
        np.asarray(ordinal or [0] * n, np.int64),
        np.asarray(class_id or [1] * n, np.int32),
        np.asarray(boxes, np.float64).reshape(-1, 4),
        np.tile(np.asarray([100, 80], np.int32), (n, 1)),
        extent,
    )


def test_nothing_is_found_in_nothing_and_in_good_boxes() -> None:
    for boxes in ([], [(0.0, 0.0, 20.0, 20.0), (30.0, 30.0, 60.0, 60.0), (-0.4, 0.0, 9.0, 80.4)]):
        found = check(drawn(boxes))
        assert list(found) == list(CHECKS)
        assert all(len(one.at) == 0 for one in found.values())


def test_thin_whole_and_outside_boxes_are_found_worst_first() -> None:
    boxes = [
        (0.0, 0.0, 20.0, 2.5),
        (0.0, 0.0, 99.0, 79.5),
        (0.0, 0.0, 1.0, 30.0),
        (50.0, 50.0, 103.0, 70.0),
        (-9.0, 5.0, 10.0, 15.0),
    ]
    found = check(drawn(boxes, class_id=[1, 2, 3, 4, 5]))
    assert found["tiny"].at.tolist() == [2, 0]
    assert found["tiny"].value.tolist() == [1.0, 2.5]
    assert found["huge"].at.tolist() == [1]
    assert found["outside"].at.tolist() == [4, 3]
    assert found["outside"].value.tolist() == [9.0, 3.0]


def test_points_are_neither_tiny_nor_double() -> None:
    found = check(drawn([(5.0, 5.0, 5.0, 5.0)] * 3, points=(0, 1, 2)))
    assert all(len(one.at) == 0 for one in found.values())


def test_an_object_is_judged_by_the_others_of_its_class() -> None:
    rng = np.random.default_rng(3)
    side = rng.normal(20, 0.5, 60)
    boxes = [(0.0, 0.0, float(s), float(s)) for s in side]
    boxes[7] = (0.0, 0.0, 4.0, 4.0)
    boxes[9] = (0.0, 0.0, 70.0, 70.0)
    found = check(drawn(boxes, ordinal=list(range(60))))
    assert found["tiny"].at.tolist() == [7]
    assert found["tiny"].value[0] < 0
    assert found["huge"].at.tolist() == [9]
    assert found["huge"].value[0] < 0


def test_doubles_and_overlaps_are_found_within_an_image_only() -> None:
    boxes = [
        (0.0, 0.0, 20.0, 20.0),
        (0.0, 0.0, 20.0, 19.0),  # double of the first
        (0.0, 0.0, 20.0, 12.0),  # lies on it
        (0.0, 0.0, 20.0, 20.0),  # another image
        (50.0, 50.0, 60.0, 60.0),
        (50.0, 50.0, 60.0, 60.0),  # the same place, another class
        (50.0, 50.0, 60.0, 58.0),  # another class again, no longer the same place
    ]
    found = check(drawn(boxes, ordinal=[0, 0, 0, 1, 1, 1, 1], class_id=[1, 1, 1, 1, 1, 2, 3]))
    assert found["duplicate"].at.tolist() == [5, 1]
    assert found["duplicate"].other.tolist() == [4, 0]
    assert found["overlap"].at.tolist() == [2]
    assert found["overlap"].other.tolist() == [1]


@given(st.integers(0, 1000), st.integers(2, 90), st.integers(1, 4))
def test_pairs_are_those_of_the_plain_double_loop(seed: int, n: int, images: int) -> None:
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 12, (n, 2))
    boxes = np.concatenate([low, low + rng.integers(3, 9, (n, 2))], 1).astype(float)
    ordinal = np.sort(rng.integers(0, images, n))
    classes = rng.integers(1, 3, n)
    found = check(
        drawn([tuple(one) for one in boxes], ordinal=ordinal.tolist(), class_id=classes.tolist())
    )
    double, over = set(), set()
    for j in range(n):
        for i in range(j):
            if ordinal[i] != ordinal[j]:
                continue
            w, h = np.minimum(boxes[i, 2:], boxes[j, 2:]) - np.maximum(boxes[i, :2], boxes[j, :2])
            both = max(w, 0) * max(h, 0)
            area = sum(float(np.prod(b[2:] - b[:2])) for b in (boxes[i], boxes[j]))
            iou = both / (area - both)
            same = classes[i] == classes[j]
            if iou >= (0.9 if same else 0.97):
                double.add(j)
            elif same and iou >= 0.5:
                over.add(j)
    assert set(found["duplicate"].at.tolist()) == double
    assert set(found["overlap"].at.tolist()) == over


def test_reasons_are_sentences_that_name_what_was_measured() -> None:
    said = [
        why("tiny", 2.25, class_name="car", other=""),
        why("tiny", -7.0, class_name="car", other=""),
        why("huge", 0.97, class_name="car", other=""),
        why("huge", -6.0, class_name="car", other=""),
        why("outside", 12.0, class_name="car", other=""),
        why("duplicate", 0.984, class_name="car", other="bus"),
        why("overlap", 0.61, class_name="car", other="car"),
    ]
    assert said == [
        "2.2 px wide",
        "far smaller than most car",
        "97% of the picture",
        "far larger than most car",
        "12 px outside",
        "in the place of a bus (IoU 0.98)",
        "IoU 0.61 with another car",
    ]
