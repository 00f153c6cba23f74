from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import UnreadableImageError
from sightline.imaging import thumbs
from sightline.imaging.thumbs import ThumbCache, etag
from unit.imaging.pictures import corners, encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DIGEST = "ab" * 32


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(encode(corners(400, 300), "JPEG"))
    return path


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ThumbCache]:
    made = ThumbCache(tmp_path / "cache", threads=1)
    yield made
    made.close()


class Gate:
    """A maker of thumbnails that waits for leave and counts."""

    def __init__(self) -> None:
        self.open, self.entered, self.count = threading.Event(), threading.Event(), 0

    def __call__(self, *_: object, **__: object) -> bytes:
        self.count += 1
        self.entered.set()
        assert self.open.wait(60)
        return b"\xff\xd8picture\xff\xd9"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(thumbs, "thumbnail", made)
    yield made
    made.open.set()


def test_a_thumbnail_is_made_once_and_then_read(cache: ThumbCache, picture: Path) -> None:
    assert cache.cached(DIGEST, 256) is None
    first = cache.get(picture, DIGEST, 256)
    picture.unlink()
    second = cache.get(picture, DIGEST, 256)
    assert first == second
    assert first.etag == etag(DIGEST, 0, 256)
    assert first.media_type == "image/jpeg"


def test_size_and_page_have_their_own_tag() -> None:
    tags = {etag(DIGEST, page, px) for page in (0, 1) for px in (64, 256)}
    assert len(tags) == 4


def test_two_who_ask_at_once_share_the_work(cache: ThumbCache, picture: Path, gate: Gate) -> None:
    waiting = [cache.submit(picture, DIGEST, 64) for _ in range(5)]
    gate.open.set()
    assert len({future.result(60).data for future in waiting}) == 1
    assert gate.count == 1


def test_one_who_leaves_does_not_take_it_from_the_others(
    cache: ThumbCache, picture: Path, gate: Gate
) -> None:
    first, second = (cache.submit(picture, DIGEST, 64) for _ in range(2))
    assert first.cancel()
    gate.open.set()
    assert second.result(60).data
    assert gate.count == 1


def test_what_nobody_waits_for_is_not_started(cache: ThumbCache, picture: Path, gate: Gate) -> None:
    busy = cache.submit(picture, DIGEST, 64)
    assert gate.entered.wait(60)
    unwanted = cache.submit(picture, DIGEST, 128)
    unwanted.cancel()
    again = cache.submit(picture, DIGEST, 512)
    gate.open.set()
    assert busy.result(60)
    assert again.result(60)
    assert gate.count == 2


def test_a_broken_picture_raises_for_all_and_can_be_asked_again(
    cache: ThumbCache, tmp_path: Path, picture: Path
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8\xff")
    futures = [cache.submit(bad, DIGEST, 64) for _ in range(3)]
    for future in futures:
        with pytest.raises(UnreadableImageError):
            future.result(60)
    assert cache.get(picture, DIGEST, 64)


def test_a_damaged_cache_file_is_made_anew(
    cache: ThumbCache, picture: Path, tmp_path: Path
) -> None:
    good = cache.get(picture, DIGEST, 64)
    (file,) = (tmp_path / "cache").rglob("*.jpg")
    file.write_bytes(good.data[:20])
    assert cache.get(picture, DIGEST, 64) == good


def test_the_cache_may_be_deleted_or_not_writable(tmp_path: Path, picture: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = ThumbCache(blocked, threads=1)
    assert cache.get(picture, DIGEST, 64).data
    cache.close()


def test_old_files_go_when_the_bound_is_reached(tmp_path: Path, picture: Path) -> None:
    cache = ThumbCache(tmp_path / "cache", threads=1, limit_bytes=1 << 40)
    digests = [f"{number:02x}" * 32 for number in range(10)]
    for number, digest in enumerate(digests):
        cache.get(picture, digest, 64)
        (file,) = (tmp_path / "cache").rglob(f"{digest[2:]}-*.jpg")
        os.utime(file, (1000 + number, 1000 + number))
    cache.close()
    each = file.stat().st_size
    small = ThumbCache(tmp_path / "cache", threads=1, limit_bytes=5 * each)
    assert small.cached(digests[0], 64)  # reading it makes it young again
    assert small.sweep() == 6
    left = [number for number, digest in enumerate(digests) if small.cached(digest, 64)]
    assert left == [0, 7, 8, 9]
    small.close()
