"""Texts as a person writes them: a list, and the classes that they mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.core.phrases import MOST, labels_of, parse_pairs, split_phrases


def test_a_list_is_divided_by_commas_semicolons_and_lines_and_names_each_once() -> None:
    assert split_phrases(" a  cat, Traffic light;dog\nA CAT,, ") == (
        "a cat",
        "Traffic light",
        "dog",
    )


@pytest.mark.parametrize("text", ["", " , ;\n", "\x00"])
def test_a_list_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="nothing is named"):
        split_phrases(text)


def test_too_many_and_too_long_texts_are_refused_with_the_next_step() -> None:
    with pytest.raises(InvalidInputError, match="more than") as many:
        split_phrases(",".join(map(str, range(MOST + 1))))
    assert "rounds" in many.value.hint
    with pytest.raises(InvalidInputError, match="too long"):
        split_phrases("x" * 201)


@given(st.text(max_size=60))
def test_what_was_divided_stays_as_it_is_when_it_is_divided_again(text: str) -> None:
    try:
        found = split_phrases(text)
    except InvalidInputError:
        return
    assert split_phrases(", ".join(found)) == found


def test_texts_are_matched_with_classes_by_name_whatever_case_and_underscores() -> None:
    names = ["traffic_light", "Cat"]
    found = labels_of(["Traffic  Light", "cat", "boat"], names, {})
    assert found == {
        "Traffic  Light": ("traffic_light", True),
        "cat": ("Cat", True),
        "boat": ("boat", False),
    }


def test_a_class_may_be_named_for_a_text_that_is_asked_for_and_for_no_other() -> None:
    assert labels_of(["automobile"], ["car"], parse_pairs(["Automobile=car"])) == {
        "automobile": ("car", True)
    }
    with pytest.raises(InvalidInputError, match="'van', which is not asked for"):
        labels_of(["automobile"], ["car"], {"van": "car"})


@pytest.mark.parametrize("pair", ["car", "=car", "automobile=", ""])
def test_what_is_no_pair_of_text_and_class_is_refused(pair: str) -> None:
    with pytest.raises(InvalidInputError, match="is no text"):
        parse_pairs([pair])
