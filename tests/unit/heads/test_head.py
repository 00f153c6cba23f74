"""How sure a head is, of one class and of tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.heads.artifact import load, save
from sightline.heads.head import Head, tag_margin
from sightline.heads.tag_calibration import plain

if TYPE_CHECKING:
    from pathlib import Path


def tagger() -> Head:
    return Head(
        weights=np.eye(3, dtype=np.float32)[:, :2].copy(),
        bias=np.zeros(2, np.float32),
        class_ids=(1, 2),
        encoder="e",
    ).calibrated(plain(2), (0.5, 0.2))


def test_a_tags_way_from_its_threshold_is_what_is_least_sure() -> None:
    margin = tag_margin(np.array([[0.5, 0.0], [1.0, 0.2], [0.9, 0.6], [0.0, 1.0]]), np.r_[0.5, 0.2])
    assert margin == pytest.approx([0.0, 0.0, 0.5, 1.0], abs=1e-6)
    half = np.full((1,), 0.5)
    assert tag_margin(np.array([[0.9], [0.1]]), half) == pytest.approx([0.8, 0.8])


def test_tags_are_there_or_not_whatever_the_others_are() -> None:
    head = tagger()
    probs = head.score(np.array([[50.0, 50.0, 0.0], [0.0, -50.0, 0.0]], np.float32))
    assert probs == pytest.approx(np.array([[1, 1], [0.5, 0]]), abs=1e-6)
    assert head.entropy(probs) == pytest.approx([0, np.log(2)], abs=1e-5)
    assert head.margin(probs) == pytest.approx([1, 0], abs=1e-5)


def test_a_head_on_tags_survives_the_disk(tmp_path: Path) -> None:
    save(tmp_path, tagger(), facts={})
    back, _ = load(tmp_path)
    assert (back.task, back.thresholds, back.calibration) == ("multi", (0.5, 0.2), plain(2))
