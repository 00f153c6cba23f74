"""A head comes back from the disk as it went, and damage is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.heads.artifact import CARD, WEIGHTS, load, save
from sightline.heads.calibration import Calibration
from sightline.heads.head import Head

if TYPE_CHECKING:
    from pathlib import Path


def head(seed: int = 0) -> Head:
    rng = np.random.default_rng(seed)
    return Head(
        weights=rng.normal(size=(5, 3)).astype(np.float32),
        bias=rng.normal(size=3).astype(np.float32),
        class_ids=(4, 7, 9),
        encoder="hog",
        calibration=Calibration("temperature", 1.7),
        strength=30.0,
    )


def test_a_head_survives_the_disk_and_replaces_an_earlier_one(tmp_path: Path) -> None:
    save(tmp_path / "head", head(1))
    save(tmp_path / "head", head(2), facts={"labels": 12})
    back, facts = load(tmp_path / "head")
    assert facts == {"labels": 12}
    rows = np.random.default_rng(3).normal(size=(6, 5)).astype(np.float32)
    assert (back.score(rows) == head(2).score(rows)).all()
    assert (back.class_ids, back.encoder, back.strength) == ((4, 7, 9), "hog", 30.0)
    assert json.loads((tmp_path / "head" / CARD).read_text())["class_ids"] == [4, 7, 9]


def test_a_missing_or_damaged_head_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError):
        load(tmp_path)
    save(tmp_path, head())
    whole = (tmp_path / WEIGHTS).read_bytes()
    (tmp_path / WEIGHTS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InvalidInputError, match="damaged"):
        load(tmp_path)


def test_weights_that_do_not_fit_their_card_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    one = head()
    arrays = {"weights": one.weights[:, :2].copy(), "bias": one.bias}
    card = {
        "format": 1,
        "dim": 5,
        "class_ids": [4, 7, 9],
        "encoder": "hog",
        "strength": 1.0,
        "calibration": Calibration().to_dict(),
        "facts": {},
    }
    save_file(arrays, tmp_path / WEIGHTS, metadata={"card": json.dumps(card)})
    with pytest.raises(InvalidInputError, match="do not fit"):
        load(tmp_path)
    save_file(arrays, tmp_path / WEIGHTS)
    with pytest.raises(InvalidInputError, match="damaged"):
        load(tmp_path)
