from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.preprocess import Preprocess
from sightline.train.cache import PixelCache, Shelf, recipe_of
from sightline.train.cache_pack import RECORD, Pack, key_of

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8

RULE = Preprocess(size=4)
ROW = 4 * 4 * 3
WANTED = [(f"digest{i}", 0) for i in range(8)]
KEYS = [key_of(*one) for one in WANTED]


def cache(tmp_path: Path, limit_rows: int = 1000) -> PixelCache:
    return PixelCache(tmp_path / "pixels", limit_rows * (ROW + RECORD.size), reserve_bytes=0)


def picture(value: int) -> U8:
    return np.full((4, 4, 3), value, np.uint8)


def filled(one: PixelCache, values: range, rule: Preprocess = RULE) -> Shelf:
    shelf = one.shelf(rule, [(f"digest{i}", 0) for i in values])
    for i in values:
        key = key_of(f"digest{i}", 0)
        if taken(shelf, key) is None:
            shelf.put(key, picture(i))
    return shelf


def taken(shelf: Shelf, key: bytes) -> int | None:
    out = np.zeros((4, 4, 3), np.uint8)
    return int(out[0, 0, 0]) if shelf.take(key, out) else None


def all_taken(one: PixelCache) -> list[int | None]:
    shelf = one.shelf(RULE, WANTED)
    found = [taken(shelf, key) for key in KEYS]
    shelf.close()
    return found


def test_what_one_run_kept_another_reads(tmp_path: Path) -> None:
    one = cache(tmp_path)
    first = filled(one, range(3))
    assert [taken(first, key) for key in KEYS[:4]] == [0, 1, 2, None]
    assert all_taken(one)[:4] == [0, 1, 2, None]  # while the first still runs
    first.close()
    second = one.shelf(RULE, WANTED)
    assert len(second) == 3
    second.put(KEYS[5], picture(5))
    second.close()
    assert all_taken(one) == [0, 1, 2, None, None, 5, None, None]
    assert len(list(tmp_path.rglob("*.rows"))) == 1  # it went on in the same file


def test_two_runs_at_once_write_files_of_their_own(tmp_path: Path) -> None:
    one = cache(tmp_path)
    a, b = one.shelf(RULE, WANTED), one.shelf(RULE, WANTED)
    for i in range(4):
        a.put(KEYS[i], picture(i))
        b.put(KEYS[i + 4], picture(i + 4))
    a.close()
    b.close()
    assert len(list(tmp_path.rglob("*.rows"))) == 2
    assert all_taken(one) == list(range(8))


def test_another_rule_page_or_file_is_another_picture(tmp_path: Path) -> None:
    one = cache(tmp_path)
    filled(one, range(2)).close()
    assert len(one.shelf(RULE, [("digest0", 1)])) == 0
    assert len(one.shelf(Preprocess(size=4, resize="crop"), WANTED)) == 0
    assert recipe_of(RULE) != recipe_of(Preprocess(size=5))
    # Normalising comes after: it changes no pixel.
    assert recipe_of(RULE) == recipe_of(Preprocess(size=4, mean=(0.5, 0.5, 0.5)))


@given(cut=st.integers(1, 3 * RECORD.size), torn=st.integers(0, 3 * ROW))
def test_a_crash_leaves_only_whole_pictures(
    tmp_path_factory: pytest.TempPathFactory, cut: int, torn: int
) -> None:
    one = cache(tmp_path_factory.mktemp("crash"))
    filled(one, range(3)).close()
    rows = next(one.root.rglob("*.rows"))
    index = rows.with_suffix(".index")
    os.truncate(index, 3 * RECORD.size - cut)
    os.truncate(rows, 3 * ROW - torn)
    found = all_taken(one)
    assert all(value in {None, i} for i, value in enumerate(found))
    assert sum(value is not None for value in found) <= min(3 - cut // RECORD.size, 3)
    filled(one, range(8)).close()  # and it goes on behind what was torn
    assert all_taken(one) == list(range(8))


def test_pixels_or_records_that_changed_are_never_given(tmp_path: Path) -> None:
    one = cache(tmp_path)
    filled(one, range(3)).close()
    rows = next(one.root.rglob("*.rows"))
    index = rows.with_suffix(".index")
    raw = bytearray(rows.read_bytes())
    raw[ROW + 7] ^= 1
    rows.write_bytes(raw)
    records = bytearray(index.read_bytes())
    records[2 * RECORD.size + 18] ^= 1
    index.write_bytes(records)
    assert all_taken(one)[:3] == [0, None, None]


def test_the_bound_holds_and_what_was_not_used_for_longest_goes(tmp_path: Path) -> None:
    one = cache(tmp_path, limit_rows=40)
    rules = [Preprocess(size=4, resize_px=px) for px in (4, 5, 6)]
    for age, rule in enumerate(rules[:2]):
        filled(one, range(16), rule).close()
        for path in (one.root / recipe_of(rule)).glob("*.rows"):
            os.utime(path, (1000 + age, 1000 + age))
    filled(one, range(16), rules[2]).close()
    sizes = [len(one.shelf(rule, ((f"digest{i}", 0) for i in range(16)))) for rule in rules]
    assert sizes[2] == 16
    assert sizes[0] < sizes[1]
    assert sum(path.stat().st_size for path in one.root.rglob("*.*")) <= one.limit_bytes


def test_more_pictures_than_the_bound_are_kept_in_part_and_told_once(tmp_path: Path) -> None:
    one = cache(tmp_path, limit_rows=20)
    shelf = filled(one, range(50))
    assert 10 <= len(shelf) <= 20
    assert "the cache is full" in shelf.trouble
    kept = {i for i in range(50) if taken(shelf, key_of(f"digest{i}", 0)) == i}
    assert len(kept) == len(shelf)  # its own pictures never make room for each other
    shelf.close()


def test_the_folder_may_be_deleted_while_a_run_reads_and_writes(tmp_path: Path) -> None:
    one = cache(tmp_path)
    shelf = filled(one, range(3))
    shutil.rmtree(one.root)
    assert all(taken(shelf, KEYS[i]) in {None, i} for i in range(8))
    for i in range(3, 8):
        shelf.put(KEYS[i], picture(i))
    assert all(taken(shelf, KEYS[i]) in {None, i} for i in range(8))
    shelf.close()
    filled(one, range(8)).close()
    assert all_taken(one) == list(range(8))


def test_a_nearly_full_disk_is_left_alone(tmp_path: Path) -> None:
    one = PixelCache(tmp_path / "pixels", 1 << 30, reserve_bytes=1 << 60)
    shelf = filled(one, range(3))
    assert len(shelf) == 0
    assert "cache is full" in shelf.trouble


FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from sightline.core.preprocess import Preprocess
from sightline.train.cache import PixelCache
from sightline.train.cache_pack import key_of
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
names = [("digest%d" % i, 0) for i in range(8)]
shelf = PixelCache(Path(sys.argv[1]), 1 << 30, reserve_bytes=0).shelf(Preprocess(size=4), names)
out = np.zeros((4, 4, 3), np.uint8)
for i, name in enumerate(names):
    shelf.put(key_of(*name), np.full((4, 4, 3), i, np.uint8))
assert all(out[0, 0, 0] == i for i, n in enumerate(names) if shelf.take(key_of(*n), out))
print(len(shelf), shelf.trouble)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of POSIX")
def test_a_disk_that_refuses_ends_the_keeping_and_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(3 * ROW + 10)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    kept, _, trouble = done.stdout.partition(" ")
    assert kept == "3"
    assert "pictures are read each time" in trouble


def test_one_process_appends_at_a_time(tmp_path: Path) -> None:
    a, b = (Pack(tmp_path / "one.rows", ROW) for _ in range(2))
    assert a.begin()
    assert not b.begin()
    a.append(KEYS[0], picture(1))
    a.close()
    assert b.begin()
    assert b.append(KEYS[1], picture(2))[0] == 1
    b.close()
    with pytest.raises(OSError, match="not open"):
        b.append(KEYS[2], picture(2))
