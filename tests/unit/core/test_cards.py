from __future__ import annotations

import json
from typing import Any

import pytest

from sightline.core.cards import ModelCard
from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import Preprocess


def values(**changes: Any) -> dict[str, Any]:
    card: dict[str, Any] = {
        "id": "pets-1",
        "name": "pets",
        "kind": "classifier",
        "format": "torch",
        "file": "weights.safetensors",
        "blake3": "ab" * 32,
        "created_at": "2026-01-01T00:00:00.000Z",
        "preprocess": Preprocess(size=32).to_dict(),
        "classes": ["cat", "dog"],
        "class_ids": [3, 4],
        "temperature": 1.5,
        "outputs": {"logits": "logits"},
        "metrics": {"accuracy": 0.9},
    }
    return card | changes


def test_a_card_survives_json() -> None:
    card = ModelCard.from_dict(values())
    assert ModelCard.from_dict(json.loads(json.dumps(card.to_dict()))) == card
    assert card.classes == ("cat", "dog")
    assert card.class_ids == (3, 4)


def test_a_card_of_a_newer_version_is_read_without_its_new_keys() -> None:
    assert ModelCard.from_dict(values(colour="red")) == ModelCard.from_dict(values())


@pytest.mark.parametrize("key", ["id", "name", "kind", "format", "file", "blake3", "preprocess"])
def test_a_card_without_what_it_needs_is_refused_and_the_key_is_named(key: str) -> None:
    data = values()
    del data[key]
    with pytest.raises(InvalidInputError, match=key):
        ModelCard.from_dict(data)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "poet"},
        {"format": "pickle"},
        {"id": 7},
        {"classes": "cat"},
        {"classes": 3},
        {"class_ids": ["x"]},
        {"temperature": "hot"},
        {"temperature": 0},
        {"temperature": float("nan")},
        {"metrics": [1]},
        {"outputs": "logits"},
        {"preprocess": None},
        {"preprocess": {"size": 0}},
        {"preprocess": [1, 2]},
    ],
)
def test_a_card_with_a_wrong_value_is_refused_with_a_hint(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        ModelCard.from_dict(values(**changes))
    assert caught.value.hint


@pytest.mark.parametrize("data", [[], "card", None, 3])
def test_what_is_no_object_is_no_card(data: Any) -> None:
    with pytest.raises(InvalidInputError, match="not a model card"):
        ModelCard.from_dict(data)
