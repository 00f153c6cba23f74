"""An added model embeds pictures as its card says; what does not fit is told with the outputs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.cards import ModelCard
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.ports import Encoder
from sightline.core.preprocess import Preprocess
from sightline.engines.onnx.engine import inspect, load_encoder
from sightline.imaging.decode import decode
from sightline.imaging.preprocess import fit, normalise

if TYPE_CHECKING:
    from pathlib import Path

RULE = Preprocess(size=8, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))


def card(**fields: Any) -> ModelCard:
    base = ModelCard(
        id="m",
        name="means",
        kind="encoder",
        format="onnx",
        file="model.onnx",
        blake3="ab" * 32,
        created_at="2026-01-01T00:00:00.000Z",
        preprocess=RULE,
        outputs={"embedding": "embedding"},
    )
    return replace(base, **fields)


def means(path: Path, *, element: str = "FLOAT", nhwc: bool = False, batch: Any = "n") -> Path:
    """Write a graph whose embedding is the mean of each channel."""
    import onnx
    from onnx import TensorProto, helper

    kind = getattr(TensorProto, element)
    shape = [batch, 8, 8, 3] if nhwc else [batch, 3, 8, 8]
    axes = helper.make_tensor("axes", TensorProto.INT64, [2], [1, 2] if nhwc else [2, 3])
    nodes = [
        helper.make_node("Cast", ["image"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats", "axes"], ["embedding"], keepdims=0),
        helper.make_node("Identity", ["embedding"], ["other"]),
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, 3])
        for name in ("embedding", "other")
    ]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("image", kind, shape)], outputs, [axes]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def pictures(n: int = 5) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (20 + i, 30, 3), dtype=np.uint8) for i in range(n)]


@pytest.mark.parametrize("element", ["FLOAT", "FLOAT16", "UINT8"])
@pytest.mark.parametrize("nhwc", [False, True])
def test_any_layout_and_type_of_input_is_served(tmp_path: Path, element: str, nhwc: bool) -> None:
    encoder = load_encoder(path=means(tmp_path / "m.onnx", element=element, nhwc=nhwc), card=card())
    assert isinstance(encoder, Encoder)
    assert (encoder.dim, encoder.min_side_px) == (3, 8)
    small = np.stack([fit(image, RULE) for image in pictures()])
    expected = small.mean(axis=(1, 2)) / (1 if element == "UINT8" else 255)
    assert encoder.encode(pictures()) == pytest.approx(expected, rel=2e-3)
    assert encoder.encode([]).shape == (0, 3)


def test_a_graph_with_a_fixed_batch_gets_it_filled_up(tmp_path: Path) -> None:
    free = load_encoder(path=means(tmp_path / "a.onnx"), card=card())
    fixed = load_encoder(path=means(tmp_path / "b.onnx", batch=2), card=card())
    assert fixed.encode(pictures()) == pytest.approx(free.encode(pictures()))


def test_the_key_names_weights_preprocessing_and_output(tmp_path: Path) -> None:
    path = means(tmp_path / "m.onnx")
    keys = {
        load_encoder(path=path, card=one).key
        for one in (
            card(),
            card(blake3="cd" * 32),
            card(preprocess=replace(RULE, interpolation="bicubic")),
            card(outputs={"embedding": "other"}),
        )
    }
    assert len(keys) == 4


def test_a_wrong_output_is_told_with_those_there_are(tmp_path: Path) -> None:
    path = means(tmp_path / "m.onnx")
    for outputs in ({"embedding": "nope"}, {}):
        with pytest.raises(InvalidInputError) as caught:
            load_encoder(path=path, card=card(outputs=outputs))
        assert "embedding float32 [n, 3]; other float32 [n, 3]" in caught.value.hint


def test_missing_and_damaged_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError):
        load_encoder(path=tmp_path / "none.onnx", card=card())
    whole = means(tmp_path / "m.onnx").read_bytes()
    (tmp_path / "cut.onnx").write_bytes(whole[:-40])
    with pytest.raises(InvalidInputError):
        load_encoder(path=tmp_path / "cut.onnx", card=card())


def test_a_size_that_the_graph_does_not_take_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="does not run"):
        load_encoder(path=means(tmp_path / "m.onnx"), card=card(preprocess=Preprocess(size=16)))


def test_mobilenet_tells_the_kinds_of_waste_apart_as_the_runtime_alone_does(
    shared_data: Path,
) -> None:
    import onnxruntime

    path = shared_data / "weights_mobilenet_v2" / "mobilenet_v2_imagenet.onnx"
    rule = Preprocess(size=224, resize="crop", resize_px=256)
    info = inspect(path)
    assert [port.describe() for port in info.outputs][1] == "embedding float32 [n, 1280]"
    encoder = load_encoder(path=path, card=card(preprocess=rule))
    files = sorted((shared_data / "cls_trashnet_train" / "glass").glob("*.jpg"))[:3]
    images = [decode(file, min_side_px=encoder.min_side_px) for file in files]
    rows = encoder.encode(images)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    batch = normalise(np.stack([fit(image, rule) for image in images]), rule)
    (expected,) = session.run(["embedding"], {session.get_inputs()[0].name: batch})
    assert rows.shape == (3, 1280)
    assert rows == pytest.approx(expected, abs=1e-3)
