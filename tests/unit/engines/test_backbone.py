"""Weights of a network become an encoder that answers as the network itself does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.tiny_models import save_timm, save_weights
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.ports import Encoder, Served
from sightline.engines.backbone.engine import load_encoder
from sightline.imaging.decode import decode
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(0)
PICTURES = [RNG.integers(0, 256, (70 + n, 90, 3), dtype=np.uint8) for n in range(11)]


def test_a_file_of_weights_encodes_pictures_of_any_size(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    file = save_weights(tmp_path / "w.safetensors")
    card = store.add_file(
        file, ImportOptions(name="m", network="mobilenet_v3_small", preprocess="imagenet-64")
    )
    encoder = load_encoder(path=store.path_of(card), card=card)
    assert isinstance(encoder, Encoder)
    assert isinstance(encoder, Served)
    assert (encoder.key, encoder.dim, encoder.min_side_px) == (card.encoder_key, 1024, 64)
    rows = encoder.encode(PICTURES)
    assert rows.shape == (11, 1024)
    assert rows[:3] == pytest.approx(encoder.encode(PICTURES[:3]), abs=1e-4)
    assert encoder.encode([]).shape == (0, 1024)
    with pytest.raises(InvalidInputError, match="no text tower"):
        encoder.encode_text(["a cat"])


def test_a_folder_of_timm_encodes_too(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    card = store.add_file(save_timm(tmp_path / "t"), ImportOptions(name="t"))
    encoder = load_encoder(path=store.path_of(card), card=card)
    facts, _ = encoder.answer("facts", {}, [])
    assert facts == {"dim": encoder.dim, "network": "timm:test_resnet"}
    squares = np.zeros((9, 64, 64, 3), np.uint8)
    _, (rows,) = encoder.answer("squares", {}, [squares])
    assert rows == pytest.approx(encoder.encode(list(squares)), abs=1e-5)
    with pytest.raises(InvalidInputError):
        encoder.answer("boxes", {}, [])


def test_what_does_not_fit_is_told(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    file = save_weights(tmp_path / "w.safetensors")
    for network, why in (("resnet81", "no network"), ("resnet18", "do not fit")):
        card = store.add_file(file, ImportOptions(name="m", network=network))
        with pytest.raises(InvalidInputError, match=why):
            load_encoder(path=store.path_of(card), card=card)
    with pytest.raises(MissingWeightsError):
        load_encoder(path=tmp_path / "none.safetensors", card=card)


def test_the_padding_of_tensorflow_agrees_with_the_graph_of_the_same_weights(
    tmp_path: Path, shared_data: Path
) -> None:
    from sightline.engines.onnx.engine import load_encoder as load_onnx

    folder = shared_data / "weights_mobilenet_v2"
    store = ModelStore(tmp_path / "models")
    torch_card = store.add_file(
        folder / "mobilenet_v2_imagenet.safetensors",
        ImportOptions(name="m", network="mobilenet_v2_same"),
    )
    onnx_card = store.add_file(
        folder / "mobilenet_v2_imagenet.onnx",
        ImportOptions(name="o", preprocess="imagenet-224-crop"),
    )
    files = sorted((shared_data / "cls_trashnet_train" / "glass").glob("*.jpg"))[:3]
    images = [decode(file, min_side_px=256) for file in files]
    ours = load_encoder(path=store.path_of(torch_card), card=torch_card).encode(images)
    graph = load_onnx(path=store.path_of(onnx_card), card=onnx_card).encode(images)
    assert ours == pytest.approx(graph, abs=2e-3)
