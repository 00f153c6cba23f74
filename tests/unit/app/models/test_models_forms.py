from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from fakes.forms import colour_form
from fakes.plain_pictures import write_picture
from sightline.core.classify_wire import RemoteClassifier

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.cards import ModelCard, ModelFormat


def kept(bench: Workbench, folder: Path, form: ModelFormat) -> ModelCard:
    """Return the model of colours in one form, as an export leaves it in the store."""
    file, card = colour_form(folder / form, form)
    beside = file.with_suffix(".bin")
    return bench.store.models.add(
        file,
        extras={beside.name: beside} if form == "openvino" else {},
        name=f"colours-{form}",
        kind="classifier",
        format=form,
        preprocess=card.preprocess,
        classes=card.classes,
        outputs=card.outputs,
        temperature=card.temperature,
    )


@pytest.mark.parametrize("form", ["onnx", "openvino", "torchscript"])
def test_predictions_run_on_every_exported_form(
    bench: Workbench, tmp_path: Path, form: ModelFormat
) -> None:
    card = kept(bench, tmp_path, form)
    files = [write_picture(tmp_path / f"{one}.png", one) for one in ("blue", "red", "green")]
    found = [one["label"] for one in bench.predict(card.name, files)]
    assert found == ["blue", "red", "green"]
    by_folder = bench.predict(str(bench.store.models.path_of(card).parent), files[:1])
    assert next(by_folder)["label"] == "blue"


def test_what_needs_torch_answers_from_a_process_of_its_own(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = kept(bench, tmp_path, "torchscript")
    monkeypatch.setitem(sys.modules, "torch", None)  # an import of it fails
    opened = bench.models.open_form(bench.store.models.path_of(card), card)
    assert isinstance(opened, RemoteClassifier)
    assert bench.models.serving_file(card).name == "model.pt"
