from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.formats.names import MOST_BYTES, Taken, folders_of, safe_part, safe_path


@given(st.text(max_size=400))
def test_every_name_becomes_one_that_leads_nowhere(name: str) -> None:
    made = safe_path(name)
    parts = made.split("/")
    assert all(parts)
    assert not set(parts) & {".", ".."}
    assert all(len(one.encode("utf-8", "surrogatepass")) <= MOST_BYTES + 2 for one in parts)
    assert not any(character in made for character in '\\:*?"<>|\0\n')
    assert not made.startswith("/")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("cat.png", "cat.png"),
        ("🦊 fox.png", "🦊 fox.png"),
        ("a\nb.png", "a_b.png"),
        ("con.png", "_con.png"),
        (".hidden", "_hidden"),
        ("ends. ", "ends"),
        ("", "_"),
        ("x" * 300 + ".jpeg", safe_part("x" * 300 + ".jpeg")),
    ],
)
def test_a_good_name_stays_and_a_bad_one_is_mended(name: str, made: str) -> None:
    assert safe_part(name) == made


def test_paths_are_made_relative() -> None:
    assert safe_path("C:\\pictures\\..\\cat.png") == "pictures/cat.png"
    assert safe_path("/etc/../cat.png") == "etc/cat.png"
    assert len(safe_part("x" * 300 + ".jpeg")) < 80
    assert safe_part("x" * 300 + ".jpeg").endswith(".jpeg")


def test_each_file_gets_a_name_of_its_own_whatever_its_case() -> None:
    taken = Taken()
    names = [taken.claim("A.png", "d1" * 32), taken.claim("a.png", "d2" * 32)]
    names += [
        taken.claim("a.png", "d2" * 32),
        taken.claim("noext", "d3"),
        taken.claim("noext", "d3"),
    ]
    assert names == ["A.png", "a-d2d2d2d2.png", "a-d2d2d2d2-2.png", "noext", "noext-d3"]


@given(st.lists(st.text(max_size=20), unique=True, max_size=8))
def test_classes_get_different_folders(names: list[str]) -> None:
    made = folders_of(names)
    assert len({one.casefold() for one in made.values()}) == len(names)
