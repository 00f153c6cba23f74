from __future__ import annotations

import numpy as np
import pytest

from sightline.curate.analysis_overlap import overlap

N, D = 300, 16


def chunks(rows: np.ndarray, size: int = 64) -> list[tuple[int, np.ndarray, np.ndarray]]:
    return [
        (at, rows[at : at + size], np.ones(len(rows[at : at + size]), np.bool_))
        for at in range(0, len(rows), size)
    ]


def test_classes_apart_do_not_overlap_and_noise_does() -> None:
    rng = np.random.default_rng(0)
    class_id = (np.arange(N) % 3).astype(np.int32)
    used = np.ones(N, np.bool_)
    apart = np.eye(D)[class_id] * 5 + rng.normal(size=(N, D)) * 0.1
    assert overlap(chunks(apart), class_id, used) == 0
    noise = rng.normal(size=(N, D))
    found = overlap(chunks(noise), class_id, used)
    assert found is not None
    assert 0.5 < found < 0.8


def test_it_is_the_same_whatever_the_chunks_and_rows_that_are_no_numbers() -> None:
    rng = np.random.default_rng(2)
    class_id = (np.arange(N) % 3).astype(np.int32)
    used = np.arange(N) % 5 != 0
    rows = np.eye(D)[class_id] + rng.normal(size=(N, D)) * 0.4
    rows[3] = np.nan
    one, two = (overlap(chunks(rows, size), class_id, used) for size in (7, 1000))
    assert one == pytest.approx(two)


def test_with_one_class_or_single_pictures_it_is_not_known() -> None:
    rows = np.random.default_rng(3).normal(size=(4, D))
    used = np.ones(4, np.bool_)
    assert overlap(chunks(rows), np.zeros(4, np.int32), used) is None
    assert overlap(chunks(rows), np.arange(4, dtype=np.int32), used) is None
    assert overlap([], np.asarray([0, 0, 1, 1], np.int32), used) is None
