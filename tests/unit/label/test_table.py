from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.label.table import PathIndex, read_table

PATHS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), min_size=1)
LABELS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"))


def table(folder: Path, text: str | bytes) -> Path:
    file = folder / "labels.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("path,label\na.png,cat\n", {"a.png": "cat"}),
        ("\ufeffpath,label\r\na.png,cat\r\n", {"a.png": "cat"}),
        ("label,size,path\ncat,3,a.png", {"a.png": "cat"}),
        ('path,label\n"a, b.png"," big ""cat"""\n', {"a, b.png": 'big "cat"'}),
        ("path,label\na.png,cat\na.png,dog\n", {"a.png": "dog"}),
        ("path,label\n\n,cat\na.png,\nb.png\n", {"a.png": "", "b.png": ""}),
        ("path,label\na.png,cat,,\n", {"a.png": "cat"}),
        ("path,label\näöü/猫.png,Ärger\n", {"äöü/猫.png": "Ärger"}),
        ("path,label\n", {}),
    ],
)
def test_tables_as_people_save_them_are_read(
    tmp_path: Path, text: str, rows: dict[str, str]
) -> None:
    assert read_table(table(tmp_path, text)) == rows


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no column 'path'"),
        ("path;label\na;b\n", "no column 'path'"),
        ("file,label\na,b\n", "no column 'path'"),
        ("path,class\na,b\n", "no column 'label'"),
        ("path,label\na, b.png,cat\n", "line 2 .* too many fields"),
        ('path,label\n"a.png,cat\nb.png,dog\n', "cannot be read"),
        (b"path,label\n\xff\xfe.png,cat\n", "cannot be read"),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_name_and_what_to_do(
    tmp_path: Path, text: str | bytes, why: str
) -> None:
    with pytest.raises(InvalidInputError, match=why) as caught:
        read_table(table(tmp_path, text))
    assert "labels.csv" in str(caught.value)
    assert caught.value.hint


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="there is no file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(InvalidInputError, match="there is no file"):
        read_table(table(tmp_path, "path,label\n") / "below.csv")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_table(tmp_path)


@given(st.dictionaries(PATHS, LABELS, max_size=5))
def test_whatever_is_written_is_read_back(rows: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "labels.csv"
        with file.open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows([("path", "label"), *rows.items()])
        assert read_table(file) == {path: label.strip() for path, label in rows.items()}


PLACES = [
    ("/p/pets/images/cat/1.png", 1),
    ("/p/pets/images/dog/1.png", 2),
    ("/data/cat/7.png", 3),
    ("C:\\pictures\\8.png", 4),
    ("/elsewhere/copy/7b.png", 5),
    ("/elsewhere/same/7b.png", 5),
]
INDEX = PathIndex(PLACES, ("", "/p/pets/", "/p/pets/images/", "/tables/"))


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("/data/cat/7.png", 3),
        ("images/cat/1.png", 1),
        ("cat/1.png", 1),
        ("./dog/1.png", 2),
        ("../data/cat/7.png", 3),
        ("cat//1.png", 1),
        ("7.png", 3),
        ("cat\\7.png", 3),
        ("images\\dog\\1.png", 2),
        ("C:\\pictures\\8.png", 4),
        ("C:/pictures/8.png", 4),
        ("8.png", 4),
        ("7b.png", 5),
        ("1.png", None),
        ("at/7.png", None),
        ("/cat/7.png", None),
        ("none.png", None),
        ("", None),
        (".", None),
    ],
)
def test_a_path_is_found_whole_below_a_base_or_by_an_end_that_names_one(
    written: str, key: int | None
) -> None:
    assert INDEX.find(written) == key


def test_earlier_bases_come_first() -> None:
    places = [("/table/a.png", 1), ("/project/a.png", 2)]
    assert PathIndex(places, ("/project/", "/table/")).find("a.png") == 2
    assert PathIndex(places, ("/table/", "/project/")).find("a.png") == 1
