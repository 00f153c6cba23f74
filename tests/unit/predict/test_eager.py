from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.explained import net_of
from fakes.onnx_graphs import colour_card
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.preprocess import Preprocess
from sightline.export.onnx import onnx_bytes
from sightline.nets.weights import save_state
from sightline.predict.openers import open_form, open_model

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.cards import ModelCard

IMAGES = np.random.default_rng(5).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, ModelCard]:
    """A network with random weights, as a training leaves it."""
    file = tmp_path / "w.safetensors"
    save_state(file, net_of("small_cnn", classes=3).state_dict())
    card = replace(
        colour_card(), format="torch", network="small_cnn", temperature=0.7,
        preprocess=Preprocess(size=32), file=file.name,
    )  # fmt: skip
    return file, card


def test_it_answers_as_its_export_does(saved: tuple[Path, ModelCard], tmp_path: Path) -> None:
    file, card = saved
    (tmp_path / "m.onnx").write_bytes(onnx_bytes(net_of("small_cnn", classes=3), card))
    here, there = open_model(file, card), open_model(tmp_path / "m.onnx")
    np.testing.assert_allclose(here.classify(IMAGES), there.classify(IMAGES), atol=1e-4)
    ours, theirs = here.answers(IMAGES), there.answers(IMAGES)
    assert set(ours) == set(theirs)
    for role, rows in ours.items():
        np.testing.assert_allclose(rows, theirs[role], atol=1e-3, rtol=1e-3)


def test_an_encoder_gives_its_vector(saved: tuple[Path, ModelCard]) -> None:
    file, card = saved
    encoder = replace(card, kind="encoder", classes=(), task="embedding")
    assert set(open_form(file, encoder).answers(IMAGES)) == {"embedding"}


def test_weights_of_another_network_and_none_are_told(saved: tuple[Path, ModelCard]) -> None:
    file, card = saved
    with pytest.raises(InvalidInputError, match="4 classes"):
        open_form(file, replace(card, classes=("a", "b", "c", "d")))
    with pytest.raises(MissingWeightsError):
        open_form(file.with_name("none"), card)
