from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import pytest

from fakes.onnx_graphs import (
    PLAIN,
    RED_GREEN_BLUE,
    colour_card,
    colour_model,
    custom_operator_model,
    external_data_model,
    foreign_model,
)
from sightline.core.errors import InvalidInputError, UnknownModelError
from sightline.store.model_plan import ImportOptions, plan_import

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def plan(file: Path, **options: Any) -> Any:
    return plan_import(file, ImportOptions(**({"name": "m"} | options)))


def test_our_own_file_brings_its_card(tmp_path: Path) -> None:
    file = colour_model(tmp_path / "c.onnx", colour_card(name="other"))
    found = plan(file)
    assert (found["name"], found["kind"], found["format"]) == ("m", "classifier", "onnx")
    assert (found["classes"], found["preprocess"]) == (RED_GREEN_BLUE, PLAIN)
    assert found["temperature"] == pytest.approx(0.1)


def test_our_own_file_can_serve_as_an_encoder(tmp_path: Path) -> None:
    found = plan(colour_model(tmp_path / "c.onnx"), output="embedding")
    assert (found["kind"], found["outputs"]["embedding"]) == ("encoder", "embedding")


@pytest.mark.parametrize(
    "options", [{"preprocess": "imagenet"}, {"classes": ("a", "b", "c")}, {"output": "logit"}]
)
def test_what_our_own_file_says_is_not_overruled(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        plan(colour_model(tmp_path / "c.onnx"), **options)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("outputs", "options", "kind", "roles"),
    [
        (("logits", "embedding"), {}, "encoder", {"embedding": "embedding"}),
        (("a", "b"), {"output": "b"}, "encoder", {"embedding": "b"}),
        (("only",), {}, "encoder", {"embedding": "only"}),
        (("logits",), {"classes": RED_GREEN_BLUE}, "classifier", {"logits": "logits"}),
        (("prob",), {"classes": RED_GREEN_BLUE}, "classifier", {"probabilities": "prob"}),
        (
            ("prob", "features"),
            {"classes": RED_GREEN_BLUE},
            "classifier",
            {"probabilities": "prob", "embedding": "features"},
        ),
    ],
)
def test_outputs_get_their_roles(
    tmp_path: Path,
    outputs: tuple[str, ...],
    options: dict[str, Any],
    kind: str,
    roles: dict[str, str],
) -> None:
    found = plan(foreign_model(tmp_path / "f.onnx", outputs=outputs), **options)
    assert found["kind"] == kind
    assert roles.items() <= found["outputs"].items()
    assert found["preprocess"].size == 8, "the graph's own side"


@pytest.mark.parametrize(
    ("make", "options", "why"),
    [
        (lambda f: foreign_model(f, outputs=("a", "b")), {}, "several outputs"),
        (lambda f: foreign_model(f, outputs=("a",)), {"classes": ("x", "y")}, "no output fits"),
        (lambda f: foreign_model(f, outputs=("a",)), {"output": "b"}, "no output 'b'"),
        (foreign_model, {"preprocess": "imagenet-16"}, "takes 8 px"),
        (foreign_model, {"preprocess": "nonsense"}, "nonsense"),
        (lambda f: foreign_model(f, opset=6), {}, "opset"),
        (custom_operator_model, {}, "custom operators"),
        (external_data_model, {}, "other files"),
        (lambda f: (f.write_bytes(b""), f)[1], {}, "m.onnx"),
        (lambda f: (f.write_bytes(b"\x08\x07noise"), f)[1], {}, "m.onnx"),
    ],
)
def test_a_graph_that_cannot_be_used_is_refused_with_a_hint(
    tmp_path: Path, make: Callable[[Path], Path], options: dict[str, Any], why: str
) -> None:
    file = make(tmp_path / "m.onnx")
    with pytest.raises(InvalidInputError, match=why) as caught:
        plan(file, **options)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("raw", "options", "why"),
    [
        (b"", {}, "not a safetensors"),
        (struct.pack("<Q", 2) + b"{}", {}, "no tensors"),
        (struct.pack("<Q", 1 << 62) + b"{", {}, "not a safetensors"),
        (struct.pack("<Q", 4) + b"[[1]", {}, "not a safetensors"),
        (b"whatever", {"network": ""}, "weights only"),
        (b"whatever", {"classes": ()}, "not a safetensors"),
        (b"whatever", {"network": "resnet81"}, "no network"),
    ],
)
def test_weights_that_say_too_little_are_refused(
    tmp_path: Path, raw: bytes, options: dict[str, Any], why: str
) -> None:
    (tmp_path / "w.safetensors").write_bytes(raw)
    known = {"network": "resnet18", "classes": ("a", "b"), "networks": ("resnet18",)}
    with pytest.raises(InvalidInputError, match=why) as caught:
        plan(tmp_path / "w.safetensors", **(known | options))
    assert caught.value.hint


def test_a_file_that_is_not_there_or_of_no_known_kind_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.onnx", tmp_path):
        with pytest.raises(UnknownModelError, match="no file"):
            plan(path)
    for name in ("model.pt", "MODEL.PTH", "model.pkl"):
        (tmp_path / name).write_bytes(b"cos\nsystem\n")
        with pytest.raises(InvalidInputError, match="pickle") as caught:
            plan(tmp_path / name)
        assert "safetensors" in caught.value.hint
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(InvalidInputError, match=r"no \.onnx or \.safetensors"):
        plan(tmp_path / "a.txt")
