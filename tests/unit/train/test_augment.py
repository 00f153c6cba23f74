from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from sightline.core.preprocess import Preprocess
from sightline.imaging.preprocess import normalise
from sightline.train.augment import Augmenter
from sightline.train.augment_warp import affine
from sightline.train.spec_augment import AugmentPart

RULE = Preprocess(size=16)
IMAGES = np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)
LABELS = np.array([0, 1, 2, 0, 1])
STILL: dict[str, Any] = dict.fromkeys(
    ("rotate", "scale", "translate", "shear", "brightness", "contrast"), 0.0
)


def augmenter(seed: int = 0, **part: Any) -> Augmenter:
    return Augmenter(AugmentPart(**{**STILL, **part}), RULE, seed=seed, device=torch.device("cpu"))


def test_nothing_switched_on_is_the_plain_picture_as_serving_sees_it() -> None:
    batch = augmenter().batch(IMAGES, LABELS, epoch=3, step=4)
    assert torch.equal(batch.x, augmenter().plain(IMAGES))
    assert abs(batch.x.numpy() - normalise(IMAGES, RULE)).max() < 1e-5
    assert batch.y.tolist() == LABELS.tolist()


ALL: dict[str, Any] = {
    "rotate": 20.0, "scale": 0.2, "translate": 0.1, "shear": 10.0, "flip": 0.5, "elastic": 0.1,
    "flip_vertical": 0.5, "brightness": 0.2, "contrast": 0.2, "colour": 0.5, "erase": 0.5,
    "mixup": 0.4,
}  # fmt: skip


@pytest.mark.parametrize("key", ALL)
def test_each_variation_changes_pictures_and_is_repeatable(key: str) -> None:
    one = augmenter(**{key: ALL[key]})
    batch = one.batch(IMAGES, LABELS, epoch=1, step=2)
    assert not torch.equal(batch.x, one.plain(IMAGES))
    again = augmenter(**{key: ALL[key]}).batch(IMAGES, LABELS, epoch=1, step=2)
    assert torch.equal(batch.x, again.x)
    assert torch.isfinite(batch.x).all()


@pytest.mark.parametrize("place", [{"epoch": 1, "step": 3}, {"epoch": 2, "step": 2}])
def test_every_step_of_every_epoch_varies_otherwise(place: dict[str, int]) -> None:
    one = augmenter(**ALL)
    first = one.batch(IMAGES, LABELS, epoch=1, step=2)
    assert not torch.equal(first.x, one.batch(IMAGES, LABELS, **place).x)
    other = augmenter(seed=1, **ALL).batch(IMAGES, LABELS, epoch=1, step=2)
    assert not torch.equal(first.x, other.x)


def test_a_certain_flip_mirrors_the_picture() -> None:
    mirrored = augmenter(flip=1.0).batch(IMAGES, LABELS, epoch=0, step=0).x
    expected = augmenter().plain(IMAGES[:, :, ::-1].copy())
    assert torch.allclose(mirrored, expected, atol=1e-4)
    upside = augmenter(flip_vertical=1.0).batch(IMAGES, LABELS, epoch=0, step=0).x
    assert torch.allclose(upside, augmenter().plain(IMAGES[:, ::-1].copy()), atol=1e-4)


def test_a_right_angle_turns_the_picture() -> None:
    draws = torch.full((1, 16), 0.5)
    draws[:, 0] = 1.0  # + 90 degrees
    theta = affine(draws, AugmentPart(**{**STILL, "rotate": 90.0}))
    expected = torch.tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]])
    assert torch.allclose(theta, expected, atol=1e-6)


def test_mixup_gives_each_target_its_share() -> None:
    batch = augmenter(mixup=1.0).batch(IMAGES, LABELS, epoch=0, step=1)
    assert batch.y2 is not None
    assert batch.share is not None
    assert ((batch.share >= 0) & (batch.share <= 1)).all()
    assert sorted(batch.y2.tolist()) == sorted(LABELS.tolist())
    part = batch.part(1, 3)
    assert len(part) == 2
    assert part.share is not None
    assert torch.equal(part.share, batch.share[1:3])
    assert batch.part(0, 5) is batch


def test_erasing_covers_a_part_of_some_pictures_only() -> None:
    one = augmenter(erase=0.5)
    images = np.repeat(IMAGES[:1], 64, axis=0)
    changed = one.batch(images, np.zeros(64, np.int64), epoch=0, step=0).x != one.plain(images)
    touched = changed.flatten(1).any(1).float().mean().item()
    assert 0.2 < touched < 0.8
    assert changed.float().mean().item() < 0.15
