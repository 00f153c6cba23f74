from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sightline.core.preprocess import Preprocess
from sightline.core.samples import Sample
from sightline.heads.calibration import softmax
from sightline.nets.build import build
from sightline.train.augment import Augmenter
from sightline.train.data import Pixels
from sightline.train.evaluate import logits_of, measure, temperature_of
from sightline.train.findings import Answers
from sightline.train.judge_classes import ClassJudge, mistakes
from sightline.train.spec_augment import AugmentPart

RULE = Preprocess(size=16)


def world() -> tuple[Any, Pixels, Augmenter]:
    samples = tuple(Sample(i, Path(str(i)), 0, i % 3, "val", "") for i in range(7))
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (7, 16, 16, 3), dtype=np.uint8)
    pixels = Pixels(samples, RULE, memory_mb=0, load=lambda one: images[one.image_id])
    torch.manual_seed(0)
    augmenter = Augmenter(AugmentPart(), RULE, seed=0, device=torch.device("cpu"))
    return build("small_cnn", 3), pixels, augmenter


def test_answers_do_not_depend_on_the_batch_and_the_net_goes_on_training() -> None:
    net, pixels, augmenter = world()
    net.train()
    one, y = logits_of(net, pixels, np.arange(7), augmenter, 7)
    two, _ = logits_of(net, pixels, np.arange(7), augmenter, 2)
    assert np.allclose(one, two, atol=1e-5)
    assert y.tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert net.training


def test_too_little_memory_halves_the_batch() -> None:
    net, pixels, augmenter = world()
    expected, _ = logits_of(net, pixels, np.arange(7), augmenter, 7)

    def little(_module: Any, args: Any) -> None:
        if len(args[0]) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")

    net.register_forward_pre_hook(little)
    found, _ = logits_of(net, pixels, np.arange(7), augmenter, 7)
    assert np.allclose(found, expected, atol=1e-5)


def test_the_temperature_cools_doubt_and_warms_conceit() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 4000)
    # Logits whose softmax is the truth: noise plus the class, drawn from the model itself.
    honest = rng.normal(0, 1.5, (4000, 3))
    y = np.array([rng.choice(3, p=row) for row in softmax(honest)])
    assert temperature_of(honest.astype(np.float32), y) == pytest.approx(1, abs=0.1)
    assert temperature_of((honest * 4).astype(np.float32), y) == pytest.approx(4, abs=0.4)
    assert temperature_of((honest / 4).astype(np.float32), y) == pytest.approx(0.25, abs=0.03)


def test_few_pictures_or_no_mistake_do_not_make_a_model_certain() -> None:
    logits = np.eye(3, dtype=np.float32)[np.arange(30) % 3] * 3
    y = np.arange(30) % 3
    assert temperature_of(logits[:19], y[:19]) == 1
    probabilities = softmax(logits.astype(np.float64) / temperature_of(logits, y))
    assert 0.9 < probabilities.max() < 0.99


def test_a_splits_figures_add_up() -> None:
    probabilities = np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]])
    found = measure(probabilities, np.array([0, 1, 1]), ("a", "b"))
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["confusion"] == [[1, 0], [1, 1]]
    assert [row["recall"] for row in found["per_class"]] == [1.0, 0.5]
    assert sum(one["count"] for one in found["reliability"]) == 3


def test_the_worst_mistakes_come_first() -> None:
    logits = np.log(np.array([[0.9, 0.1], [0.2, 0.8], [0.05, 0.95], [0.6, 0.4]], np.float32))
    answers = Answers(np.array([5, 6, 7, 8]), np.array([0, 0, 0, 1]), logits)
    rows = mistakes("test", answers, softmax(logits.astype(np.float64)))
    assert [row["image_id"] for row in rows] == [7, 6, 8]
    assert rows[0]["true"] == 0
    assert rows[0]["predicted"] == 1
    assert rows[0]["probability"] == pytest.approx(0.95)
    assert rows[0]["probability_true"] == pytest.approx(0.05)
    found = ClassJudge().judge({"test": answers, "val": answers}, ("a", "b"))
    assert found.metrics["accuracy_split"] == "test"
    assert found.metrics["val_accuracy"] == 0.25
    assert found.temperature == 1


def test_a_split_without_readable_pictures_has_no_figures() -> None:
    assert ClassJudge().judge({}, ("a", "b")).metrics == {}
