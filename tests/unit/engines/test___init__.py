"""The table of engines lists without importing, and added models join it by name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sightline.core.cards import ModelCard
from sightline.core.errors import UnknownEngineError
from sightline.core.ports import Encoder
from sightline.core.preprocess import Preprocess
from sightline.engines import BUILT_IN, DEFAULT_ENCODER, registry


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
    assert isinstance(registry().load(DEFAULT_ENCODER), Encoder)


def test_models_that_embed_join_the_table_and_none_replaces_a_built_in() -> None:
    cards = [
        card("mobilenet"),
        card("digits", kind="classifier"),
        card("weights", format="torch"),
        card("head-only", kind="classifier", outputs={"logits": "logits"}),
        card("hog"),
    ]
    table = registry(cards)
    assert table.names() == ["digits", "hog", "mobilenet"]
    assert table.load("hog").key.startswith("hog-256")
    with pytest.raises(UnknownEngineError) as caught:
        table.load("mobilnet")
    assert "mobilenet" in caught.value.hint


def test_listing_and_loading_the_default_import_nothing_heavy() -> None:
    code = (
        "import sys; import sightline.engines as e; e.registry().specs();"
        "light = not {'cv2', 'onnxruntime', 'PIL'} & set(sys.modules);"
        "e.registry().load('hog');"
        "sys.exit(not light or bool({'torch', 'sklearn', 'skimage', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
