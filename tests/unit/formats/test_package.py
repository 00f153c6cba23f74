from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.core.errors import ConflictError, InvalidInputError, TooLargeError
from sightline.formats.package import (
    MANIFEST,
    MOST_SMALL,
    SUMS,
    opened_package,
    unpack_into,
    write_package,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAMES = st.from_regex(r"[a-z]{1,6}(\.txt|\.onnx)?", fullmatch=True)


def packed(files: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    write_package(out, files, {"name": "m"})
    return out


@settings(max_examples=25)
@given(st.dictionaries(NAMES, st.binary(max_size=100), max_size=5))
def test_what_was_packed_is_read_and_the_bytes_depend_on_it_alone(files: dict[str, bytes]) -> None:
    out = packed(files)
    assert out.getvalue() == packed(dict(reversed(files.items()))).getvalue()
    with opened_package(out) as package:
        assert {name: package.read(name) for name in files} == files
        assert set(package.files) == {*files, SUMS}


def test_it_unpacks_into_a_folder_that_appears_whole(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with opened_package(packed({"a.txt": b"1", "b": b"2"})) as package:
        names = unpack_into(package, tmp_path / "out")
        assert names == sorted(["a.txt", "b", SUMS, MANIFEST])
        assert (tmp_path / "out" / "a.txt").read_bytes() == b"1"
        with pytest.raises(ConflictError):
            unpack_into(package, tmp_path / "out")
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def changed(change: Callable[[dict[str, bytes]], None]) -> io.BytesIO:
    """Return a package whose ZIP was changed after it was packed."""
    with zipfile.ZipFile(packed({"a.txt": b"one", "b": b"two"})) as source:
        files = {name: source.read(name) for name in source.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in files.items():
            target.writestr(name, data)
    return out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda files: files.update({"b": b"twa"}), "not the file"),
        (lambda files: files.update({"b": b"twothree"}), "not the file"),
        (lambda files: files.pop("b"), "differ: b"),
        (lambda files: files.update({"c": b"more"}), "differ: c"),
        (lambda files: files.pop(MANIFEST), "no package"),
        (lambda files: files.update({MANIFEST: b"{"}), "not valid JSON"),
        (lambda files: files.update({MANIFEST: b"[]"}), "damaged"),
        (lambda files: files.update({MANIFEST: b'{"kind": "x", "version": 1}'}), "is a x"),
        (lambda files: files.update({"../evil": b""}), "refused"),
    ],
)
def test_a_package_that_was_changed_is_refused_and_nothing_is_left(
    tmp_path: Path, change: Callable[[dict[str, bytes]], None], message: str
) -> None:
    with (
        pytest.raises(InvalidInputError, match=message),
        opened_package(changed(change), "p.zip") as package,
    ):
        unpack_into(package, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_what_ought_to_be_small_is_never_read_whole_when_it_is_not() -> None:
    with (
        opened_package(packed({"model_card.json": bytes(MOST_SMALL + 1)})) as package,
        pytest.raises(TooLargeError, match="over 16 MB"),
    ):
        package.read("model_card.json")


def test_bombs_and_files_that_are_no_zip_are_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(MANIFEST, json.dumps({}))
        target.writestr("bomb", bytes(30_000_000))
    with pytest.raises(TooLargeError), opened_package(out):
        pass
    with pytest.raises(InvalidInputError, match="no ZIP"), opened_package(io.BytesIO(b"PK")):
        pass
    (tmp_path / "p.zip").write_bytes(out.getvalue()[: len(out.getvalue()) // 2])
    with pytest.raises(InvalidInputError), opened_package(tmp_path / "p.zip"):
        pass
