from __future__ import annotations

import numpy as np

from sightline.curate.map_clusters import by_density, by_means


def blobs(
    sizes: tuple[int, ...], dim: int = 2
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rng = np.random.default_rng(1)
    parts = [
        rng.standard_normal((size, dim)) * 0.3 + 6 * np.array([at % 3, at // 3, *[0] * (dim - 2)])
        for at, size in enumerate(sizes)
    ]
    return np.concatenate(parts).astype(np.float32)


def test_groups_are_found_largest_first_and_a_lone_point_is_none() -> None:
    xy = np.concatenate([blobs((60, 200, 120)), [[50, 50]]]).astype(np.float32)
    found = by_density(xy)
    assert found[-1] == -1
    assert [
        int(np.bincount(found[part])[:].argmax())
        for part in (slice(0, 60), slice(60, 260), slice(260, 380))
    ] == [2, 0, 1]


def test_above_the_sample_every_point_follows_the_nearest_one() -> None:
    xy = blobs((6000, 5000))
    found = by_density(xy)
    assert np.array_equal(found, by_density(xy))
    assert (found[:6000] == 0).mean() > 0.98
    assert (found[6000:] == 1).mean() > 0.98


def test_a_handful_is_one_group() -> None:
    assert by_density(blobs((4,))).tolist() == [0, 0, 0, 0]


def test_means_are_the_same_twice_and_part_what_lies_apart() -> None:
    rows = blobs((100, 60, 30), dim=5)
    found = by_means(rows)
    assert np.array_equal(found, by_means(rows))
    assert not set(found[:100]) & set(found[100:160])
    count = np.bincount(found)
    assert (np.diff(count) <= 0).all()


def test_rows_that_are_all_alike_are_one_group() -> None:
    assert set(by_means(np.ones((50, 3), np.float32))) == {0}
