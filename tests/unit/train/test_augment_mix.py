from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.train.augment_mix import draw_mix, mixes
from sightline.train.spec_augment import AugmentPart


@given(
    mixup=st.floats(0, 4),
    cutmix=st.floats(0, 4),
    count=st.integers(1, 20),
    side=st.integers(8, 40),
    seed=st.integers(0, 2**31 - 1),
)
@settings(max_examples=60, deadline=None)
def test_a_labels_share_is_that_of_the_pixels(
    mixup: float, cutmix: float, count: int, side: int, seed: int
) -> None:
    part = AugmentPart(mixup=mixup, cutmix=cutmix)
    if not mixes(part):
        return
    plan = draw_mix(part, seed, epoch=1, step=2, count=count, side=side)
    weight = plan.weight(slice(0, count), side)
    assert ((weight >= 0) & (weight <= 1)).all()
    assert np.allclose(weight.mean(axis=(1, 2, 3)), plan.share, atol=1e-5)
    assert sorted(plan.other) == list(range(count))
    for row in range(count):
        one = plan.weight(slice(row, row + 1), side)
        assert np.array_equal(np.broadcast_to(one[0], weight[row].shape), weight[row])


def test_with_both_some_are_mixed_whole_and_some_in_a_rectangle() -> None:
    plan = draw_mix(AugmentPart(mixup=1.0, cutmix=1.0), 0, epoch=0, step=0, count=200, side=32)
    assert plan.box is not None
    cut = plan.box.any(axis=1)
    assert 60 < cut.sum() < 140
