from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest

from fakes.conv_graphs import SIDE, conv_card, conv_model
from fakes.onnx_graphs import colour_model
from sightline.core.errors import CancelledError, InvalidInputError
from sightline.core.progress import Silent
from sightline.export import quantise
from sightline.predict.session import open_classifier
from sightline.store.onnx_file import read_onnx

if TYPE_CHECKING:
    from sightline.core.arrays import U8
    from sightline.export.quantise import Method, Recipe

CARD = conv_card(id="colours-1-int8", precision="int8", origin="colours-1")


def coloured(count: int = 24) -> U8:
    """Pictures that are red, green and blue in turn, with noise."""
    rng = np.random.default_rng(1)
    found = rng.integers(0, 90, (count, SIDE, SIDE, 3), dtype=np.uint8)
    for at in range(count):
        found[at, ..., at % 3] += 150
    return found


def quantised(folder: Path, recipe: Recipe, *, bits: int = 8, layers: int = 1) -> Path:
    graph = conv_model(folder / "float.onnx", layers=layers)
    prepared = quantise.prepare(graph, folder / "prepared.onnx")
    feed = open_classifier(graph).feed
    ranges = quantise.calibrate(
        prepared, folder / "ranges.json", recipe.method, coloured(), feed, progress=Silent()
    )
    out = folder / "int8.onnx"
    quantise.write_static(prepared, ranges, out, recipe, CARD, bits=bits)
    return out


def kinds(file: Path) -> dict[str, int]:
    return {
        one.name: one.data_type for one in onnx.load(str(file)).graph.initializer if one.data_type
    }


@pytest.mark.parametrize("method", quantise.METHODS)
def test_a_quantised_graph_answers_nearly_as_the_float_one(
    tmp_path: Path, method: Method, capsys: pytest.CaptureFixture[str]
) -> None:
    file = quantised(tmp_path, quantise.Recipe(method))
    pictures = coloured(9)
    ours = open_classifier(file)
    theirs = open_classifier(tmp_path / "float.onnx").classify(pictures)
    np.testing.assert_allclose(ours.classify(pictures), theirs, atol=0.1)
    assert ours.classify(pictures).argmax(axis=1).tolist() == [0, 1, 2] * 3
    assert capsys.readouterr().out == ""


def test_weights_are_signed_for_each_channel_and_activations_unsigned(tmp_path: Path) -> None:
    graph = onnx.load(str(quantised(tmp_path, quantise.Recipe("minmax")))).graph
    values = {one.name: one for one in graph.initializer}
    assert values["w0_quantized"].data_type == onnx.TensorProto.INT8
    assert list(values["w0_scale"].dims) == [8]
    zero = next(one.input[2] for one in graph.node if one.op_type == "QuantizeLinear")
    assert values[zero].data_type == onnx.TensorProto.UINT8


def test_what_comes_before_the_first_layer_and_after_the_last_stays_float(tmp_path: Path) -> None:
    file = quantised(tmp_path, quantise.Recipe("minmax"))
    nodes = onnx.load(str(file)).graph.node
    order = [one.op_type for one in nodes]
    assert order.index("BatchNormalization") < order.index("QuantizeLinear")
    assert order[-1] == "Softmax"
    assert read_onnx(file).inputs[0].describe() == "image uint8 [n, 8, 8, 3]"


def test_a_layer_that_is_to_stay_float_does(tmp_path: Path) -> None:
    file = quantised(tmp_path, quantise.Recipe("minmax", ("conv0",)))
    graph = onnx.load(str(file)).graph
    assert "Relu" in {one.op_type for one in graph.node}  # what bounds it is not the integers
    names = {one.name for one in graph.initializer}
    assert "w0" in names
    assert "w0_quantized" not in names
    assert "h_quantized" in names


def test_seven_bits_use_half_the_range(tmp_path: Path) -> None:
    file = quantised(tmp_path, quantise.Recipe("minmax"), bits=7)
    values = {one.name: one for one in onnx.load(str(file)).graph.initializer}
    assert np.abs(onnx.numpy_helper.to_array(values["w0_quantized"]).astype(int)).max() <= 64


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    card = open_classifier(quantised(tmp_path, quantise.Recipe("minmax"))).card
    assert (card.precision, card.origin, card.id) == ("int8", "colours-1", "colours-1-int8")
    assert card.classes == CARD.classes


def test_dynamic_leaves_activations_float_and_answers_nearly_alike(tmp_path: Path) -> None:
    graph = conv_model(tmp_path / "float.onnx")
    quantise.write_dynamic(graph, tmp_path / "dynamic.onnx", CARD)
    pictures = coloured(6)
    ours, theirs = (open_classifier(tmp_path / one) for one in ("dynamic.onnx", "float.onnx"))
    np.testing.assert_allclose(ours.classify(pictures), theirs.classify(pictures), atol=0.05)
    made = {one.op_type for one in onnx.load(str(tmp_path / "dynamic.onnx")).graph.node}
    assert "ConvInteger" in made
    assert "DynamicQuantizeLinear" in made


def test_a_graph_without_layers_is_refused_with_what_to_do(tmp_path: Path) -> None:
    graph = colour_model(tmp_path / "plain.onnx")
    with pytest.raises(InvalidInputError, match="nothing to quantise") as caught:
        quantise.outer_nodes(graph)
    assert "none" in caught.value.hint
    with pytest.raises(InvalidInputError, match="nothing to quantise"):
        quantise.write_dynamic(graph, tmp_path / "dynamic.onnx", CARD)
    assert not (tmp_path / "dynamic.onnx").exists()


def test_calibrating_stops_when_asked(tmp_path: Path) -> None:
    class Stop(Silent):
        def check(self) -> None:
            raise CancelledError("stopped", hint="")

    graph = conv_model(tmp_path / "float.onnx")
    feed = open_classifier(graph).feed
    with pytest.raises(CancelledError):
        quantise.calibrate(graph, tmp_path / "r.json", "minmax", coloured(), feed, progress=Stop())


def test_the_tools_advice_stays_out_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        quantise.write_dynamic(conv_model(tmp_path / "f.onnx"), tmp_path / "d.onnx", CARD)
    assert not [one for one in caplog.records if "quantization" in one.pathname]


def test_weights_are_seven_bits_wide_only_without_vnni(monkeypatch: pytest.MonkeyPatch) -> None:
    def flags(text: str) -> None:
        monkeypatch.setattr(Path, "read_text", lambda *_: text)

    monkeypatch.setattr(Path, "is_file", lambda _: True)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    flags("flags: avx2 avx512_vnni")
    assert quantise.weight_bits() == 8
    flags("flags: avx2")
    assert quantise.weight_bits() == 7
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    assert quantise.weight_bits() == 8


def test_a_reader_gives_the_inputs_by_name(tmp_path: Path) -> None:
    found: Any = open_classifier(conv_model(tmp_path / "f.onnx")).feed(coloured(1))
    assert {name: one.shape for name, one in found.items()} == {"image": (1, SIDE, SIDE, 3)}
