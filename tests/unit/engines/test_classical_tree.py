"""Regions: every cell is in one superpixel, every chain leads from it to the whole picture."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.engines.classical.regions import chosen, overlap, rated, regions_at
from sightline.engines.classical.tree import WAYS, Trees, grow


def quarters(side: int = 64) -> np.ndarray:
    """Four squares of different colours."""
    picture = np.zeros((side, side, 3), np.uint8)
    half = side // 2
    picture[:half, half:] = (200, 40, 40)
    picture[half:, :half] = (40, 200, 40)
    picture[half:, half:] = (40, 40, 200)
    return picture


@pytest.fixture(scope="module")
def trees() -> Trees:
    return grow(quarters())


def test_every_region_but_the_last_becomes_part_of_a_later_one(trees: Trees) -> None:
    regions = trees.parent.shape[1]
    assert trees.labels.max() + 1 == (regions + 1) // 2
    for way in range(len(WAYS)):
        assert trees.parent[way, -1] == -1
        assert (trees.parent[way, :-1] > np.arange(regions - 1)).all()
        assert (np.bincount(trees.parent[way, :-1])[-regions // 2 + 1 :] == 2).all()


def test_a_chain_grows_from_the_click_to_the_whole_picture(trees: Trees) -> None:
    for way in range(len(WAYS)):
        chain = trees.chain(way, 10, 50)
        place = trees.joined_at(way, chain)[trees.labels]
        assert place[50, 10] == 0
        assert place.max() == len(chain) - 1
        assert (place >= 0).all()


def test_an_area_of_one_colour_is_a_region(trees: Trees) -> None:
    true = np.zeros((64, 64), np.bool_)
    true[32:, :32] = True
    regions = regions_at(trees, 10, 50)
    assert max(overlap(one.mask, true) for one in regions) > 0.9
    assert all(one.mask[50, 10] for one in regions)


def test_those_chosen_differ_and_begin_with_the_likeliest(trees: Trees) -> None:
    regions = regions_at(trees, 10, 50)
    scores = rated(trees, regions, 10, 50)
    assert ((scores >= 0) & (scores <= 1)).all()
    kept = chosen(regions, scores, 3)
    assert kept[0] == int(scores.argmax())
    masks = [regions[one].mask for one in kept]
    assert all(overlap(a, b) < 0.5 for i, a in enumerate(masks) for b in masks[:i])


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 400, 3), (2, 2, 3), (30, 30, 3)])
def test_flat_and_tiny_pictures_have_a_tree(shape: tuple[int, int, int]) -> None:
    found = grow(np.full(shape, 7, np.uint8))
    for way in range(len(WAYS)):
        assert trees_whole(found, way)


def trees_whole(found: Trees, way: int) -> bool:
    chain = found.chain(way, 0, 0)
    return bool((found.joined_at(way, chain) <= len(chain) - 1).all())
