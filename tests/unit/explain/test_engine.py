from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.explained import card_of, net_of, pictures
from sightline.core.errors import InvalidInputError
from sightline.explain.engine import Explanations, load
from sightline.nets.weights import save_state

if TYPE_CHECKING:
    from pathlib import Path


def model(folder: Path, seed: int = 0) -> Path:
    folder.mkdir()
    save_state(folder / "weights.safetensors", net_of("small_cnn", seed=seed).state_dict())
    (folder / "model.json").write_text(json.dumps(card_of("small_cnn", 32).to_dict()))
    return folder


def test_facts_layers_and_maps_are_answered_as_plain_data(tmp_path: Path) -> None:
    engine = load(threads=1)
    folder = str(model(tmp_path / "a"))
    assert engine.answer("facts", {}, []) == ({"held": 0}, [])
    told, _ = engine.answer("layers", {"folder": folder}, [])
    asked = {"folder": folder, "classes": [None, 2], "wish": {"layer": told["auto"]}}
    facts, arrays = engine.answer("explain", asked, [pictures(2, 32)])
    assert json.loads(json.dumps(facts))["layer"] == told["auto"]
    assert facts["classes"][1] == 2
    assert [one.shape for one in arrays] == [(2, 3), (2, 8, 8)]
    assert np.allclose(arrays[0].sum(axis=1), 1, atol=1e-5)
    with pytest.raises(InvalidInputError, match="no method"):
        engine.answer("dance", {"folder": folder}, [])


def test_a_model_is_loaded_once_and_the_one_asked_longest_ago_goes_first(tmp_path: Path) -> None:
    a, b, c = (model(tmp_path / name) for name in "abc")
    one = 4 * sum(one.numel() for one in net_of("small_cnn").parameters())
    engine = Explanations(1, held_bytes=2 * one)
    first, second = engine.of(a), engine.of(b)
    assert engine.of(a) is first
    engine.of(c)
    assert engine.of(a) is first
    assert engine.of(b) is not second
    assert Explanations(1, held_bytes=0).of(a) is not first
