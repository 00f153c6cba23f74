"""Encodings are held up to a bound, kept on disk, and never answer for another picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.app.assist.cache import EncodingCache, encoding_key

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.assist import Encoding


def key(number: int) -> str:
    return f"{number:032x}"


def encoding(value: float = 0.5, count: int = 100) -> Encoding:
    return {
        "size": np.array([60, 40], np.int64),
        "values": np.full(count, value, np.float16),
        "turned": np.arange(6, dtype=np.int32).reshape(2, 3).T,
    }


BYTES = 16 + 200 + 24


def cache(root: Path, *, memory: int = 10 * BYTES, disk: int = 1 << 20) -> EncodingCache:
    return EncodingCache(root, memory_bytes=memory, disk_bytes=disk)


def test_the_key_changes_with_a_pixel_the_shape_and_the_engine() -> None:
    picture = np.zeros((4, 6, 3), np.uint8)
    other = picture.copy()
    other[3, 5, 2] = 1
    keys = {
        encoding_key(picture, "a"),
        encoding_key(other, "a"),
        encoding_key(picture.reshape(6, 4, 3), "a"),
        encoding_key(picture, "b"),
    }
    assert len(keys) == 4
    assert encoding_key(picture[:, ::-1], "a") == encoding_key(picture, "a")


def test_the_oldest_go_when_memory_is_short_but_the_newest_stays(tmp_path: Path) -> None:
    held = cache(tmp_path, memory=2 * BYTES)
    for number in (1, 2):
        assert held.put(key(number), encoding()) == BYTES
    assert held.get(key(1)) is not None
    held.put(key(3), encoding())
    assert [held.get(key(number)) is not None for number in (1, 2, 3)] == [True, False, True]
    held.put(key(4), encoding(count=10_000))
    assert held.state()["memory"]["count"] == 1
    held.put(key(4), encoding())
    assert held.state()["memory"] == {"bytes": BYTES, "count": 1, "limit": 2 * BYTES}


def test_a_smaller_bound_counts_at_once(tmp_path: Path) -> None:
    held = cache(tmp_path)
    for number in range(5):
        held.put(key(number), encoding())
    held.bound(2 * BYTES)
    assert held.state()["memory"]["bytes"] == 2 * BYTES
    assert held.size(key(4)) == BYTES
    assert held.size(key(0)) is None


def test_what_was_saved_is_loaded_bit_for_bit(tmp_path: Path) -> None:
    cache(tmp_path).save(key(1), encoding(1 / 3))
    found = cache(tmp_path).load(key(1))
    assert found is not None
    assert {name: one.dtype for name, one in found.items()} == {
        "size": np.int64,
        "values": np.float16,
        "turned": np.int32,
    }
    for name, one in encoding(1 / 3).items():
        assert np.array_equal(found[name], one)
    assert cache(tmp_path).load(key(2)) is None


@pytest.mark.parametrize("data", [b"", b"rubbish", b"\xff" * 100])
def test_a_damaged_file_is_no_encoding_and_goes(tmp_path: Path, data: bytes) -> None:
    held = cache(tmp_path)
    held.save(key(1), encoding())
    (path,) = tmp_path.rglob("*.safetensors")
    path.write_bytes(data)
    assert held.load(key(1)) is None
    assert not path.exists()


def test_the_disk_is_bounded_and_what_was_used_last_stays(tmp_path: Path) -> None:
    held = cache(tmp_path, disk=4_000)
    for number in range(40):
        held.save(key(number), encoding())
    assert held.state()["disk"]["bytes"] <= 4_000 * 1.2
    assert held.load(key(39)) is not None


def test_a_disk_that_refuses_costs_nothing_but_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    cache(blocked).save(key(1), encoding())
    assert cache(blocked).load(key(1)) is None


def test_a_key_is_never_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no key"):
        cache(tmp_path).load("../../secret")
