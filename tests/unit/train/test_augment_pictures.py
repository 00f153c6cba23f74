from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.core.preprocess import Preprocess
from sightline.nets import torchvision_shim
from sightline.train.augment import Augmenter
from sightline.train.augment_draws import MORE, POLICY, SINGLES, Place, basic_draws, extra_draws
from sightline.train.augment_pictures import STEPS, Pictures
from sightline.train.augment_policies import OPERATIONS, SPACES, strength
from sightline.train.spec_augment import PER_PICTURE, AugmentPart

torchvision_shim.install()

SIDE = 24
STILL: dict[str, Any] = dict.fromkeys(
    ("rotate", "scale", "translate", "shear", "brightness", "contrast"), 0.0
)
YY, XX = np.mgrid[:SIDE, :SIDE]
SMOOTH = np.stack([XX * 10, YY * 10, (XX + YY) * 5], axis=2).astype(np.uint8)
IMAGES = np.stack([np.roll(SMOOTH, k, axis=1) for k in range(6)])
LABELS = np.array([0, 1, 2, 0, 1, 2])
NEW: dict[str, Any] = {
    "crop": 0.6, "perspective": 0.3, "hue": 0.3, "grey": 0.5, "invert": 0.5, "posterize": 1.0,
    "solarize": 1.0, "equalize": 0.5, "autocontrast": 0.5, "blur": 1.0, "sharpen": 1.0,
    "noise": 0.1, "jpeg": 1.0, "policy": "randaugment", "cutmix": 1.0,
}  # fmt: skip


def augmenter(seed: int = 0, **part: Any) -> Augmenter:
    rule = Preprocess(size=SIDE)
    chosen = AugmentPart(**{**STILL, **part})
    return Augmenter(chosen, rule, seed=seed, device=torch.device("cpu"))


@pytest.mark.parametrize("key", NEW)
def test_each_variation_changes_pictures_and_is_repeatable(key: str) -> None:
    one = augmenter(**{key: NEW[key]})
    batch = one.batch(IMAGES, LABELS, epoch=1, step=2)
    assert batch.x.shape == (6, 3, SIDE, SIDE)
    assert not torch.equal(batch.x, one.plain(IMAGES))
    assert torch.equal(
        batch.x, augmenter(**{key: NEW[key]}).batch(IMAGES, LABELS, epoch=1, step=2).x
    )
    assert not torch.equal(batch.x, one.batch(IMAGES, LABELS, epoch=2, step=2).x)
    assert torch.isfinite(batch.x).all()


def test_nothing_is_drawn_from_torchs_global_generator() -> None:
    before = torch.get_rng_state()
    augmenter(**{**NEW, "policy": "augmix"}).batch(IMAGES, LABELS, epoch=0, step=0)
    assert torch.equal(before, torch.get_rng_state())


@given(
    part=st.fixed_dictionaries(
        {},
        optional={
            name: st.floats(0, 0.3)
            for name in (*STEPS, "noise", "crop", "perspective", "hue", "mixup", "cutmix")
        }
        | {
            "policy": st.sampled_from(["none", "randaugment", "trivialaugment", "augmix"]),
            "magnitude": st.integers(0, 30),
            "operations": st.integers(1, 8),
        },
    ),
    count=st.integers(1, 5),
    seed=st.integers(0, 2**31 - 1),
)
@settings(max_examples=40, deadline=None)
def test_any_settings_give_a_finite_batch_whose_shares_sum_to_one(
    part: dict[str, Any], count: int, seed: int
) -> None:
    batch = augmenter(seed, **part).batch(IMAGES[:count], LABELS[:count], epoch=0, step=3)
    assert batch.x.shape == (count, 3, SIDE, SIDE)
    assert torch.isfinite(batch.x).all()
    assert batch.y.tolist() == LABELS[:count].tolist()
    if batch.share is None:
        assert batch.y2 is None
        return
    assert batch.y2 is not None
    assert ((batch.share >= 0) & (batch.share <= 1)).all()
    assert sorted(batch.y2.tolist()) == sorted(batch.y.tolist())


@given(first=st.integers(0, 5), pictures=st.integers(1, 6), step=st.integers(0, 9))
@settings(max_examples=20, deadline=None)
def test_a_pictures_draws_do_not_depend_on_how_many_others_there_are(
    first: int, pictures: int, step: int
) -> None:
    whole, alone = Place(1, step, 12), Place(1, step, 12, first)
    rows = slice(first, first + pictures)
    assert np.array_equal(basic_draws(7, whole, 12)[rows], basic_draws(7, alone, pictures))
    many, few = extra_draws(7, whole, 12), extra_draws(7, alone, pictures)
    for name, width in (("more", MORE), ("singles", SINGLES), ("policy", POLICY)):
        assert getattr(few, name).shape == (pictures, width)
        assert np.array_equal(getattr(many, name)[rows], getattr(few, name))


@pytest.mark.parametrize("mix", [{}, {"mixup": 0.5}, {"cutmix": 1.0}, {"mixup": 1, "cutmix": 1}])
def test_a_single_view_is_what_the_batch_gave_the_network(mix: dict[str, float]) -> None:
    part = {k: v for k, v in NEW.items() if k != "cutmix"} | mix | {"rotate": 20.0, "erase": 0.5}
    one = augmenter(4, **part)
    batch = one.batch(IMAGES, LABELS, epoch=2, step=5)
    seen = ((batch.x - one._offset) * one._scale).round().clamp(0, 255).permute(0, 2, 3, 1).numpy()
    for row in range(6):
        other, partner = None, 0
        if mix:
            partner = int(one._plan(6, 2, 5, SIDE).other[row])
            other = IMAGES[partner]
        view = one.view(IMAGES[row], other, Place(2, 5, 6, row), partner)
        assert view.dtype == np.uint8
        assert abs(view.astype(float) - seen[row]).max() <= 1


def test_switching_one_variation_on_does_not_draw_the_others_anew() -> None:
    one = augmenter(invert=0.5).batch(IMAGES, LABELS, epoch=0, step=0).x
    two = augmenter(invert=0.5, hue=1e-9).batch(IMAGES, LABELS, epoch=0, step=0).x
    assert torch.allclose(one, two, atol=1e-4)


def test_every_setting_that_works_picture_by_picture_switches_that_part_on() -> None:
    assert set(STEPS) | {"policy", "noise"} == set(PER_PICTURE)
    assert not Pictures.wanted(AugmentPart())
    for name in PER_PICTURE:
        value: Any = "augmix" if name == "policy" else 0.2
        assert Pictures.wanted(AugmentPart(**{name: value}))


@pytest.mark.parametrize("policy", SPACES)
def test_operations_and_strengths_are_torchvisions_own(policy: str) -> None:
    from torchvision.transforms import v2

    peer = {"randaugment": v2.RandAugment, "trivialaugment": v2.TrivialAugmentWide}.get(
        policy, v2.AugMix
    )(interpolation=v2.InterpolationMode.BILINEAR, fill=[127.0] * 3)
    bins = 10 if policy == "augmix" else 31
    picture = torch.from_numpy(SMOOTH.copy()).permute(2, 0, 1).contiguous()
    for name, (amounts, signed) in peer._AUGMENTATION_SPACE.items():
        table = amounts(bins, SIDE, SIDE)
        for k in (0, bins // 3, bins - 1):
            amount = strength(SPACES[policy], name, k / (bins - 1), SIDE)
            if table is not None:
                assert amount == pytest.approx(float(table[k]), abs=1e-4)
            amount = -amount if signed else amount
            ours = OPERATIONS[name](v2.functional, picture, amount)
            theirs = peer._apply_image_or_video_transform(
                picture, name, amount, peer.interpolation, peer._fill
            )
            assert (ours.int() - theirs.int()).abs().max() <= 1, name


def test_a_grey_picture_keeps_its_greys_when_the_hue_turns() -> None:
    grey = np.repeat(IMAGES[..., :1], 3, axis=3)
    one = augmenter(hue=0.5)
    assert torch.allclose(one.batch(grey, LABELS, epoch=0, step=0).x, one.plain(grey), atol=1e-3)


def test_half_a_turn_of_hue_makes_the_complement_of_the_grey_axis() -> None:
    from sightline.train.augment_tone import turn_hue

    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    draws = torch.full((1, MORE), 1.0)
    turned = turn_hue(red, draws, 0.5).flatten()
    assert torch.allclose(turned, torch.tensor([-1 / 3, 2 / 3, 2 / 3]), atol=1e-6)


def test_the_crop_stays_within_the_picture_and_keeps_the_share_it_may() -> None:
    from sightline.train.augment_warp import cropped

    theta = torch.eye(2, 3).expand(500, 2, 3)
    draws = torch.from_numpy(np.random.default_rng(0).random((500, 4), dtype=np.float32))
    inside = cropped(theta, draws, 0.9)
    sides = torch.stack([inside[:, 0, 0], inside[:, 1, 1]], 1)
    assert (inside[:, :, 2].abs() + sides <= 1 + 1e-5).all()
    area = sides.prod(dim=1)
    assert area.min() < 0.2
    assert area.max() > 0.9
    assert (area <= 1 + 1e-6).all()
