from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest

from fakes.forms import FILES, colour_form
from fakes.onnx_graphs import PLAIN, RED_GREEN_BLUE, colour_card, colour_model
from sightline.core.cards import ModelFormat
from sightline.core.classify_wire import RemoteClassifier, ServedClassifier
from sightline.core.errors import InvalidInputError, MissingExtraError, MissingWeightsError
from sightline.core.ports import Classifier
from sightline.jobs.wire import Message
from sightline.predict.openers import OPENERS, open_form, open_model

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

IMAGES = np.random.default_rng(5).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)


def expected() -> np.ndarray:
    powers = np.exp(IMAGES.reshape(5, -1, 3).mean(axis=1) / 255 / 0.1)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("form", list(FILES))
def test_every_form_answers_alike(tmp_path: Path, form: ModelFormat) -> None:
    file, card = colour_form(tmp_path, form)
    model = open_model(file, card)
    assert isinstance(model, Classifier)
    assert (model.classes, model.preprocess) == (RED_GREEN_BLUE, PLAIN)
    assert model.max_batch >= 1
    assert model.nbytes > file.stat().st_size
    np.testing.assert_allclose(model.classify(IMAGES), expected(), atol=1e-5)
    answers = model.answers(IMAGES[:1])
    assert set(answers) == {"probabilities", "logits", "embedding"}
    np.testing.assert_allclose(answers["probabilities"], expected()[:1], atol=1e-5)


@pytest.mark.parametrize("form", list(FILES))
def test_every_form_is_asked_by_many_threads(tmp_path: Path, form: ModelFormat) -> None:
    model = open_model(*colour_form(tmp_path, form))
    with ThreadPoolExecutor(4) as pool:
        for answer in pool.map(model.classify, [IMAGES] * 24):
            np.testing.assert_allclose(answer, expected(), atol=1e-5)


@pytest.mark.parametrize("form", list(FILES))
def test_a_form_without_its_file_says_so(tmp_path: Path, form: ModelFormat) -> None:
    with pytest.raises(MissingWeightsError, match="no model file"):
        open_form(tmp_path / FILES[form], replace(colour_card(), format=form))


@pytest.mark.parametrize("form", list(FILES))
def test_a_damaged_form_is_refused(tmp_path: Path, form: ModelFormat) -> None:
    file = tmp_path / FILES[form]
    file.write_bytes(b"not a model")
    file.with_suffix(".bin").write_bytes(b"")
    with pytest.raises(InvalidInputError, match="cannot be loaded"):
        open_form(file, replace(colour_card(), format=form))


def test_a_form_whose_weights_are_gone_says_so(tmp_path: Path) -> None:
    file, card = colour_form(tmp_path, "openvino")
    file.with_suffix(".bin").unlink()
    with pytest.raises(MissingWeightsError, match=r"model\.bin"):
        open_form(file, card)


def test_a_format_that_only_holds_weights_leads_to_the_export(tmp_path: Path) -> None:
    asleep = set(get_args(ModelFormat)) - set(OPENERS)
    for form in sorted(asleep):
        card = replace(colour_card(), format=form)
        with pytest.raises(InvalidInputError, match="does not answer") as caught:
            open_form(tmp_path / "weights", card)
        assert "export" in caught.value.hint


def test_a_network_of_torch_is_asked_through_the_onnx_file_beside_it(tmp_path: Path) -> None:
    file = colour_model(tmp_path / "model.onnx")
    model = open_model(file, replace(colour_card(), format="torch"))
    np.testing.assert_allclose(model.classify(IMAGES), expected(), atol=1e-5)


def test_an_encoder_is_no_classifier(tmp_path: Path) -> None:
    card = replace(colour_card(), kind="encoder", classes=(), outputs={"embedding": "embedding"})
    file = colour_model(tmp_path / "m.onnx", card)
    assert set(open_form(file, card).answers(IMAGES)) == {"embedding"}
    with pytest.raises(InvalidInputError, match="does not classify"):
        open_model(file)


def test_openvino_is_imported_without_what_tells_others(tmp_path: Path) -> None:
    colour_form(tmp_path, "openvino")
    assert sys.modules["openvino_telemetry"] is None


def test_a_runtime_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, card = colour_form(tmp_path, "openvino")
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match="openvino"):
        open_form(file, card)


class HerePipe:
    """Answers as the process of a classifier would."""

    def __init__(self, served: ServedClassifier) -> None:
        self._served = served

    def facts(self) -> dict[str, Any]:
        """Return what it says of itself."""
        return self.call("facts").facts

    def call(
        self, method: str, arguments: dict[str, Any] | None = None, arrays: Sequence[Any] = ()
    ) -> Message:
        """Answer."""
        return Message(*self._served.answer(method, arguments or {}, arrays))


def test_what_answers_elsewhere_answers_alike(tmp_path: Path) -> None:
    file, card = colour_form(tmp_path, "onnx")
    here = open_model(file, card)
    pipe = HerePipe(ServedClassifier(here))
    there = RemoteClassifier(pipe, card, file_bytes=file.stat().st_size)
    assert isinstance(there, Classifier)
    assert (there.classes, there.preprocess, there.limits) == (RED_GREEN_BLUE, PLAIN, ())
    np.testing.assert_array_equal(there.classify(IMAGES), here.classify(IMAGES))
    assert set(there.answers(IMAGES)) == set(here.answers(IMAGES))
    with pytest.raises(InvalidInputError, match="cannot"):
        pipe.call("detect")
