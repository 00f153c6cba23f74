"""Patterns of messages: what is filled in, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.flows.narrate.patterns import Numbers, fill, names_in, parse

if TYPE_CHECKING:
    from sightline.flows.narrate.patterns import Category


def english(n: int) -> Category:
    return "one" if n == 1 else "other"


NUMBERS = Numbers(english, lambda n: {2: "two"}.get(n, str(n)))


def filled(pattern: str, **values: str | int) -> str:
    return fill(pattern, NUMBERS, values)


def test_values_and_plurals_are_filled_in() -> None:
    pattern = "{who} saw {n, plural, one {a dog} other {# dogs in {place}}}."
    assert filled(pattern, who="Ann", n=1, place="Bonn") == "Ann saw a dog."
    assert filled(pattern, who="Ann", n=2, place="Bonn") == "Ann saw two dogs in Bonn."
    assert names_in(pattern) == {"who", "n", "place"}


def test_a_sign_for_the_number_outside_of_a_plural_is_itself() -> None:
    assert filled("# {n}", n=2) == "# two"


def test_plurals_can_be_nested() -> None:
    pattern = "{a, plural, other {{b, plural, one {#} other {many}} of #}}"
    assert filled(pattern, a=2, b=1) == "1 of two"


@pytest.mark.parametrize(
    "pattern",
    [
        "{",
        "}",
        "{a",
        "{}",
        "{a b}",
        "{n, plural, one {x}}",
        "{n, plural, other {x}",
        "{n, plural, other x}",
        "{n, select, other {x}}",
        "{n, plural}",
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|name|form|known"):
        parse(pattern)


def test_a_value_that_lacks_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled("{who}")


@given(st.text(alphabet="ab{},# pluralotheren"))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    try:
        parse(text)
    except ValueError:
        return
    names_in(text)


@given(st.text().filter(lambda text: not set("{}") & set(text)))
def test_text_without_brackets_is_itself(text: str) -> None:
    assert filled(text) == text
