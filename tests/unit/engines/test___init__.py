"""The table of engines lists without importing, and added models join it by name."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from sightline.core.cards import ModelCard
from sightline.core.errors import MissingExtraError, UnknownEngineError
from sightline.core.ports import Encoder
from sightline.core.preprocess import Preprocess
from sightline.core.registry import Registry
from sightline.engines import BUILT_IN, DEFAULT_ENCODER, encoder_spec


def card(name: str, **fields: object) -> ModelCard:
    values: dict[str, object] = {
        "id": name,
        "name": name,
        "kind": "encoder",
        "format": "onnx",
        "file": "model.onnx",
        "blake3": "0" * 64,
        "created_at": "2026-01-01T00:00:00.000Z",
        "preprocess": Preprocess(size=32),
        "outputs": {"embedding": "embedding"},
    }
    return ModelCard(**(values | fields))  # type: ignore[arg-type]


def test_the_built_in_encoder_loads_by_name() -> None:
    assert DEFAULT_ENCODER in [spec.name for spec in BUILT_IN]
    assert isinstance(Registry(BUILT_IN).load(DEFAULT_ENCODER), Encoder)


def test_models_that_embed_have_an_entry_that_says_what_they_need() -> None:
    assert encoder_spec(card("digits", kind="classifier")) is not None
    assert encoder_spec(card("a", kind="classifier", outputs={"logits": "logits"})) is None
    assert encoder_spec(card("b", kind="classifier", format="torch")) is None
    light = encoder_spec(card("mobilenet"))
    assert light is not None
    assert (light.heavy, light.text, light.needs) == (False, False, ("onnxruntime",))
    timm = encoder_spec(card("t", format="torch", network="timm:resnet18"))
    assert timm is not None
    assert (timm.heavy, timm.needs) == (True, ("torch", "torchvision", "timm"))
    clip = encoder_spec(card("c", format="transformers", network="clip", text=True), name="other")
    assert clip is not None
    assert (clip.name, clip.heavy, clip.text, clip.extra) == ("other", True, True, "models")


def test_a_missing_package_is_told_with_the_extra_that_brings_it() -> None:
    spec = encoder_spec(card("t", format="torch"))
    assert spec is not None
    broken = replace(spec, needs=("torch", "no_such_package"))
    with pytest.raises(MissingExtraError, match="no_such_package") as caught:
        Registry([broken]).load("t")
    assert "sightline[models]" in caught.value.hint
    with pytest.raises(UnknownEngineError):
        Registry([broken]).check("other")


def test_listing_and_loading_the_default_import_nothing_heavy() -> None:
    code = (
        "import sys; import sightline.engines as e; from sightline.core.registry import Registry;"
        "table = Registry(e.BUILT_IN); table.specs();"
        "light = not {'cv2', 'onnxruntime', 'PIL'} & set(sys.modules);"
        "table.load('hog');"
        "sys.exit(not light or bool({'torch', 'sklearn', 'skimage', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
