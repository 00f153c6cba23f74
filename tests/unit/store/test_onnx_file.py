from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.onnx_graphs import (
    colour_card,
    colour_model,
    custom_operator_model,
    external_data_model,
    foreign_model,
)
from sightline.core.errors import InvalidInputError, UnknownModelError
from sightline.store.onnx_file import (
    METADATA_KEY,
    card_of_metadata,
    layout_of,
    metadata_of_card,
    read_onnx,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_inputs_outputs_opset_and_metadata_are_those_the_onnx_package_reads(tmp_path: Path) -> None:
    path = colour_model(tmp_path / "m.onnx")
    peer = onnx.load(str(path))
    info = read_onnx(path)
    assert [one.name for one in info.inputs] == [one.name for one in peer.graph.input]
    assert [one.name for one in info.outputs] == [one.name for one in peer.graph.output]
    assert info.inputs[0].shape == ("n", 8, 8, 3)
    assert info.inputs[0].element == "uint8"
    assert info.opset == peer.opset_import[0].version == 17
    assert info.metadata == {one.key: one.value for one in peer.metadata_props}
    assert not info.external
    assert info.domains == {""}


def test_a_real_model_is_read_without_loading_its_weights(shared_data: Path) -> None:
    info = read_onnx(shared_data / "weights_mobilenet_v2" / "mobilenet_v2_imagenet.onnx")
    assert [one.describe() for one in info.outputs] == [
        "logits float32 [n, 1000]",
        "embedding float32 [n, 1280]",
    ]


def test_weights_outside_the_file_and_foreign_operators_are_seen(tmp_path: Path) -> None:
    assert read_onnx(external_data_model(tmp_path / "e.onnx")).external
    assert "com.example" in read_onnx(custom_operator_model(tmp_path / "c.onnx")).domains


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 400), flip=st.integers(0, 255))
def test_a_damaged_file_is_refused_or_read_but_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int
) -> None:
    path = foreign_model(tmp_path_factory.mktemp("damage") / "m.onnx")
    raw = bytearray(path.read_bytes())
    raw[cut % len(raw)] ^= flip
    for damaged in (bytes(raw), bytes(raw[: cut % len(raw)])):
        path.write_bytes(damaged)
        with contextlib.suppress(InvalidInputError):
            read_onnx(path)


def test_a_missing_or_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError):
        read_onnx(tmp_path / "none.onnx")
    (tmp_path / "empty.onnx").write_bytes(b"")
    with pytest.raises(InvalidInputError, match="empty"):
        read_onnx(tmp_path / "empty.onnx")


def test_a_card_survives_the_metadata_but_file_and_hash_do_not() -> None:
    card = colour_card(file="x.onnx", blake3="00", metrics={"accuracy": 0.5})
    back = card_of_metadata({METADATA_KEY: metadata_of_card(card)})
    assert back == colour_card(file="", blake3="", metrics={"accuracy": 0.5})
    assert card_of_metadata({"other": "x"}) is None


@pytest.mark.parametrize("text", ["", "[1, 2]", "{}", '{"version": 99}', "{"])
def test_damaged_metadata_is_an_error_with_a_hint(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        card_of_metadata({METADATA_KEY: text})
    assert caught.value.hint


@pytest.mark.parametrize(
    ("shape", "layout"),
    [
        (["n", 3, 8, 8], "nchw"),
        (["n", 8, 8, 3], "nhwc"),
        ([1, 1, 8, 8], None),
        (["n", 3], None),
    ],
)
def test_the_layout_follows_from_where_three_channels_are(
    shape: list[object], layout: str | None
) -> None:
    assert layout_of(shape) == layout
