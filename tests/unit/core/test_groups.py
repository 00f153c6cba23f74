from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.core.groups import parse_grouping


@pytest.mark.parametrize(
    ("by", "path", "group"),
    [
        ("image", "a/b/1.jpg", "D"),
        ("folder", "a/b/1.jpg", "folder:a/b"),
        ("folder:2", "a/b/1.jpg", "folder:a"),
        ("folder:3", "a/b/1.jpg", "D"),
        ("folder", "1.jpg", "D"),
        ("name", "a/clip_0017.jpg", "name:clip"),
        ("name", "a/clip (3).jpg", "name:clip"),
        ("name", "a/0017.jpg", "D"),
        ("name", "a/portrait.jpg", "D"),
        (r"name:^(p\d+)_", "a/p12_left.jpg", "name:p12"),
        (r"name:^p\d+", "a/p12_left.jpg", "name:p12"),
        (r"name:^(p\d+)_", "a/other.jpg", "D"),
    ],
)
def test_a_group_is_told_by_the_path(by: str, path: str, group: str) -> None:
    assert parse_grouping(by).of(path, "D") == group


@pytest.mark.parametrize("by", ["image", "folder", "folder:2", "name", "name:^(a)_", "near", "day"])
def test_a_grouping_is_read_as_it_is_written(by: str) -> None:
    assert str(parse_grouping(by)) == by


@pytest.mark.parametrize(
    "by",
    ["", "folders", "folder:0", "folder:x", "near:3", "name:(a", "name:(a+)+", r"name:(a)\1"],
)
def test_what_is_no_grouping_is_refused_with_what_there_is(by: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_grouping(by)
    assert caught.value.hint


def test_no_pattern_takes_long_on_any_name() -> None:
    began = time.process_time()
    with pytest.raises(InvalidInputError):
        parse_grouping("name:" + ".*" * 40 + "x")
    worst = parse_grouping("name:.*.*.*.*x$")
    assert worst.of("a" * 4_000, "D") == "D"
    assert time.process_time() - began < 5


@given(st.text(min_size=1), st.text(min_size=1))
def test_pictures_of_one_folder_have_one_group(folder: str, name: str) -> None:
    by = parse_grouping("folder")
    one = by.of(f"top/{folder.replace('/', '_')}/1.jpg", "D")
    assert one == by.of(f"top/{folder.replace('/', '_')}/{name.replace('/', '_')}.jpg", "E") or (
        "\0" in folder + name
    )
