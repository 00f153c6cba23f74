from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError, SightlineError
from sightline.formats.records import Record, item_id
from sightline.formats.table import (
    COLUMNS,
    join_tags,
    read_bytes,
    read_table,
    split_tags,
    write_rows,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAME = TEXT.map(str.strip)
RECORDS = st.builds(
    Record,
    path=TEXT.filter(bool),
    label=NAME,
    tags=st.lists(TEXT, max_size=3, unique=True).map(tuple),
    status=st.sampled_from(["unlabelled", "labelled", "unsure", "skipped", "conflict"]),
    split=st.sampled_from(["train", "val", "test"]),
    page=st.integers(0, 999),
    digest=st.text("0123456789abcdef", min_size=64, max_size=64),
    item_id=TEXT,
    width=st.integers(0, 99_999),
    height=st.integers(0, 99_999),
    was_unsure=st.booleans(),
    first_labelled_at=NAME,
    labelled_at=NAME,
    file=TEXT,
)


def written(records: list[Record]) -> bytes:
    out = io.StringIO(newline="")
    write_rows(out, records)
    return out.getvalue().encode()


def table(folder: Path, text: str | bytes) -> Path:
    file = folder / "labels.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@given(st.lists(RECORDS, max_size=4))
def test_whatever_is_written_is_read_back(records: list[Record]) -> None:
    found = read_bytes(io.BytesIO(written(records)), "labels.csv")
    assert found.records == records
    assert (found.refused, found.notes) == ([], [])


@given(st.lists(RECORDS, min_size=1, max_size=3))
def test_no_cell_that_is_written_is_a_formula(records: list[Record]) -> None:
    import csv

    for row in csv.reader(io.StringIO(written(records).decode(), newline="")):
        assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@given(st.lists(TEXT, max_size=4, unique=True).map(tuple))
def test_tags_come_back_whatever_they_hold(tags: tuple[str, ...]) -> None:
    assert split_tags(join_tags(tags)) == tags


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("bowl;broccoli", ("bowl", "broccoli")),
        ("bowl, broccoli , bowl", ("bowl", "broccoli")),
        ("a;b|c", ("a;b", "c")),
        ("[not json", ("[not json",)),
        ('["a",1]', ('["a"', "1]")),
        ("", ()),
    ],
)
def test_tags_of_other_tools_are_read(cell: str, tags: tuple[str, ...]) -> None:
    assert split_tags(cell) == tags


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("path,label\na.png,cat\n", {"a.png": "cat"}),
        ("\ufeffpath,label\r\na.png,cat\r\n", {"a.png": "cat"}),
        ("label,path\ncat,a.png", {"a.png": "cat"}),
        ('path,label\n"a, b.png"," big ""cat"""\n', {"a, b.png": 'big "cat"'}),
        ("path,label\n\n,cat\na.png,\nb.png\n", {"a.png": "", "b.png": ""}),
        ("path,label\na.png,cat,,\n", {"a.png": "cat"}),
        ("path;label\na.png;cat\n", {"a.png": "cat"}),
        ("file_name\tclass\na.png\tcat, or dog\n", {"a.png": "cat, or dog"}),
        ("File,Label\na.png,cat\n", {"a.png": "cat"}),
        ("path,label\näöü/猫.png,Ärger\n", {"äöü/猫.png": "Ärger"}),
        ("path,label\n'=a.png,'-b\n", {"'=a.png": "'-b"}),
        ("path,label\n", {}),
    ],
)
def test_tables_as_people_save_them_are_read(
    tmp_path: Path, text: str, rows: dict[str, str]
) -> None:
    found = read_table(table(tmp_path, text)).records
    assert {one.path: one.label for one in found} == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    found = read_table(table(tmp_path, "path,label\nGrün.png,Käse\n".encode(encoding)))
    assert found.records == [Record("Grün.png", label="Käse")]
    assert bool(found.notes) == (encoding == "latin-1")


def test_columns_that_say_nothing_are_named_and_bad_rows_are_refused(tmp_path: Path) -> None:
    text = "path,label,mood,split,status\na.png,x,good,dev,\nb.png,x,,north,\nc.png,,,,lost\n"
    found = read_table(table(tmp_path, text))
    assert found.records == [Record("a.png", label="x", split="val")]
    assert [one.reason for one in found.refused] == ["no split 'north'", "no status 'lost'"]
    assert "mood" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no column 'path'"),
        ("name,label\na,b\n", "no column 'path'"),
        ("path,colour\na,b\n", "no column 'label'"),
        ("path,label\na, b.png,cat\n", "line 2 .* too many fields"),
        ('path,label\n"a.png,cat\nb.png,dog\n', "cannot be read"),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_name_and_what_to_do(
    tmp_path: Path, text: str, why: str
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


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda t: f"path,label\n{t}".encode()))
def test_no_bytes_make_anything_but_a_table_or_an_error_of_ours(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = read_table(table(Path(folder), data))
        except SightlineError:
            return
        assert all(one.path for one in found.records)


def test_an_item_is_named_by_its_bytes_and_page() -> None:
    assert (item_id("ab" * 32, 0), item_id("ab" * 32, 3)) == ("ab" * 8, "ab" * 8 + "-3")
    assert len(COLUMNS) == len(set(COLUMNS))
