from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.label.rename import Named, collisions, new_names

PETS = [
    Named(1, "/p/a.jpg", None, "cat", (), "train"),
    Named(2, "/p/b.c.png", None, "dog", ("wet", "old dog"), "val"),
    Named(3, "/q/a.jpg", "third", "cat", (), "test"),
]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("{class}_{n:3}", ["cat_001", "dog_002", "cat_003"]),
        ("{class}-{k}", ["cat-1", "dog-1", "cat-2"]),
        ("{split}.{name}", ["train.a", "val.b.c", "test.a"]),
        ("{id} {tags}", ["1 none", "2 wet+old_dog", "3 none"]),
        ("", ["a", "b.c", "a"]),
    ],
)
def test_a_pattern_makes_names(pattern: str, names: list[str]) -> None:
    found = new_names(PETS, pattern)
    assert [one.after for one in found] == names
    assert [one.before for one in found] == ["a", "b.c", "third"]


def test_a_counter_may_start_anywhere() -> None:
    assert [one.after for one in new_names(PETS, "{n:02}", start=99)] == ["99", "100", "101"]


@pytest.mark.parametrize("pattern", ["{who}", "{n", "n}", "{}", "a/{n}", "..", "{n}.", "x" * 300])
def test_a_pattern_that_makes_no_name_is_refused_with_a_next_step(pattern: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        new_names(PETS, pattern)
    assert caught.value.hint


def test_names_that_would_be_there_twice_are_told() -> None:
    assert collisions(PETS, new_names(PETS, "{n}")) == []
    assert collisions(PETS, new_names(PETS, "same")) == ["same"]
    assert collisions(PETS, new_names(PETS[:1], "Third")) == ["Third"]
    assert collisions(PETS, new_names(PETS, "{class}")) == ["cat"]
    assert collisions(PETS, new_names(PETS[2:], "{id}")) == []


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5), st.text(max_size=20))
def test_any_class_and_text_make_a_name_or_a_refusal(classes: list[str], text: str) -> None:
    images = [Named(at, f"/p/{at}.jpg", None, name) for at, name in enumerate(classes)]
    try:
        found = new_names(images, f"{{class}}-{{n}}{text}")
    except InvalidInputError:
        return
    assert collisions(images, found) == []
    assert not any("/" in one.after or "\\" in one.after for one in found)
