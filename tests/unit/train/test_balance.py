from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.samples import Sample, SampleSet
from sightline.train.balance import MOST, balanced_order, class_weight, picture_weights
from sightline.train.spec_io import build_spec

LABELS = (0,) * 90 + (1,) * 9 + (2,)


def single() -> SampleSet:
    rows = tuple(
        Sample(i, Path(str(i)), 0, label, "train", str(i)) for i, label in enumerate(LABELS)
    )
    return SampleSet((*rows, Sample(999, Path("v"), 0, 1, "val", "v")), ("a", "b", "c", "none"))


def multi() -> SampleSet:
    rows = []
    for i in range(100):
        tags = ((0, 1.0),) * (i < 80) + ((1, 0.8),) * (i % 10 == 0) + ((2, 0.4),) * (i == 5)
        rows.append(Sample(i, Path(str(i)), 0, 0, "train", str(i), tags))
    return SampleSet(tuple(rows), ("a", "b", "c"), task="multi")


def weights(samples: SampleSet, **loss: Any) -> Any:
    return class_weight(build_spec({"task": samples.task, "loss": loss}), samples)


def test_nothing_is_weighed_unless_asked() -> None:
    assert weights(single()) is None


def test_balanced_classes_count_alike_in_sum() -> None:
    found = weights(single(), class_weights="balanced")
    counts = np.array([90, 9, 1, 0])
    assert found[:3] * counts[:3] == pytest.approx(np.full(3, 100 / 3), rel=1e-5)
    assert found[3] == 1


def test_effective_numbers_weigh_less_steeply_and_reach_both_ends() -> None:
    plain = weights(single(), class_weights="balanced")
    none = weights(single(), class_weights="effective", effective_beta=0.0)
    some = weights(single(), class_weights="effective", effective_beta=0.9)
    near = weights(single(), class_weights="effective", effective_beta=0.99999)
    assert none[:3] == pytest.approx(np.ones(3))
    assert near[:3] == pytest.approx(plain[:3], rel=1e-2)
    assert plain[2] / plain[0] > some[2] / some[0] > 1
    assert (some[:3] * [90, 9, 1]).sum() == pytest.approx(100, rel=1e-5)


def test_the_presence_of_a_rare_tag_counts_for_more_but_not_without_end() -> None:
    found = weights(multi(), class_weights="balanced")
    assert found == pytest.approx([20 / 80, 90 / 10, 1.0])  # c is never more likely than not
    rare = SampleSet(
        tuple(
            Sample(i, Path(str(i)), 0, 0, "train", str(i), ((0, 1.0),) * (i == 0))
            for i in range(1000)
        ),
        ("a",),
        task="multi",
    )
    assert weights(rare, class_weights="balanced") == pytest.approx([MOST])


def test_pictures_are_shown_by_how_rare_their_class_is() -> None:
    found = picture_weights(single())
    assert found[:90].sum() == pytest.approx(1)
    assert found[99] == 1
    assert found[100] == 0, "val pictures are never drawn"
    tags = picture_weights(multi())
    assert tags[0] == 1 / 10, "its rarest tag"
    assert tags[1] == 1 / 80
    assert tags[99] == 1 / 18, "pictures without a tag are a class of their own"


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=6),
    st.integers(1, 400),
    st.integers(0, 5),
)
def test_each_picture_comes_as_often_as_its_share(
    counts: list[int], drawn: int, epoch: int
) -> None:
    share = np.concatenate([np.full(n, 1 / n) for n in counts])
    order = balanced_order(3, epoch, share, drawn)
    assert len(order) == drawn
    expected = share / share.sum() * drawn
    found = np.bincount(order, minlength=len(share))
    assert (found >= np.floor(expected - 1e-9)).all()
    assert (found <= np.ceil(expected + 1e-9)).all()
    assert (balanced_order(3, epoch, share, drawn) == order).all()


def test_frequent_pictures_take_turns_between_epochs() -> None:
    share = picture_weights(single())[:100]
    seen = {place for epoch in range(30) for place in balanced_order(0, epoch, share, 100).tolist()}
    assert len(seen) == 100
