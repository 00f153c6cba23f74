from __future__ import annotations

import errno
import json
import os
import pickle
import threading
from typing import TYPE_CHECKING, cast

import pytest

from fakes.onnx_graphs import (
    PLAIN,
    colour_card,
    colour_model,
    custom_operator_model,
    external_data_model,
    foreign_model,
)
from sightline.core.errors import (
    InvalidInputError,
    MissingWeightsError,
    StorageError,
    UnknownModelError,
)
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sightline.core.cards import ModelCard, ModelKind

WEIGHTS = b"not really weights"


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def add(models: ModelStore, name: str = "digits", weights: Path | bytes = WEIGHTS) -> ModelCard:
    return models.add(
        weights,
        name=name,
        kind="classifier",
        format="torch",
        preprocess=PLAIN,
        network="small_cnn",
        classes=("a", "b"),
        temperature=1.5,
        metrics={"accuracy": 0.9},
    )


def test_what_is_added_is_found_by_id_by_name_and_by_path(models: ModelStore) -> None:
    card = add(models)
    assert models.get(card.id) == models.get("digits") == card
    assert models.path_of(card).read_bytes() == WEIGHTS
    by_path = models.get(str(models.path_of(card).parent))
    assert models.path_of(by_path) == models.path_of(card).resolve()
    assert by_path.id == card.id


def test_a_name_means_the_newest_and_ids_stay_apart(models: ModelStore) -> None:
    first, second = add(models), add(models)
    assert first.id != second.id
    assert models.get("digits") == second
    assert models.get(first.id) == first
    assert [one.id for one in models.list()] == [second.id, first.id]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "CON", "x" * 300])
def test_names_that_cannot_be_used_are_refused_and_leave_nothing(
    models: ModelStore, name: str
) -> None:
    with pytest.raises(InvalidInputError):
        add(models, name)
    assert models.list() == []


def test_names_without_a_latin_letter_get_an_id_too(models: ModelStore) -> None:
    card = add(models, "数字 🙂")
    assert card.id.startswith("model-")
    assert models.get("数字 🙂") == card


@pytest.mark.parametrize(
    "ref", ["digit", "", ".", "..", "../models", "x" * 300, "y" * 5000, "a\0b", "none.onnx"]
)
def test_an_unknown_model_is_an_error_with_a_hint(models: ModelStore, ref: str) -> None:
    add(models)
    with pytest.raises(UnknownModelError) as caught:
        models.get(ref)
    assert caught.value.hint
    if ref == "digit":
        assert caught.value.hint == "did you mean 'digits'?"


def test_paths_can_be_kept_out(models: ModelStore, tmp_path: Path) -> None:
    path = colour_model(tmp_path / "m.onnx")
    assert models.get(str(path)).name == "colours"
    with pytest.raises(UnknownModelError):
        models.get(str(path), allow_paths=False)


def test_a_loose_file_that_says_nothing_is_refused_with_the_verb_to_use(
    models: ModelStore, tmp_path: Path
) -> None:
    path = foreign_model(tmp_path / "m.onnx")
    with pytest.raises(InvalidInputError) as caught:
        models.get(str(path))
    assert "models add" in caught.value.hint


def test_damaged_models_are_listed_as_damaged_and_can_be_deleted(models: ModelStore) -> None:
    good, cut, gone, lost = (add(models, name) for name in ("good", "cut", "gone", "lost"))
    (models.root / cut.id / "model.json").write_text("{", "utf-8")
    (models.root / gone.id / "model.json").unlink()
    models.path_of(lost).unlink()
    faults = {one.id: one.fault for one in models.list()}
    assert faults[good.id] == ""
    assert all(faults[one.id] for one in (cut, gone, lost))
    assert json.dumps([one.to_dict() for one in models.list()])
    with pytest.raises(MissingWeightsError):
        models.verify(lost.id)
    with pytest.raises(InvalidInputError):
        models.get(cut.id)
    models.delete(cut.id)
    assert cut.id not in {one.id for one in models.list()}


def test_a_card_that_points_out_of_its_folder_is_damaged(models: ModelStore) -> None:
    card = add(models)
    file = models.root / card.id / "model.json"
    data = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(data | {"file": "../../secret"}), "utf-8")
    assert models.list()[0].fault
    with pytest.raises(InvalidInputError):
        models.get(card.id)


def test_deletion_moves_to_the_trash(models: ModelStore, tmp_path: Path) -> None:
    card = add(models)
    where = models.delete("digits")
    assert where.parent == tmp_path / "trash"
    assert (where / "weights.safetensors").read_bytes() == WEIGHTS
    assert models.list() == []
    with pytest.raises(UnknownModelError):
        models.delete(card.id)


def test_changed_weights_are_noticed(models: ModelStore) -> None:
    card = add(models)
    assert models.verify("digits") == card
    models.path_of(card).write_bytes(b"x" + WEIGHTS[1:])
    with pytest.raises(InvalidInputError, match="not those of its card"):
        models.verify("digits")


def test_an_export_lies_beside_the_weights_and_serves(models: ModelStore) -> None:
    card = add(models)
    assert models.serving_file(card) is None
    path = models.attach(card, "model.onnx", b"graph")
    assert models.serving_file(card) == path
    assert models.record(card).exports == ("model.onnx",)
    assert models.record(card).bytes >= len(WEIGHTS) + 5
    for name in ("model.json", "weights.safetensors", "../x", ""):
        with pytest.raises(InvalidInputError):
            models.attach(card, name, b"")
    models.path_of(card).unlink()
    with pytest.raises(MissingWeightsError):
        models.serving_file(card)


def test_an_addition_that_fails_leaves_nothing(models: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError):
        add(models, weights=tmp_path / "none")
    with pytest.raises(InvalidInputError):
        models.add(WEIGHTS, name="x", kind="classifier")
    with pytest.raises(InvalidInputError):
        models.add(
            WEIGHTS, name="x", kind=cast("ModelKind", "odd"), format="onnx", preprocess=PLAIN
        )
    assert not models.root.exists() or list(models.root.iterdir()) == []


def test_many_threads_may_add_at_once(models: ModelStore) -> None:
    threads = [threading.Thread(target=add, args=(models,)) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(models.list()) == 8
    assert not any(one.fault for one in models.list())


def test_an_exported_file_brings_its_own_card(models: ModelStore, tmp_path: Path) -> None:
    path = colour_model(tmp_path / "m.onnx", colour_card(project="p", licence="MIT"))
    card = models.add_file(path, ImportOptions(name="mine"))
    assert (card.name, card.kind, card.format) == ("mine", "classifier", "onnx")
    assert card.classes == ("red", "green", "blue")
    assert (card.project, card.licence, card.temperature) == ("p", "MIT", 0.1)
    assert models.serving_file(card) == models.path_of(card)
    with pytest.raises(InvalidInputError, match="holds its preprocessing"):
        models.add_file(path, ImportOptions(name="mine", preprocess="imagenet"))
    encoder = models.add_file(path, ImportOptions(name="mine", output="logits"))
    assert (encoder.kind, encoder.outputs["embedding"]) == ("encoder", "logits")


def test_a_foreign_model_with_a_named_embedding_is_an_encoder(
    models: ModelStore, tmp_path: Path
) -> None:
    card = models.add_file(foreign_model(tmp_path / "m.onnx"), ImportOptions(name="net"))
    assert card.kind == "encoder"
    assert card.outputs == {"logits": "logits", "embedding": "embedding"}
    assert card.preprocess.size == 8


def test_a_real_encoder_is_added(models: ModelStore, shared_data: Path) -> None:
    file = shared_data / "weights_mobilenet_v2" / "mobilenet_v2_imagenet.onnx"
    options = ImportOptions(name="mobilenet", preprocess="imagenet-224-crop", licence="Apache-2.0")
    card = models.add_file(file, options)
    assert card.outputs["embedding"] == "embedding"
    assert (card.preprocess.size, card.preprocess.resize_px) == (224, 256)
    assert models.verify("mobilenet").licence == "Apache-2.0"


def test_with_classes_a_foreign_model_is_a_classifier(models: ModelStore, tmp_path: Path) -> None:
    path = foreign_model(tmp_path / "m.onnx", outputs=("a_prob", "feature"))
    card = models.add_file(path, ImportOptions(name="net", classes=("x", "y", "z")))
    assert card.kind == "classifier"
    assert card.outputs == {"probabilities": "a_prob", "embedding": "feature"}
    with pytest.raises(InvalidInputError, match="no output fits"):
        models.add_file(path, ImportOptions(name="net", classes=("x", "y")))


def test_when_outputs_are_many_the_hint_lists_them(models: ModelStore, tmp_path: Path) -> None:
    path = foreign_model(tmp_path / "m.onnx", outputs=("one", "two"))
    with pytest.raises(InvalidInputError) as caught:
        models.add_file(path, ImportOptions(name="net"))
    assert "one float32 [n, 3]; two float32 [n, 3]" in caught.value.hint
    assert models.add_file(path, ImportOptions(name="net", output="two")).outputs == {
        "embedding": "two"
    }
    with pytest.raises(InvalidInputError) as caught:
        models.add_file(path, ImportOptions(name="net", output="tow"))
    assert caught.value.hint == "did you mean 'two'?"


def test_a_graph_that_fixes_another_size_is_refused(models: ModelStore, tmp_path: Path) -> None:
    path = foreign_model(tmp_path / "m.onnx")
    with pytest.raises(InvalidInputError) as caught:
        models.add_file(path, ImportOptions(name="net", preprocess="imagenet-224"))
    assert caught.value.hint == "use size=8"


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (custom_operator_model, "custom operators of com.example"),
        (external_data_model, "weights in other files"),
        (lambda path: foreign_model(path, opset=6), "opset 6"),
    ],
)
def test_a_graph_that_cannot_be_used_is_refused(
    models: ModelStore, tmp_path: Path, write: Callable[[Path], Path], message: str
) -> None:
    path = write(tmp_path / "m.onnx")
    with pytest.raises(InvalidInputError, match=message):
        models.add_file(path, ImportOptions(name="net"))
    assert models.list() == []


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".pkl", ".bin", ".ckpt"])
def test_a_pickle_is_never_opened_and_the_hint_says_how_to_convert_it(
    models: ModelStore, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"m{suffix}"
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(InvalidInputError, match="pickle") as caught:
        models.add_file(path, ImportOptions(name="net"))
    assert "save_file" in caught.value.hint


@pytest.mark.parametrize("name", ["m.txt", "m.onnx", "m.safetensors"])
def test_other_files_are_refused(models: ModelStore, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"hello, this is no model at all")
    options = ImportOptions(name="net", network="small_cnn", classes=("a", "b"))
    with pytest.raises(InvalidInputError):
        models.add_file(tmp_path / name, options)
    with pytest.raises(UnknownModelError):
        models.add_file(tmp_path / f"no-{name}", options)


def test_safetensors_need_a_known_network_and_classes(models: ModelStore, tmp_path: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    path = tmp_path / "m.safetensors"
    save_file({"w": np.zeros(2, np.float32)}, str(path))
    with pytest.raises(InvalidInputError, match="weights only"):
        models.add_file(path, ImportOptions(name="net"))
    options = ImportOptions(
        name="net", network="smal_cnn", classes=("a", "b"), networks=("small_cnn", "resnet18")
    )
    with pytest.raises(InvalidInputError) as caught:
        models.add_file(path, options)
    assert caught.value.hint == "did you mean 'small_cnn'?"
    options = ImportOptions(
        name="net", network="small_cnn", classes=("a", "b"), preprocess="unit-32"
    )
    card = models.add_file(path, options)
    assert (card.format, card.network, card.preprocess.size) == ("torch", "small_cnn", 32)


def test_a_full_disk_is_said_to_be_full_and_nothing_is_left(
    models: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(handle))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="disk is full"):
        add(models)
    assert list(models.root.iterdir()) == []


def test_what_a_crash_left_is_not_a_model_and_goes_after_a_day(models: ModelStore) -> None:
    left, fresh = models.root / ".adding-left-1", models.root / ".adding-fresh-1"
    for folder in (left, fresh):
        folder.mkdir(parents=True)
    os.utime(left, (0, 0))
    card = add(models)
    assert [one.id for one in models.list()] == [card.id]
    assert not left.exists()
    assert fresh.exists()


def test_a_model_outside_the_store_is_recorded_without_its_neighbours(
    models: ModelStore, tmp_path: Path
) -> None:
    path = colour_model(tmp_path / "elsewhere" / "m.onnx")
    (path.parent / "other.txt").write_text("not part of it", "utf-8")
    card = models.get(str(path))
    record = models.record(card)
    assert (record.bytes, record.exports) == (path.stat().st_size, ())
    assert models.serving_file(card) == path.resolve()
    assert models.verify(str(path)) == card
