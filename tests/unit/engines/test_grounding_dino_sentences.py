"""Which tokens of a sentence belong to which text."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from sightline.core.errors import InvalidInputError
from sightline.engines.grounding_dino.sentences import scores_of, sentences


def tokenizer(text: str, *, return_offsets_mapping: bool = False) -> dict[str, list[Any]]:
    """A token for each word and each sign; "cats" is "cat" and "s"."""
    spans = [found.span() for found in re.finditer(r"cat(?=s)|\w+|[^\w\s]", text)]
    found: dict[str, list[Any]] = {"input_ids": list(range(len(spans) + 2))}
    if return_offsets_mapping:
        found["offset_mapping"] = [(0, 0), *spans, (0, 0)]
    return found


def test_each_text_owns_its_words_and_not_the_signs_between_them() -> None:
    (one,) = sentences(["Red car", "cats"], tokenizer, 20)
    assert one.text == "red car. cats."
    assert one.places == (0, 1)
    assert one.tokens == ((1, 2), (4, 5)), "0 begins the sentence, 3 and 6 are full stops"


def test_a_full_stop_within_a_text_does_not_cut_it() -> None:
    (one,) = sentences(["St. Bernard?", "dog"], tokenizer, 20)
    assert one.text == "st bernard. dog."
    assert one.tokens == ((1, 2), (4,))


def test_texts_that_do_not_fit_are_asked_for_in_several_sentences() -> None:
    made = sentences(["a b", "c d", "e"], tokenizer, 8)
    assert [one.text for one in made] == ["a b. c d.", "e."]
    assert [one.places for one in made] == [(0, 1), (2,)]
    assert made[1].tokens == ((1,),)


def test_a_text_that_is_too_long_or_names_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="has 6 parts, the network reads 3"):
        sentences(["a b c d e"], tokenizer, 5)
    with pytest.raises(InvalidInputError, match="names nothing"):
        sentences(["..?"], tokenizer, 5)


def test_a_query_names_the_text_whose_words_it_agrees_with_all_in_all() -> None:
    (one,) = sentences(["red car", "blue car"], tokenizer, 20)
    red, car, blue, other = one.tokens[0] + one.tokens[1]
    chances = np.zeros((2, 20))
    chances[0, [red, car, blue, other]] = 0.6, 0.9, 0.1, 0.9
    chances[1, [red, car, blue, other]] = 0.1, 0.3, 0.2, 0.3
    best, index = scores_of(chances, one)
    assert index.tolist() == [0, 1]
    np.testing.assert_allclose(best, [0.9, 0.3])
