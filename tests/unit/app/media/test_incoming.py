"""A file that comes in is counted, and a disk that refuses is said to."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sightline.app.media.incoming import Counted, Held
from sightline.core.errors import StorageError, TooLargeError

if TYPE_CHECKING:
    from pathlib import Path


class Full(io.BytesIO):
    """A file on a full disk."""

    def write(self, _data: object, /) -> int:
        """Refuse."""
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_is_too_large_or_finds_no_room_is_refused_at_once() -> None:
    with pytest.raises(TooLargeError, match="larger than"):
        Counted(io.BytesIO(), most=10, room=lambda: 100).write(bytes(11))
    with pytest.raises(StorageError, match="no room"):
        Counted(io.BytesIO(), most=100, room=lambda: 10).write(bytes(11))


def test_a_full_disk_is_said_to_be_full() -> None:
    with pytest.raises(StorageError, match="the disk is full"):
        Counted(Full(), most=100, room=lambda: 100).write(b"hello")


def test_a_held_file_can_be_read_twice_and_has_no_name(tmp_path: Path) -> None:
    held = Held(tmp_path)
    held.file.write(b"hello")
    held.file.flush()

    assert held.path.read_bytes() == held.path.read_bytes() == b"hello"
    if sys.platform == "linux":
        assert list(tmp_path.iterdir()) == []
    held.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start removes it")
def test_a_held_file_is_gone_when_its_process_is_killed(tmp_path: Path) -> None:
    script = """if True:
        import os, signal, sys
        from pathlib import Path
        from sightline.app.media.incoming import Held
        held = Held(Path(sys.argv[1]))
        held.file.write(bytes(1000))
        held.file.flush()
        assert held.path.stat().st_size == 1000
        os.kill(os.getpid(), signal.SIGKILL)
    """

    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, timeout=60)

    assert ended.returncode == -9
    assert list(tmp_path.iterdir()) == []


def test_where_no_file_without_a_name_can_be_opened_again_it_has_one_that_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    held = Held(tmp_path)
    held.file.write(b"hello")
    held.file.flush()

    assert held.path.read_bytes() == b"hello"
    assert not list(tmp_path.glob("source.*")), "nobody may take it for what is stored"
    held.close()
    assert list(tmp_path.iterdir()) == []
