from __future__ import annotations

import threading
from collections import Counter
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError, UnreadableImageError
from sightline.core.preprocess import Preprocess
from sightline.core.samples import Sample
from sightline.train.counters import epoch_order, generator, step_seed
from sightline.train.data import IGNORED, Pixels, batches

if TYPE_CHECKING:
    from sightline.core.arrays import U8

RULE = Preprocess(size=4)
SAMPLES = tuple(Sample(i, Path(str(i)), 0, i % 3, "train", str(i)) for i in range(20))


class Shelf:
    """Pictures that are the sample's number; counts how often each is read."""

    def __init__(self, broken: int = -1) -> None:
        self.read: Counter[int] = Counter()
        self.threads: set[str] = set()
        self.broken = broken

    def __call__(self, sample: Sample) -> U8:
        self.read[sample.image_id] += 1
        self.threads.add(threading.current_thread().name)
        if sample.image_id == self.broken:
            raise UnreadableImageError("cut off", reason="truncated")
        return np.full((4, 4, 3), sample.image_id, np.uint8)


GROUPS = [np.array([3, 1, 3]), np.array([19, 0]), np.array([7])] * 3


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("memory_mb", [0, 1])
def test_pictures_come_in_order_whoever_reads_them(workers: int, memory_mb: int) -> None:
    shelf = Shelf()
    pixels = Pixels(SAMPLES, RULE, workers=workers, memory_mb=memory_mb, load=shelf)
    with closing(pixels):
        seen = [*pixels.stream(GROUPS), *pixels.stream(GROUPS)]
    assert [images[:, 0, 0, 0].tolist() for images, _ in seen] == [g.tolist() for g in GROUPS * 2]
    assert [labels.tolist() for _, labels in seen] == [(g % 3).tolist() for g in GROUPS * 2]
    assert pixels.in_memory == (memory_mb == 1)
    if memory_mb and workers < 2:  # two threads may want a picture that occurs twice
        assert set(shelf.read.values()) == {1}
    assert (threading.current_thread().name in shelf.threads) == (not workers)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_unreadable_picture_keeps_its_place_and_loses_its_label(workers: int) -> None:
    shelf = Shelf(broken=1)
    with closing(Pixels(SAMPLES, RULE, workers=workers, memory_mb=0, load=shelf)) as pixels:
        for _ in range(2):
            images, labels = next(iter(pixels.stream([np.array([3, 1])])))
    assert images.shape == (2, 4, 4, 3)
    assert labels.tolist() == [0, IGNORED]
    assert "cut off" in pixels.unreadable[1]
    assert shelf.read[1] == 1  # it is not tried again


def test_the_threads_that_read_stay_over_epochs_and_end_with_the_training() -> None:
    pixels = Pixels(SAMPLES, RULE, workers=2, memory_mb=0, load=Shelf())
    found = []
    for _ in range(2):
        stream = pixels.stream(GROUPS * 50)
        next(stream)
        del stream
        found.append({one.ident for one in threading.enumerate() if one.name.startswith("read")})
    assert len(found[0]) == 2
    assert found[0] == found[1]
    pixels.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("read")]


def test_a_set_without_a_picture_that_can_be_read_is_refused_before_the_first_step() -> None:
    shelf = Shelf(broken=1)
    pixels = Pixels(SAMPLES, RULE, load=shelf)
    pixels.check(np.array([1, 0]))
    assert sum(shelf.read.values()) == 2
    with pytest.raises(InvalidInputError, match="none of 1 pictures can be read: 1: cut off"):
        pixels.check(np.array([1]))


@given(st.integers(1, 60), st.integers(1, 4), st.integers(1, 20), st.integers(0, 5))
def test_an_epoch_shows_every_picture_as_often_as_asked(
    count: int, views: int, batch: int, epoch: int
) -> None:
    positions = np.arange(100, 100 + count)
    steps = batches(7, epoch, positions, views=views, batch=batch)
    sizes = [len(step) for step in steps]
    assert max(sizes) <= batch
    assert max(sizes) - min(sizes) <= 1
    assert set(Counter(np.concatenate(steps).tolist()).values()) == {views}
    again = batches(7, epoch, positions, views=views, batch=batch)
    assert all((a == b).all() for a, b in zip(steps, again, strict=True))


def test_epochs_and_seeds_shuffle_otherwise() -> None:
    orders = {tuple(epoch_order(seed, epoch, 50)) for seed in range(3) for epoch in range(3)}
    assert len(orders) == 9


def test_draws_depend_on_the_place_alone() -> None:
    places = [(s, p, e, t) for s in (0, 1) for p in (1, 2) for e in (0, 1) for t in (0, 1)]
    draws = {generator(*place).random() for place in places}
    assert len(draws) == len(places)
    assert generator(3, 2, 1, 5).random() == generator(3, 2, 1, 5).random()


def test_neighbouring_steps_have_unlike_seeds() -> None:
    seeds = [step_seed(0, step) for step in range(1000)]
    assert len(set(seeds)) == 1000
    bits = [(a ^ b).bit_count() for a, b in pairwise(seeds)]
    assert 28 < sum(bits) / len(bits) < 35
    assert all(0 <= seed < 1 << 63 for seed in seeds)
