from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.core.files import read_json, write_atomic, write_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
).filter(lambda value: "\\ud8" not in json.dumps(value))


class PowerCutError(Exception):
    """The machine went off."""


def cut(*_arguments: Any) -> None:
    raise PowerCutError


def test_the_file_is_there_whole_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "a.txt"
    write_atomic(target, "ä")
    assert target.read_bytes() == "ä".encode()
    write_atomic(target, b"\x00\xff")
    assert target.read_bytes() == b"\x00\xff"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_crash_on_the_way_leaves_the_old_file_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "a.txt"
    write_atomic(target, "old")
    where = os if step == "fsync" else Path
    with monkeypatch.context() as patch:
        patch.setattr(where, step, cut)
        with pytest.raises(PowerCutError):
            write_atomic(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_bytes_reach_the_disk_before_the_name_and_the_name_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        told.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        real_fsync(handle)

    def replace(self: Path, target: Path) -> Path:
        told.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write_atomic(tmp_path / "a.txt", "new")
    assert told == ["file", "rename", "folder"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_permissions_are_those_asked_for(tmp_path: Path, mode: int) -> None:
    write_atomic(tmp_path / "token", "secret", mode=mode)
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == mode


def test_a_name_as_long_as_the_disk_allows_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("👩" * 60)
    write_atomic(target, "new")
    assert target.read_text() == "new"


@given(value=JSON)
def test_json_is_read_back_as_it_was(value: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.getbasetemp() / "value.json"
    write_json(target, value)
    assert read_json(target) == value


def test_what_json_cannot_hold_is_refused_and_the_old_stays(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_json(target, {"a": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(target, {"a": float("nan")})
    assert read_json(target) == {"a": 1}


@pytest.mark.parametrize("raw", [b"", b"{", b"{'a': 1}", b"\xff\xfe{}"])
def test_what_is_no_json_is_refused_with_its_path(tmp_path: Path, raw: bytes) -> None:
    target = tmp_path / "bad.json"
    target.write_bytes(raw)
    with pytest.raises(InvalidInputError, match=r"bad\.json"):
        read_json(target)
