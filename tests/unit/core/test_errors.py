from __future__ import annotations

from collections import Counter

import pytest

from sightline.core import errors
from sightline.core.errors import SightlineError, did_you_mean


def every(kind: type[SightlineError] = SightlineError) -> list[type[SightlineError]]:
    below = [one for sub in kind.__subclasses__() for one in every(sub)]
    return [one for one in [kind, *below] if one.__module__ == errors.__name__]


def test_every_error_has_a_code_of_its_own_and_stands_in_the_tree() -> None:
    codes = Counter(one.code for one in every())
    assert {code for code, count in codes.items() if count > 1} == set()
    assert [one.__name__ for one in every() if one.__name__ not in (errors.__doc__ or "")] == []


def test_exit_codes_are_those_that_are_documented() -> None:
    from sightline.cli import main

    assert {one.exit_code for one in every()} == {1, 2, 3, 4, 5, 6, 7, 130}
    assert all(f"{code} " in (main.__doc__ or "") for code in (1, 2, 3, 4, 5, 6, 7, 130))


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("epocs", ["epochs", "seed"], "did you mean 'epochs'?"),
        ("zzz", ["b", "a"], "known: a, b"),
        ("zzz", [str(one) for one in range(12)], "known: 0, 1, 10, 11, 2, 3, 4, 5, 6, 7, ..."),
        ("a", [], "there are none yet"),
        ("", ["a"], "known: a"),
    ],
)
def test_a_hint_names_the_nearest_or_what_there_is(name: str, known: list[str], hint: str) -> None:
    assert did_you_mean(name, iter(known)) == hint
