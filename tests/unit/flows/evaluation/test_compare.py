"""Two networks on the same pictures."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.flows.evaluation.answers import Kept
from sightline.flows.evaluation.compare import compare

CLASSES = ("cat", "dog")


def network(y: np.ndarray, right: np.ndarray, ids: np.ndarray | None = None) -> Kept:
    said = np.where(right, y, 1 - y)
    p = np.where(said[:, None] == np.arange(2), 0.9, 0.1)
    return Kept(np.arange(len(y)) + 1 if ids is None else ids, y.astype(float), p)


def test_the_better_one_is_named_only_where_it_cannot_be_chance() -> None:
    y = np.arange(200) % 2
    good, bad = np.arange(200) >= 10, np.arange(200) >= 60
    found = compare(network(y, bad), network(y, good), CLASSES)
    assert found["better"] == 1
    assert found["accuracy"] == [0.7, 0.95]
    assert found["difference"]["low"] > 0.1
    assert found["p"] < 1e-6
    assert len(found["only_second"]) == 50
    assert found["only_first"] == []
    near = compare(network(y, good), network(y, np.arange(200) >= 12), CLASSES)
    assert near["better"] is None
    json.dumps(found, allow_nan=False)


def test_only_pictures_that_both_saw_with_one_label_count() -> None:
    y = np.zeros(20, int)
    all_right = np.ones(20, bool)
    other = network(y, all_right, ids=np.arange(11, 31))
    relabelled = Kept(other.image_ids, np.where(np.arange(20) < 2, 1.0, 0.0), other.probabilities)
    assert compare(network(y, all_right), relabelled, CLASSES)["images"] == 8


def test_networks_that_saw_different_pictures_or_tasks_cannot_be_compared() -> None:
    y = np.zeros(5, int)
    one = network(y, np.ones(5, bool))
    with pytest.raises(InvalidInputError, match="no picture"):
        compare(one, network(y, np.ones(5, bool), ids=np.arange(100, 105)), CLASSES)
    tags = Kept(one.image_ids, np.zeros((5, 2)), one.probabilities)
    with pytest.raises(InvalidInputError, match="different"):
        compare(one, tags, CLASSES)
