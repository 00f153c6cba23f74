from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
)
from sightline.store import array_files, array_header
from sightline.store.arrays import ArrayStore, OrdinalArray

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ArrayStore]:
    store = ArrayStore(tmp_path / "arrays")
    yield store
    store.close()


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of eight rows, so that few rows cross many."""
    monkeypatch.setattr(array_header, "CHUNK_BYTES", 1)


def features(store: ArrayStore, dim: int = 3, key: str = "hog:1") -> OrdinalArray:
    return store.open(1, "embeddings", key, dtype=np.float32, row_shape=(dim,))


def rows_of(ordinals: Any, dim: int = 3) -> Any:
    return np.asarray(ordinals, np.float32)[:, None] + np.arange(dim, dtype=np.float32)


def test_new_array_has_no_rows(store: ArrayStore) -> None:
    array = features(store)
    rows, valid = array.read(np.array([0, 7, 10**9]))
    assert rows.shape == (3, 3)
    assert not rows.any()
    assert not valid.any()
    assert array.count() == 0
    assert array.missing(3).tolist() == [0, 1, 2]


@pytest.mark.usefixtures("small_chunks")
@settings(max_examples=40, deadline=None)
@given(
    batches=st.lists(
        st.lists(st.integers(0, 60), unique=True, max_size=40), min_size=1, max_size=5
    ),
    asked=st.lists(st.integers(0, 80), max_size=30),
)
def test_rows_come_back_from_any_order_of_writes(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]], asked: list[int]
) -> None:
    store = ArrayStore(tmp_path_factory.mktemp("arrays"))
    array = features(store)
    want: dict[int, Any] = {}
    for turn, batch in enumerate(batches):
        rows = rows_of(batch).reshape(len(batch), 3) + 100 * turn
        array.write(np.array(batch), rows)
        want |= dict(zip(batch, rows, strict=True))
    rows, valid = array.read(np.array(asked))
    assert valid.tolist() == [ordinal in want for ordinal in asked]
    for ordinal, row in zip(asked, rows, strict=True):
        assert row.tolist() == list(want.get(ordinal, np.zeros(3)))
    assert np.flatnonzero(array.valid(81)).tolist() == sorted(want)
    assert array.count() == len(want)


@pytest.mark.usefixtures("small_chunks")
def test_chunks_come_in_order_and_stop_at_n(store: ArrayStore) -> None:
    array = features(store)
    array.write(np.arange(5, 20), rows_of(range(5, 20)))
    chunks = list(array.iter_chunks(30))
    assert [start for start, _, _ in chunks] == [0, 8, 16, 24]
    assert [len(rows) for _, rows, _ in chunks] == [8, 8, 8, 6]
    rows, valid = array.load(30)
    assert np.flatnonzero(valid).tolist() == list(range(5, 20))
    assert np.array_equal(rows[valid], rows_of(range(5, 20)))
    assert not chunks[1][1].flags.writeable


@pytest.mark.usefixtures("small_chunks")
def test_more_chunks_than_stay_mapped_are_read(
    store: ArrayStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(array_files, "MAPS", 2)
    array = features(store)
    array.write(np.arange(100), rows_of(range(100)))
    for ordinals in (np.arange(100), np.arange(99, -1, -1)):
        rows, valid = array.read(ordinals)
        assert valid.all()
        assert np.array_equal(rows, rows_of(ordinals))


def test_a_file_never_changes_its_size(store: ArrayStore) -> None:
    array = features(store)
    array.write(np.array([0]), rows_of([0]))
    chunk = array.folder / "g000000" / "000000.bin"
    size = chunk.stat().st_size
    array.write(np.arange(1, 1000), rows_of(range(1, 1000)))
    assert chunk.stat().st_size == size == array.header.chunk_rows * 12


def test_scattered_rows_of_a_large_write_leave_their_neighbours(store: ArrayStore) -> None:
    array = store.open(1, "scores", "k", dtype=np.float32, row_shape=())
    array.write(np.arange(1000), np.arange(1000, dtype=np.float32))
    odd = np.arange(1, 1000, 2)
    array.write(odd, -odd.astype(np.float32))
    rows, valid = array.load(1000)
    assert valid.all()
    assert np.array_equal(rows[::2], np.arange(0, 1000, 2))
    assert np.array_equal(rows[1::2], -odd)


def test_what_does_not_fit_is_refused(store: ArrayStore) -> None:
    array = features(store)
    for ordinals, rows in (
        ([0], np.zeros((1, 4), np.float32)),
        ([0, 1], np.zeros((1, 3), np.float32)),
        ([0], np.zeros((1, 3), np.complex64)),
        ([-1], np.zeros((1, 3), np.float32)),
        ([0.5], np.zeros((1, 3), np.float32)),
        ([2, 2], np.zeros((2, 3), np.float32)),
    ):
        with pytest.raises(InvalidInputError):
            array.write(np.array(ordinals), rows)
    assert array.count() == 0


def test_opening_refuses_another_shape_and_takes_what_is_there_without_one(
    store: ArrayStore,
) -> None:
    features(store)
    with pytest.raises(InvalidInputError, match="not"):
        features(store, dim=4)
    assert store.open(1, "embeddings", "hog:1").header.row_shape == (3,)
    with pytest.raises(NotFoundError):
        store.open(1, "embeddings", "other", create=False)
    with pytest.raises(InvalidInputError, match="dtype"):
        store.open(1, "embeddings", "other", dtype=np.dtype("O"), row_shape=())


def test_header_fields_are_kept(store: ArrayStore, tmp_path: Path) -> None:
    features(store).set_header(journal_seq=7, class_ids=[3, 1], extra={"head": 2})
    again = features(ArrayStore(tmp_path / "arrays"))
    assert again.header.journal_seq == 7
    assert again.header.class_ids == (3, 1)
    assert again.header.extra == {"head": 2}
    with pytest.raises(InvalidInputError, match="chunk_rows"):
        again.set_header(chunk_rows=1)


@pytest.mark.usefixtures("small_chunks")
def test_replace_switches_everything_at_once(store: ArrayStore) -> None:
    array = features(store)
    array.write(np.arange(20), rows_of(range(20)))
    array.set_header(journal_seq=1, class_ids=[1, 2, 3])
    before = array.snapshot()
    some = np.arange(20) != 4
    parts = [
        (0, rows_of(range(12), 5), some[:12]),
        (12, rows_of(range(12, 20), 5), None),
    ]
    array.replace(parts, row_shape=(5,), journal_seq=2, class_ids=[1, 2, 3, 4, 5])
    assert before.header.journal_seq == 1
    assert np.array_equal(before.read(np.arange(20))[0], rows_of(range(20)))
    after = array.snapshot()
    assert after.header.class_ids == (1, 2, 3, 4, 5)
    rows, valid = after.read(np.arange(20))
    assert valid.tolist() == some.tolist()
    assert np.array_equal(rows[valid], rows_of(range(20), 5)[valid])


def test_failed_replace_leaves_the_old_version(store: ArrayStore) -> None:
    array = features(store)
    array.write(np.arange(4), rows_of(range(4)))

    def parts() -> Iterator[tuple[int, Any, None]]:
        yield 0, rows_of(range(2)), None
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        array.replace(parts())
    assert array.header.generation == 0
    assert [path.name for path in array.folder.glob("g*")] == ["g000000"]
    assert np.array_equal(array.read(np.arange(4))[0], rows_of(range(4)))


def test_old_generations_are_swept(store: ArrayStore) -> None:
    array = features(store)
    for turn in range(5):
        array.replace([(0, rows_of(range(turn + 1)), None)])
    assert sorted(path.name for path in array.folder.glob("g*")) == ["g000004", "g000005"]
    assert array.count() == 5


def test_snapshot_that_was_replaced_twice_says_so(store: ArrayStore) -> None:
    array = features(store)
    array.write(np.arange(2), rows_of(range(2)))
    old = array.snapshot()
    for _ in range(2):
        array.replace([(0, rows_of(range(2)), None)])
    with pytest.raises(ConflictError, match="replaced"):
        old.read(np.arange(2))


@pytest.mark.usefixtures("small_chunks")
def test_readers_see_one_whole_version_while_another_store_replaces(
    store: ArrayStore, tmp_path: Path
) -> None:
    array = store.open(1, "probabilities", "k", dtype=np.float32, row_shape=(2,))
    array.replace([(0, np.zeros((50, 2)), None)], extra={"turn": 0})
    failures: list[object] = []
    done = threading.Event()

    def look() -> None:
        reader = ArrayStore(tmp_path / "arrays").open(1, "probabilities", "k", create=False)
        while not done.is_set():
            rows, valid = reader.read(np.arange(50))
            if not valid.all() or len(np.unique(rows)) != 1:
                failures.append((rows, valid))

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for turn in range(1, 40):
        array.replace([(0, np.full((50, 2), turn, np.float32), None)], extra={"turn": turn})
    done.set()
    for thread in threads:
        thread.join()
    assert not failures


def test_replace_does_not_hold_up_readers(store: ArrayStore) -> None:
    array = features(store)
    array.write(np.arange(2), rows_of(range(2)))
    seen: list[int] = []

    def parts() -> Iterator[tuple[int, Any, None]]:
        reader = threading.Thread(target=lambda: seen.append(array.count()))
        reader.start()
        reader.join(60)
        yield 0, rows_of(range(9)), None

    array.replace(parts())
    assert seen == [2]
    assert array.count() == 9


def test_deleted_cache_reads_as_missing_and_is_written_anew(
    store: ArrayStore, tmp_path: Path
) -> None:
    import shutil

    array = features(store)
    array.write(np.arange(4), rows_of(range(4)))
    array.set_header(journal_seq=9)
    shutil.rmtree(tmp_path / "arrays")
    assert array.count() == 0
    assert array.header.journal_seq is None
    array.write(np.array([2]), rows_of([2]))
    assert np.flatnonzero(array.valid(4)).tolist() == [2]


def test_lost_header_does_not_bring_old_rows_back(store: ArrayStore) -> None:
    array = features(store)
    array.write(np.arange(4), rows_of(range(4)))
    (array.folder / "header.json").unlink()
    assert features(store).count() == 0


def test_damaged_header_says_what_to_delete(store: ArrayStore, tmp_path: Path) -> None:
    (features(store).folder / "header.json").write_text('{"version": 99}')
    with pytest.raises(InvalidInputError, match="not an array") as caught:
        features(ArrayStore(tmp_path / "arrays"))
    assert "delete" in caught.value.hint


def test_projects_are_apart_and_dropped_on_their_own(store: ArrayStore) -> None:
    mine = features(store)
    other = store.open(2, "embeddings", "hog:1", dtype=np.float32, row_shape=(3,))
    for array in (mine, other):
        array.write(np.arange(4), rows_of(range(4)))
    assert [(info.project_id, info.name, info.rows) for info in store.sizes()] == [
        (1, "embeddings", 4),
        (2, "embeddings", 4),
    ]
    assert store.sizes()[0].bytes < 2**20
    store.drop_project(1)
    assert [info.project_id for info in store.sizes()] == [2]
    assert mine.count() == 0


def test_deleted_array_has_no_rows(store: ArrayStore) -> None:
    array = features(store)
    array.write(np.arange(4), rows_of(range(4)))
    array.invalidate(np.array([1]))
    assert array.missing(4).tolist() == [1]
    array.delete()
    assert array.count() == 0
    assert store.sizes() == []


def test_a_million_scores_are_read_at_memory_speed_and_ten_times_more_cost_no_more_each(
    store: ArrayStore,
) -> None:
    def read_s(array: OrdinalArray, n: int) -> float:
        best = 9.0
        for _ in range(5):
            start = time.perf_counter()
            total = 0.0
            for _, rows, valid in array.iter_chunks(n):
                total += float(rows.sum()) + int(valid.sum())
            best = min(best, time.perf_counter() - start)
            assert total == 2 * n
        return best

    times = {}
    for n in (1_000_000, 10_000_000):
        array = store.open(1, "scores", str(n), dtype=np.float32, row_shape=())
        array.replace([(0, np.ones(n, np.float32), None)])
        times[n] = read_s(array, n)
    assert times[1_000_000] < 0.05
    assert times[10_000_000] < 30 * times[1_000_000]
