from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes.onnx_graphs import PLAIN, RED_GREEN_BLUE, colour_card, colour_model, foreign_model
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.ports import Classifier
from sightline.predict.session import OnnxClassifier, open_classifier

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(5)


def pictures(count: int) -> np.ndarray:
    return RNG.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)


def expected(images: np.ndarray, temperature: float = 0.1) -> np.ndarray:
    means = images.reshape(len(images), -1, 3).mean(axis=1) / 255
    powers = np.exp(means / temperature)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@pytest.fixture
def colours(tmp_path: Path) -> OnnxClassifier:
    return open_classifier(colour_model(tmp_path / "m.onnx"))


def test_a_file_of_ours_needs_no_card(colours: OnnxClassifier) -> None:
    assert isinstance(colours, Classifier)
    assert colours.classes == RED_GREEN_BLUE
    assert colours.preprocess == PLAIN
    images = pictures(5)
    np.testing.assert_allclose(colours.classify(images), expected(images), atol=1e-5)


def test_all_outputs_are_told_by_role(colours: OnnxClassifier) -> None:
    images = pictures(2)
    answers = colours.answers(images)
    assert set(answers) == {"probabilities", "logits", "embedding"}
    means = images.reshape(2, -1, 3).mean(axis=1) / 255
    np.testing.assert_allclose(answers["logits"], means, atol=1e-5)


def test_a_foreign_model_is_normalised_by_its_card(tmp_path: Path) -> None:
    rule = replace(PLAIN, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))
    card = colour_card(preprocess=rule.to_dict(), outputs={"logits": "logits"}, temperature=2.0)
    images = pictures(3)
    means = images.reshape(3, -1, 3).mean(axis=1) / 255
    logits = (means - rule.mean) / np.array(rule.std) / 2.0
    want = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    got = open_classifier(foreign_model(tmp_path / "m.onnx"), card).classify(images)
    np.testing.assert_allclose(got, want, atol=1e-5)


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_a_graph_with_a_fixed_batch_takes_any_number(tmp_path: Path, batch: int) -> None:
    card = colour_card(outputs={"probabilities": "prob"})
    path = foreign_model(tmp_path / "m.onnx", outputs=("prob",), batch=batch)
    images = pictures(3)
    got = open_classifier(path, card).classify(images)
    np.testing.assert_allclose(got, expected(images, 1.0), atol=1e-5)


def test_many_threads_may_ask_one_session(colours: OnnxClassifier) -> None:
    batches = [pictures(3) for _ in range(24)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(colours.classify, batches))
    for images, answer in zip(batches, answers, strict=True):
        np.testing.assert_allclose(answer, expected(images), atol=1e-5)


def test_a_card_with_other_classes_than_the_graph_is_refused(tmp_path: Path) -> None:
    path = colour_model(tmp_path / "m.onnx", metadata=False)
    classifier = open_classifier(path, colour_card(classes=["a", "b"]))
    with pytest.raises(InvalidInputError, match="3 classes"):
        classifier.classify(pictures(1))


def test_pictures_of_another_size_are_an_error_that_says_so(colours: OnnxClassifier) -> None:
    with pytest.raises(InvalidInputError, match="does not run"):
        colours.classify(np.zeros((1, 9, 9, 3), np.uint8))


def test_what_cannot_be_opened_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError):
        open_classifier(tmp_path / "none.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    with pytest.raises(InvalidInputError, match="cannot be loaded"):
        open_classifier(tmp_path / "bad.onnx")
    with pytest.raises(InvalidInputError) as caught:
        open_classifier(foreign_model(tmp_path / "foreign.onnx"))
    assert "models add" in caught.value.hint
    encoder = colour_card(outputs={"embedding": "embedding"})
    with pytest.raises(InvalidInputError, match="no output for its classes"):
        open_classifier(tmp_path / "foreign.onnx", encoder)
