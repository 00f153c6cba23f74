"""Forms of a network in torch; the others are in `test_forms.py`, which needs none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.trained import trained
from sightline.app.forms.wish import FormWish
from sightline.core.progress import Silent
from sightline.export import latency, torchscript
from sightline.predict.openers import open_model
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.fixture(autouse=True)
def one_round(monkeypatch: pytest.MonkeyPatch, one_thread: None) -> None:
    monkeypatch.setattr(latency, "ROUNDS", 1)
    monkeypatch.setattr(latency, "threads_here", lambda: (1,))
    assert one_thread is None


@pytest.fixture
def model(bench: Workbench, pets: Project, tmp_path: Path) -> str:
    """A network with random weights, which are good enough to be exported."""
    label_by_folder(bench, pets)
    return trained(bench, pets, tmp_path).id


def test_a_network_becomes_torchscript_that_answers_as_it_does(
    bench: Workbench, pets: Project, model: str
) -> None:
    found = bench.forms.export(model, FormWish(form="torchscript"))
    report = found["report"]
    assert report["parity"]["max_abs"] <= 1e-3
    assert report["judged"]["agreement"] == 1.0
    assert {row["what"] for row in report["latency"]["rows"]} == {"torch", "onnx", "this"}
    assert report["latency"]["over_torch"] > 0
    card = bench.store.models.get(found["model"])
    file = bench.store.models.path_of(card)
    with file.open("rb") as raw:
        assert torchscript.CARD_FILE.encode() in raw.read()
    plain = bench.forms.export(model, FormWish())
    assert plain["parity_max_abs"] <= 1e-3
    picture = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    source = bench.store.models.get(model)
    ours = open_model(file, card).classify(picture)
    onnx_file = bench.store.models.path_of(source).with_name("model.onnx")
    np.testing.assert_allclose(ours, open_model(onnx_file, source).classify(picture), atol=1e-5)
    forms = {one["format"]: one for one in bench.forms.all(model)}
    assert forms["torchscript"]["model"] == card.id
    assert forms["onnx"]["model"] == model
    assert forms["onnx"]["report"]["judged"]["split"] == "val"
    assert rows(bench, pets)


@pytest.mark.nightly
def test_every_form_of_a_network_is_made_judged_and_asked(
    bench: Workbench, pets: Project, model: str
) -> None:
    path = rows(bench, pets)[0].path
    for form, quantize in (
        *(("onnx", "none"), ("onnx", "int8"), ("onnx", "dynamic")),
        *(("torchscript", "none"), ("openvino", "none"), ("openvino", "int8")),
    ):
        wish = FormWish(form=form, quantize=quantize, force=True)
        found = bench.forms.export(model, wish, progress=Silent())
        ref = found.get("model", model)
        assert next(iter(bench.predict(ref, [path])))["label"] in {"cat", "dog"}
        assert found["report"]["judged"]["images"] > 0
