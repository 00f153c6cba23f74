"""A manifest may come from anywhere: what it may say is narrow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.flows.update.manifest import (
    FORMAT,
    MAX_BYTES,
    NEVER,
    File,
    Manifest,
    make_manifest,
    newer,
    read_manifest,
)

if TYPE_CHECKING:
    from pathlib import Path

SHA = "0" * 64
name = st.text(st.characters(categories=["L", "N"], include_characters="-_."), min_size=1).filter(
    lambda one: one.strip(" ") == one and set(one) != {"."} and one.casefold() not in NEVER
)
paths = st.lists(name, min_size=1, max_size=4).map("/".join)
files = st.builds(
    File,
    path=paths,
    bytes=st.integers(0, 1 << 20),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    executable=st.booleans(),
)


def written(**changes: Any) -> bytes:
    row = {"path": "src/a.py", "bytes": 1, "sha256": SHA} | changes.pop("row", {})
    return json.dumps({"format": FORMAT, "version": "1.2", "files": [row]} | changes).encode()


@given(st.lists(files, min_size=1, max_size=6))
def test_what_was_written_is_read_back_or_refused_for_clashing_paths(found: list[File]) -> None:
    made = Manifest("1.2.3", tuple(found), "better", "3.11")
    folded = [file.path.casefold() for file in found]
    above = [f"{one}/" for one in folded]
    clash = len(set(folded)) < len(folded) or any(
        one.startswith(two) for one in folded for two in above
    )
    if clash:
        with pytest.raises(InvalidInputError):
            read_manifest(made.to_bytes())
    else:
        assert read_manifest(made.to_bytes()) == made


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError, match="no release's manifest"):
        read_manifest(data)


@pytest.mark.parametrize(
    "path",
    [
        "../a", "a/../../b", "/etc/passwd", "a//b", "", ".", "a/./b", "C:/a", "a\\b", "a\x00b",
        "a/", "workspace/sightline.db", ".venv/bin/python", ".GIT/config", "x/.env", "a:b", " a",
        "a ", ".sightline-update/undo.json", "a" * 401,
    ],
)  # fmt: skip
def test_a_path_that_leaves_its_place_is_refused(path: str) -> None:
    with pytest.raises(InvalidInputError, match="not allowed"):
        read_manifest(written(row={"path": path}))


@pytest.mark.parametrize(
    "data",
    [
        written(format="other"), written(version="x"), written(version=3), written(files=[]),
        written(files={}), written(files=["a"]), written(row={"bytes": -1}),
        written(row={"bytes": True}), written(row={"bytes": 1 << 40}), written(row={"sha256": "0"}),
        written(row={"sha256": None}), b"[]", b" " * (MAX_BYTES + 1), b"[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_refused_and_says_that_nothing_changed(data: bytes) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_manifest(data)
    assert "nothing was changed" in caught.value.hint


def test_a_folders_manifest_leaves_out_what_a_person_owns(tmp_path: Path) -> None:
    for path in ("src/a.py", "run.py", "workspace/x", ".env", ".git/config", "web/node_modules/y"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (tmp_path / "run.py").chmod(0o755)
    (tmp_path / "link").symlink_to(tmp_path / "run.py")
    made = make_manifest(tmp_path, "1.0", "first")
    assert {file.path: file.executable for file in made.files} == {
        "run.py": True,
        "src/a.py": False,
    }
    assert made.to_bytes() == make_manifest(tmp_path, "1.0", "first").to_bytes()


@pytest.mark.parametrize(
    ("one", "other", "is_newer"),
    [("1.10", "1.9", True), ("1.9", "1.10", False), ("2", "1.9.9", True), ("1.0", "1.0.0", False)],
)
def test_versions_are_compared_by_their_numbers(one: str, other: str, is_newer: bool) -> None:
    assert newer(one, other) is is_newer
