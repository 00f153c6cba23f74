from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fakes.colours import add_colours
from fakes.explained import net_of
from fakes.forms import colour_form
from sightline.core.errors import InvalidInputError, UnknownModelError
from sightline.core.preprocess import Preprocess
from sightline.export.onnx import onnx_bytes
from sightline.jobs.wire import Message
from sightline.nets.weights import save_state
from sightline.predict.measure import serve_measured

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.cards import ModelCard

QUICK: dict[str, Any] = {"threads": 2, "seconds": 0.01}


class Here:
    """Stands for an engine's process: measures here."""

    def __init__(self, path: Path, card: ModelCard) -> None:
        self._served = serve_measured(path, card, 1)
        self.closed = False

    def call(self, method: str, arguments: dict[str, Any]) -> Message:
        """Answer."""
        return Message(*self._served.answer(method, arguments, []))

    def close(self) -> None:
        """Remember that it was asked for."""
        self.closed = True


@pytest.fixture
def here(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> list[Here]:
    """The processes that were made, which answer in this one."""
    made: list[Here] = []

    def process(factory: str, path: Path, card: ModelCard) -> Here:
        assert factory == "sightline.predict.measure:serve_measured"
        made.append(Here(path, card))
        return made[-1]

    monkeypatch.setattr(bench.room, "process", process)
    return made


def with_form(bench: Workbench, folder: Path) -> ModelCard:
    """Add the model of colours and a form of it; return the form."""
    source = add_colours(bench, folder)["id"]
    file, card = colour_form(folder / "ov", "openvino")
    about: dict[str, Any] = {"origin": source}
    return bench.store.models.add(
        file,
        extras={"model.bin": file.with_suffix(".bin")},
        name="colours-openvino",
        kind="classifier",
        format="openvino",
        preprocess=card.preprocess,
        classes=card.classes,
        outputs=card.outputs,
        **about,
    )


def test_a_model_is_measured_with_every_form_of_it(
    bench: Workbench, here: list[Here], tmp_path: Path
) -> None:
    form = with_form(bench, tmp_path)
    for ref in ("colours", form.id):
        found = bench.speeds.measure(ref, **QUICK)
        assert [one["format"] for one in found["forms"]] == ["onnx", "openvino"]
    row = found["forms"][1]
    assert row["name"] == "colours-openvino"
    weights = bench.store.models.path_of(form)
    assert row["bytes"] == weights.stat().st_size + weights.with_suffix(".bin").stat().st_size
    assert [one["threads"] for one in row["latency"]] == [1, 2]
    assert (found["threads"], found["input_px"]) == (2, 8)
    assert found["prepare_ms"] > 0
    alone = bench.speeds.measure(form.id, alone=True, **QUICK)
    assert [one["id"] for one in alone["forms"]] == [form.id]
    assert all(one.closed for one in here)


def test_a_form_that_does_not_run_says_why_and_the_others_are_measured(
    bench: Workbench, here: list[Here], tmp_path: Path
) -> None:
    form = with_form(bench, tmp_path)
    bench.store.models.path_of(form).write_bytes(b"damaged")
    found = bench.speeds.measure("colours", **QUICK)["forms"]
    assert found[0]["error"] is None
    assert "cannot be loaded" in found[1]["error"]["message"]
    assert len(here) == 2


@pytest.mark.nightly
@pytest.mark.usefixtures("here")
def test_a_trained_network_is_measured_in_torch_too(bench: Workbench, tmp_path: Path) -> None:
    net = net_of("small_cnn", classes=2)
    save_state(tmp_path / "w.safetensors", net.state_dict())
    card = bench.store.models.add(
        tmp_path / "w.safetensors", name="t", kind="classifier", format="torch",
        network="small_cnn", preprocess=Preprocess(size=32), classes=("a", "b"),
    )  # fmt: skip
    told = replace(card, outputs={one: one for one in ("probabilities", "logits", "embedding")})
    bench.store.models.attach(card, "model.onnx", onnx_bytes(net, told))
    rows = bench.speeds.measure("t", **QUICK)["forms"]
    assert [one["format"] for one in rows] == ["torch", "onnx"]
    assert all(one["error"] is None for one in rows)


@pytest.mark.nightly
def test_every_form_is_measured_in_a_process_of_its_own(bench: Workbench, tmp_path: Path) -> None:
    with_form(bench, tmp_path)
    rows = bench.speeds.measure("colours", **QUICK)["forms"]
    assert all(one["memory_bytes"] > 1 << 20 for one in rows), rows


def test_what_does_not_answer_is_not_measured(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.jobs, "pump", lambda: None)
    with pytest.raises(UnknownModelError):
        bench.speeds.measure("none")
    bench.store.models.add(
        b"x", name="d", kind="detector", format="onnx", preprocess=Preprocess(size=8)
    )
    with pytest.raises(InvalidInputError, match="is a detector"):
        bench.speeds.start("d")
    job = bench.speeds.start(add_colours(bench, tmp_path)["id"])
    assert (job["kind"], job["state"]) == ("bench-model", "queued")
