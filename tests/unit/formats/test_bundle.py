from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError, SightlineError
from sightline.formats.archive import ZipContainer
from sightline.formats.bundle import read_bundle, read_classes, read_hf
from sightline.formats.records import ClassInfo, Record

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def box(**files: str) -> ZipContainer:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in files.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return ZipContainer(out, "x.zip")


def test_a_hoshina_export_is_read_with_its_classes_by_key() -> None:
    table = "item_id,path,label,was_unsure,created_at\n1,/data/a.png,2,0,x\n2,/data/b.png,cat,1,x\n"
    classes = [{"id": 1, "name": "cat", "key": "c"}, {"id": 2, "name": "dog", "color": "#112233"}]
    found = read_bundle(box(labels_dot_csv=table, classes_dot_json=json.dumps(classes)))
    assert found.format == "hoshina"
    assert [(one.path, one.label) for one in found.records] == [
        ("/data/a.png", "dog"),
        ("/data/b.png", "cat"),
    ]
    assert found.records[1].was_unsure
    assert found.classes == [ClassInfo("cat"), ClassInfo("dog", "#112233")]
    assert "created_at" in found.notes[0]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (["a", "b"], ["a", "b"]),
        ({"classes": ["a"]}, ["a"]),
        ({"1": "a", "2": "b"}, ["a", "b"]),
        ([{"name": "a", "hotkey": 3}], ["a"]),
    ],
)
def test_classes_are_read_in_the_ways_that_tools_write_them(value: Any, names: list[str]) -> None:
    assert [one.name for one in read_classes(value)[0]] == names


@given(JSON)
def test_no_json_of_classes_makes_anything_but_classes_or_an_error(value: Any) -> None:
    try:
        found, _ = read_classes(value)
    except SightlineError:
        return
    assert all(one.name.strip() for one in found)


@given(JSON, st.sampled_from(["manifest", "lines"]))
def test_no_json_of_a_manifest_or_a_line_makes_anything_but_an_error_of_ours(
    value: Any, where: str
) -> None:
    text = json.dumps(value)
    try:
        if where == "manifest":
            read_bundle(box(labels_dot_csv="path,label\n", manifest_dot_json=text))
        else:
            read_hf(box(train__metadata_dot_jsonl=text + "\n"))
    except SightlineError:
        return


def test_a_table_that_is_not_what_the_manifest_says_is_refused() -> None:
    files = {"labels.csv": {"sha256": "0" * 64, "bytes": 1}}
    manifest = {"kind": "sightline-dataset", "version": 1, "files": files}
    with pytest.raises(InvalidInputError, match="not what its manifest says"):
        read_bundle(box(labels_dot_csv="path,label\n", manifest_dot_json=json.dumps(manifest)))
    missing = manifest | {"files": {"gone.csv": {}}}
    with pytest.raises(InvalidInputError, match="lacks"):
        read_bundle(box(labels_dot_csv="path,label\n", manifest_dot_json=json.dumps(missing)))
    later = json.dumps(manifest | {"version": 2})
    with pytest.raises(InvalidInputError, match="later version"):
        read_bundle(box(labels_dot_csv="path,label\n", manifest_dot_json=later))


def test_lines_of_hugging_face_say_split_and_place() -> None:
    lines = [
        {"file_name": "a.png", "label": "cat", "caption": "?"},
        {"file_name": "b.png", "tags": ["x", "y"]},
        {"label": "no file"},
        {"file_name": "c.png", "label": 3},
        {"file_name": "d.png", "tags": "x"},
    ]
    text = "\n".join(json.dumps(one) for one in lines) + "\nno json\n"
    found = read_hf(box(data__validation__metadata_dot_jsonl=text, data__validation__a_dot_png="x"))
    assert found.records == [
        Record("a.png", label="cat", split="val", file="data/validation/a.png"),
        Record("b.png", tags=("x", "y"), split="val"),
    ]
    assert [one.reason for one in found.refused] == [
        "has no file_name",
        "its label is no name",
        "its tags are no list of names",
        "is no JSON",
    ]
    assert "caption" in found.notes[0]


def test_a_metadata_table_is_read_too_and_nothing_is_told() -> None:
    found = read_hf(box(metadata_dot_csv="file_name,label\na.png,cat\n"))
    assert [one.label for one in found.records] == ["cat"]
    with pytest.raises(InvalidInputError, match="holds no metadata"):
        read_hf(box(a="x"))
    with pytest.raises(InvalidInputError, match="holds no labels"):
        read_bundle(box(a="x"))
