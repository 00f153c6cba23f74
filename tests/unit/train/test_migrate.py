from __future__ import annotations

import pytest

from sightline.core.errors import InvalidInputError
from sightline.train.migrate import migrate, saved_spec
from sightline.train.spec import VERSION, TrainSpec
from sightline.train.spec_io import build_spec


def test_a_spec_of_version_one_keeps_what_was_asked_for() -> None:
    old = TrainSpec().model_dump()
    del old["version"], old["loss"]
    old |= {"class_weights": "balanced", "label_smoothing": 0.2, "epochs": 3}
    spec = saved_spec(old)
    assert (spec.loss.class_weights, spec.loss.label_smoothing, spec.epochs) == ("balanced", 0.2, 3)
    assert spec.version == VERSION


def test_the_values_that_were_given_are_left_alone() -> None:
    given = {"label_smoothing": 0.2, "loss": {"class_weights": "none"}}
    migrate(given)
    assert given == {"label_smoothing": 0.2, "loss": {"class_weights": "none"}}


def test_a_key_in_both_shapes_keeps_the_newer_value() -> None:
    assert migrate({"label_smoothing": 0.2, "loss": {"label_smoothing": 0.1}}) == {
        "loss": {"label_smoothing": 0.1}
    }


def test_old_keys_in_a_file_of_a_person_are_understood() -> None:
    assert build_spec({"class_weights": "balanced"}).loss.class_weights == "balanced"


def test_a_present_spec_is_unchanged() -> None:
    values = TrainSpec().model_dump()
    assert migrate(values) == values


def test_a_newer_spec_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidInputError) as caught:
        build_spec({"version": VERSION + 1})
    assert "update" in caught.value.hint


def test_a_group_that_is_a_value_is_named_by_the_check() -> None:
    with pytest.raises(InvalidInputError, match="loss"):
        build_spec({"label_smoothing": 0.1, "loss": 3})
