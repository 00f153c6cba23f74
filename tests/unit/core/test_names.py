from __future__ import annotations

import os
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.core.names import MAX_BYTES, MAX_CHARACTERS, check_name

GOOD = ("pets", "a", "Ärzte 2", "猫", "👩‍🔬 lab", "x" * 80, "com", "console", "a.b", "-x", "null")
BAD = (
    ("", "empty"),
    ("   ", "empty"),
    (".", "dot"),
    ("..", "dot"),
    (".hidden", "dot"),
    (" a", "space"),
    ("a ", "space"),
    ("a.", "dot"),
    ("a/b", "holds one of"),
    ("a\\b", "holds one of"),
    ("a:b", "holds one of"),
    ("what?", "holds one of"),
    ("a\0b", "control"),
    ("a\nb", "control"),
    ("a\u2028b", "control"),
    ("a\ud800b", "control"),
    ("x" * 81, "longer"),
    ("x" * 300, "longer"),
    ("猫" * 67, "longer"),
    ("CON", "Windows"),
    ("con.txt", "Windows"),
    ("Aux", "Windows"),
    ("nul .txt", "Windows"),
    ("COM1", "Windows"),
    ("com²", "Windows"),
    ("LPT9.png", "Windows"),
    ("conin$", "Windows"),
)


@pytest.mark.parametrize("name", GOOD)
def test_usual_names_pass_as_they_are(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(("name", "why"), BAD)
def test_a_bad_name_is_refused_with_its_reason_and_what_to_use(name: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why) as caught:
        check_name(name, "project")
    assert "a project" in str(caught.value)
    assert len(str(caught.value)) < 250
    assert "letters" in caught.value.hint


def test_two_ways_to_write_a_letter_are_one_name() -> None:
    assert check_name(unicodedata.normalize("NFD", "café")) == "café"


@given(st.text(max_size=100))
def test_whatever_passes_can_be_a_folder_and_is_read_back(name: str) -> None:
    try:
        clean = check_name(name)
    except InvalidInputError:
        return
    assert check_name(clean) == clean
    assert len(clean) <= MAX_CHARACTERS
    assert len(clean.encode()) <= MAX_BYTES
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / clean).mkdir()
        assert os.listdir(folder) == [clean]  # noqa: PTH208 - the bare name is what counts
