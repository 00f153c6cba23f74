from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.cli.options import hoist

VERB = ["queue", "pets", "--strategy", "auto", "--limit", "3"]
GLOBALS = st.lists(
    st.sampled_from(
        [("--workspace", "w"), ("-w", "w"), ("--workspace=w",), ("--json",), ("--quiet",)]
    ),
    max_size=4,
)


@given(GLOBALS, st.data())
def test_global_options_mean_the_same_wherever_they_stand(
    options: list[tuple[str, ...]], data: st.DataObject
) -> None:
    front = [word for option in options for word in option]
    words: list[str] = []
    places = sorted(data.draw(st.integers(0, len(VERB))) for _ in options)
    for at in range(len(VERB) + 1):
        for option, place in zip(options, places, strict=True):
            if place == at:
                words += option
        words += VERB[at : at + 1]
    assert hoist(words) == front + VERB


@pytest.mark.parametrize(
    ("words", "hoisted"),
    [
        ([], []),
        (["predict", "m", "--", "--json", "-w"], ["predict", "m", "--", "--json", "-w"]),
        (["predict", "--json", "m", "--", "--json"], ["--json", "predict", "m", "--", "--json"]),
        (["queue", "p", "--workspace"], ["--workspace", "queue", "p"]),
        (["queue", "p", "--jsonl"], ["queue", "p", "--jsonl"]),
        (["queue", "-w=x", "p"], ["-w=x", "queue", "p"]),
    ],
)
def test_what_follows_two_dashes_is_nobodys_option(words: list[str], hoisted: list[str]) -> None:
    assert hoist(words) == hoisted
    assert hoist(hoisted) == hoisted
