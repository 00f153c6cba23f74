"""A network of a few layers, in the one test here that needs torch."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.progress import Silent
from sightline.curate.head.data import Problem
from sightline.curate.head.mlp import fit
from sightline.curate.head.spec import HeadSpec
from sightline.curate.head.watch import Watch
from sightline.heads.bundle import forward

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (300, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(np.int64)
"""What no linear head can tell apart."""


def right(spec: HeadSpec, watch: Watch | None = None) -> float:
    problem = Problem(X[:200], Y[:200], np.ones(200), 2)
    layers = fit(problem, spec, watch=watch or Watch(Silent(), 1, "x"), held=(X[200:], Y[200:]))
    return float((forward(layers, X[200:]).argmax(1) == Y[200:]).mean())


def test_it_learns_what_is_not_linear_with_every_option_and_ends_early() -> None:
    spec = HeadSpec(head="mlp", sizes=(32,), lr=2e-2, epochs=25, patience=25, dropout=0)
    assert right(spec) > 0.9
    assert right(spec) == right(spec), "the same seed gives the same head"
    varied = {"label_smoothing": 0.05, "mixup": 0.1, "balanced_sampler": True, "dropout": 0.1}
    assert right(spec.model_copy(update=varied)) > 0.75
    watch = Watch(Silent(), 1, "x")
    right(spec.model_copy(update={"patience": 1, "lr": 1.0, "epochs": 50}), watch)
    assert watch.steps < 50


def test_a_graphics_card_that_is_not_there_is_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidInputError, match="device is cuda:64") as error:
        right(HeadSpec(head="mlp", device="cuda:64"))
    assert "cpu" in error.value.hint
