from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from sightline.core.errors import InvalidInputError
from sightline.train.augment import Augmenter
from sightline.train.data import batches
from sightline.train.preview import Preview
from sightline.train.preview_plan import plan_views
from sightline.train.spec_io import build_spec
from sightline.train.start import preprocess_of

PX = 16
TRAIN = np.array([1, 2, 4, 5, 7, 8, 9, 11, 12], np.int64)
PICTURES = np.random.default_rng(3).integers(0, 256, (13, PX, PX, 3), dtype=np.uint8)


def seen_by_the_loop(spec: Any, epoch: int) -> list[list[np.ndarray]]:
    """Return what the network gets in each step of an epoch, as the loop makes it, in 0..255."""
    rule = preprocess_of(spec)
    device = torch.device("cpu")
    augmenter = Augmenter(spec.augment, rule, seed=spec.seed, device=device)
    mean, std = (np.array(one).reshape(3, 1, 1) for one in (rule.mean, rule.std))
    steps = []
    groups = batches(
        spec.seed, epoch, TRAIN, views=spec.augment.views, batch=spec.batch_size * spec.accumulate
    )
    for step, group in enumerate(groups):
        x = augmenter.batch(PICTURES[group], group % 3, epoch=epoch, step=step).x.numpy()
        steps.append([np.clip((one * std + mean) * 255, 0, 255).transpose(1, 2, 0) for one in x])
    return steps


@pytest.mark.parametrize(
    "augment",
    [
        {},
        {"policy": "trivialaugment", "blur": 0.5, "erase": 0.5, "crop": 0.5},
        {"mixup": 0.4, "views": 2, "noise": 0.1},
        {"cutmix": 1.0, "mixup": 1.0, "perspective": 0.3, "jpeg": 1.0},
    ],
)
def test_the_preview_shows_what_the_loop_gives_the_network(augment: dict[str, Any]) -> None:
    spec = build_spec(
        {"image_size": PX, "batch_size": 2, "accumulate": 2, "seed": 5, "augment": augment}
    )
    plan = plan_views(spec, TRAIN, np.array([4, 11], np.int64), epoch=1, views=3)
    views = [view for seen in plan.values() for view in seen]
    assert len(views) == 6
    arguments = {"spec": spec.model_dump(mode="json"), "views": [one.to_dict() for one in views]}
    _, (shown,) = Preview().answer("views", arguments, [PICTURES])
    for view, pixels in zip(views, shown, strict=True):
        expected = seen_by_the_loop(spec, view.epoch)[view.step][view.row]
        assert abs(pixels.astype(float) - expected).max() <= 1.01
        assert (view.other is None) == (not ("mixup" in augment or "cutmix" in augment))


def test_another_seed_shows_other_views_and_the_same_seed_the_same() -> None:
    def shown(seed: int) -> np.ndarray:
        spec = build_spec({"image_size": PX, "seed": seed})
        plan = plan_views(spec, TRAIN, TRAIN[:1], epoch=0, views=2)
        views = [one.to_dict() for one in plan[int(TRAIN[0])]]
        arguments = {"spec": spec.model_dump(mode="json"), "views": views}
        pixels: np.ndarray = Preview().answer("views", arguments, [PICTURES])[1][0]
        return pixels

    assert np.array_equal(shown(1), shown(1))
    assert not np.array_equal(shown(1), shown(2))


def test_the_preview_knows_only_what_it_says() -> None:
    assert Preview().answer("facts", {}, []) == ({}, [])
    with pytest.raises(InvalidInputError, match="no other"):
        Preview().answer("other", {}, [])
