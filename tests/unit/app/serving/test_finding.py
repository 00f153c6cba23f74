from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.onnx_graphs import colour_card, colour_model, foreign_model
from fakes.serving import add_boxes, add_colours
from sightline.app.serving.finding import Wanted, find, parse
from sightline.core.errors import InvalidInputError, MissingWeightsError, UnknownModelError
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path


def test_a_word_is_a_model_or_a_name_and_a_model(tmp_path: Path) -> None:
    assert parse("pets") == Wanted("pets")
    assert parse("cats=pets") == Wanted("pets", "cats")
    odd = tmp_path / "a=b.onnx"
    odd.touch()
    assert parse(str(odd)) == Wanted(str(odd))
    with pytest.raises(InvalidInputError):
        parse("a/b=pets")


def test_models_are_found_by_name_id_and_file(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    first, second = add_colours(tmp_path), add_colours(tmp_path)
    assert find(store, Wanted("colours")).version == second
    assert find(store, Wanted(first, "old")).name == "old"
    loose = colour_model(tmp_path / "loose.onnx", colour_card("loose"))
    found = find(store, Wanted(str(loose)))
    assert (found.name, found.path) == ("loose", loose)
    assert found.stamp == (loose.stat().st_mtime_ns, loose.stat().st_size)
    with pytest.raises(UnknownModelError):
        find(store, Wanted(str(loose)), allow_paths=False)


def test_what_answers_nothing_about_a_picture_is_refused(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    file = foreign_model(tmp_path / "encoder.onnx", outputs=("embedding",))
    store.add_file(file, ImportOptions(name="vectors", preprocess="size=8"))
    with pytest.raises(InvalidInputError, match="encoder"):
        find(store, Wanted("vectors"))
    assert find(store, Wanted(add_boxes(tmp_path))).card.kind == "detector"


def test_a_network_that_is_not_exported_says_how(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "models")
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(b"weights")
    fields = colour_card("net").to_dict() | {"format": "torch", "network": "small_cnn"}
    for name in ("id", "file", "blake3", "created_at"):
        fields.pop(name)
    fields["preprocess"] = colour_card().preprocess
    store.add(weights, **fields)
    with pytest.raises(MissingWeightsError) as caught:
        find(store, Wanted("net"))
    assert "sightline export" in caught.value.hint
