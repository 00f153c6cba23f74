from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from blake3 import blake3

from sightline.imaging.header import read_header
from sightline.imaging.limits import Limits
from sightline.ingest import hashing
from sightline.ingest.hashing import FileRead, digest_of, read, read_files
from sightline.ingest.scan import Skipped, scan
from unit.imaging.pictures import corners, encode

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LIMITS = Limits()


def one(path: Path, limits: Limits = LIMITS) -> FileRead | Skipped:
    (file,) = scan(path).files
    return read(file, limits)


def reason(path: Path, limits: Limits = LIMITS) -> str:
    found = one(path, limits)
    assert isinstance(found, Skipped), found
    return found.reason


def test_digest_and_header_come_from_one_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encode(corners(), "JPEG", orientation=6))
    found = one(path)
    assert isinstance(found, FileRead)
    assert found.digest == blake3(path.read_bytes()).hexdigest() == digest_of(path)
    assert found.header == read_header(path)
    assert found.note == ""


def test_a_large_file_is_read_in_parts_with_the_same_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    rng = np.random.default_rng(0)
    path.write_bytes(encode(rng.integers(0, 255, (200, 200, 3), np.uint8), "PNG"))
    whole = one(path)
    monkeypatch.setattr(hashing, "WHOLE_BYTES", 1000)
    monkeypatch.setattr(hashing, "PART_BYTES", 777)
    assert one(path) == whole


def test_the_name_does_not_decide_what_a_file_is(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encode(corners(), "PNG"))
    found = one(path)
    assert isinstance(found, FileRead)
    assert (found.header.format, found.note) == ("PNG", "holds PNG")


def test_every_fault_has_its_reason(tmp_path: Path) -> None:
    good = encode(np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8), "JPEG")
    for name, data, expected in [
        ("empty.jpg", b"", "empty file"),
        ("text.jpg", b"only text", "not an image"),
        ("cut.jpg", good[: len(good) // 2], "truncated"),
        ("cut.png", encode(corners(), "PNG")[:60], "truncated"),
        ("film.jpg", b"\0\0\0\x18ftypisom\0\0\0\0", "unsupported"),
    ]:
        path = tmp_path / name
        path.write_bytes(data)
        assert reason(path) == expected, name
    assert reason(path, Limits(max_bytes=3)) == "too large"
    path.write_bytes(encode(corners(), "PNG"))
    assert reason(path, Limits(max_pixels=100)) == "decompression bomb"


def test_a_jpeg_without_its_last_two_bytes_is_read_if_it_decodes(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encode(corners(), "JPEG")[:-2] + b"\0" * 64)
    found = one(path)
    assert isinstance(found, FileRead | Skipped)


def test_a_file_that_vanished_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x")
    (file,) = scan(path).files
    path.unlink()
    assert read(file, LIMITS) == Skipped(str(path), "missing")


def test_chunks_keep_the_order(tmp_path: Path) -> None:
    for number in range(150):
        (tmp_path / f"{number:03}.png").write_bytes(encode(corners(8, 8), "PNG"))
    files = scan(tmp_path).files
    parts = list(read_files(files, limits=LIMITS, chunk=70, threads=3))
    assert [len(part) for part in parts] == [70, 70, 10]
    flat = [one.file.name for part in parts for one in part if isinstance(one, FileRead)]
    assert flat == [file.name for file in files]


def test_stopping_early_leaves_no_threads_at_work(tmp_path: Path) -> None:
    for number in range(10):
        (tmp_path / f"{number}.png").write_bytes(encode(corners(8, 8), "PNG"))
    chunks = read_files(scan(tmp_path).files, limits=LIMITS, chunk=2)
    assert len(next(iter(chunks))) == 2
    chunks.close()  # type: ignore[attr-defined]
