from __future__ import annotations

import io
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError, SightlineError, TooLargeError
from sightline.formats.archive import (
    ArchiveLimits,
    Below,
    FolderContainer,
    ZipContainer,
    container_of,
    read_json,
    read_whole,
)
from sightline.formats.bundle import read_bundle, root_of

if TYPE_CHECKING:
    from pathlib import Path


def packed(*files: tuple[str | zipfile.ZipInfo, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files:
            made.writestr(name, data)
    return out


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    "name",
    ["../up.png", "a/../../up.png", "/etc/passwd", "C:/x.png", "C:x.png", "a\x01b.png", "//host/x"],
)
def test_a_name_that_leads_elsewhere_refuses_the_whole_archive(name: str) -> None:
    with pytest.raises(InvalidInputError, match="leads out") as caught:
        ZipContainer(packed(("labels.csv", b""), (name, b"x")))
    assert caught.value.hint


def test_backslashes_links_and_doubles_are_refused() -> None:
    data = packed(("aXbXc.png", b"x")).getvalue().replace(b"aXbXc", b"a\\b\\c")
    with pytest.raises(InvalidInputError, match="leads out"):
        ZipContainer(io.BytesIO(data))
    with pytest.raises(InvalidInputError, match="is a link"):
        ZipContainer(packed((link("a.png"), b"/etc/passwd")))
    with pytest.raises(InvalidInputError, match="there twice"):
        ZipContainer(packed(("a.png", b""), ("A.PNG", b"")))


def test_encrypted_files_are_refused() -> None:
    data = bytearray(packed(("a.png", b"x")).getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(InvalidInputError, match="encrypted"):
        ZipContainer(io.BytesIO(bytes(data)))


def test_bombs_and_crowds_are_refused_before_anything_is_unpacked() -> None:
    bomb = packed(("zeros.csv", b"\0" * 2_000_000))
    with pytest.raises(TooLargeError, match="unpacks to 2 MB"):
        ZipContainer(bomb, limits=ArchiveLimits(ratio_from=1_000_000, ratio=100))
    with pytest.raises(TooLargeError, match="more than 1"):
        ZipContainer(packed(("a", b""), ("b", b"")), limits=ArchiveLimits(files=1))
    with pytest.raises(TooLargeError, match="would unpack"):
        ZipContainer(packed(("a", b"12345")), limits=ArchiveLimits(bytes=4))


def test_what_systems_leave_behind_is_passed_over() -> None:
    made = ZipContainer(packed(("__MACOSX/a.png", b""), (".DS_Store", b""), ("d/b.png", b"")))
    assert made.names() == ["d/b.png"]


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_zip_is_told(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        read_bundle(ZipContainer(io.BytesIO(data), "x.zip"))


@settings(max_examples=60)
@given(cut=st.integers(0, 300), flip=st.integers(0, 300), value=st.integers(0, 255))
def test_a_damaged_zip_is_an_error_of_ours_or_read_right(cut: int, flip: int, value: int) -> None:
    rows = b"path,label\n" + b"".join(b"%d.png,cat\n" % one for one in range(30))
    data = bytearray(packed(("labels.csv", rows)).getvalue())
    data[flip % len(data)] = value
    try:
        found = read_bundle(ZipContainer(io.BytesIO(bytes(data[: len(data) - cut])), "x.zip"))
    except SightlineError:
        return
    assert len(found.records) <= 30


def test_a_folder_is_read_without_following_links_out(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.txt").write_text("1")
    (root / ".hidden").write_text("2")
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    made = FolderContainer(root)
    assert made.names() == ["a.txt", "out.txt"]
    with pytest.raises(InvalidInputError, match="leads out"):
        made.open("out.txt")
    with pytest.raises(TooLargeError):
        FolderContainer(root, limits=ArchiveLimits(files=1)).names()


def test_a_folder_that_somebody_packed_around_is_looked_through() -> None:
    found = root_of(
        ZipContainer(packed(("pack/inner/labels.csv", b"a"), ("pack/inner/x.png", b"")))
    )
    assert found.names() == ["labels.csv", "x.png"]
    assert read_whole(found, "labels.csv") == b"a"
    kept = root_of(ZipContainer(packed(("train/cat/1.png", b""))))
    assert kept.names() == ["train/cat/1.png"]
    assert isinstance(found, Below)


def test_long_and_wrong_files_inside_are_told() -> None:
    made = ZipContainer(packed(("a.json", b"{"), ("b.json", b"\xff")))
    for name in ("a.json", "b.json"):
        with pytest.raises(InvalidInputError, match="not valid JSON"):
            read_json(made, name)
    with pytest.raises(TooLargeError):
        read_whole(made, "a.json", most=0)


def test_a_container_is_a_folder_or_a_zip(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(packed(("a", b"")).getvalue())
    with container_of(tmp_path) as folder, container_of(tmp_path / "x.zip") as archive:
        assert (folder.names(), archive.names()) == (["x.zip"], ["a"])
    with pytest.raises(InvalidInputError, match="there is no file"), container_of(tmp_path / "no"):
        pass
