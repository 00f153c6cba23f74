from __future__ import annotations

from sightline.core.preprocess import Preprocess
from sightline.export.probes import odd_pictures
from sightline.imaging.preprocess import load


def test_every_odd_picture_can_be_read_into_the_networks_size() -> None:
    rule = Preprocess(size=32, resize="crop", resize_px=36)
    for probe in odd_pictures(32):
        assert load(probe.source, rule).shape == (32, 32, 3)


def test_they_are_the_same_at_every_call() -> None:
    assert odd_pictures(24) == odd_pictures(24)


def test_they_hold_the_kinds_that_readers_disagree_on() -> None:
    names = {probe.name for probe in odd_pictures(16)}
    assert {"turned-6.jpg", "grey.jpg", "grey16.png", "grey16.tiff", "alpha.png"} <= names
    assert {"palette.png", "one-pixel.png", "thin.png", "large.jpg", "cmyk.jpg"} <= names


def test_a_turned_picture_comes_out_upright() -> None:
    rule = Preprocess(size=16)
    probes = {probe.name: probe for probe in odd_pictures(16)}
    plain = load(probes["plain.jpg"].source, rule).astype(int)
    turned = load(probes["turned-6.jpg"].source, rule).astype(int)
    half = abs(plain[::-1, ::-1] - load(probes["turned-3.jpg"].source, rule)).mean()
    assert half < 4 < abs(plain - turned).mean()
