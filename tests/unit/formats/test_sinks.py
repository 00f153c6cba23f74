from __future__ import annotations

import errno
import io
from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import ConflictError, InvalidInputError, StorageError
from sightline.formats.sinks import FolderSink, new_file, new_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    with new_file(tmp_path / "deep" / "a.zip") as out:
        out.write(b"new")
    assert (tmp_path / "deep" / "a.zip").read_bytes() == b"new"
    with pytest.raises(ZeroDivisionError), new_file(tmp_path / "deep" / "a.zip"):
        raise ZeroDivisionError
    assert (tmp_path / "deep" / "a.zip").read_bytes() == b"new"
    assert [one.name for one in (tmp_path / "deep").iterdir()] == ["a.zip"]


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="disk is full"), new_file(tmp_path / "a.zip"):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StorageError, match="disk is full"), new_folder(tmp_path / "a"):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StorageError, match="cannot be written"), new_file(tmp_path / "a.zip"):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_takes_the_place_of_an_empty_one_only(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with new_folder(tmp_path / "empty") as folder:
        FolderSink(folder).add("a/b.txt", io.BytesIO(b"x"), 1)
    assert (tmp_path / "empty/a/b.txt").read_bytes() == b"x"
    with pytest.raises(ConflictError, match="there already"), new_folder(tmp_path / "empty"):
        pass
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInputError, match="in the way"), new_file(tmp_path / "file" / "a"):
        pass
