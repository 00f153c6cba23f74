"""Queues by probability: a band of it, and what only wants a nod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.labels import LABELLED, SKIPPED
from sightline.curate.queues import plan
from unit.curate.pools import MemoryRows, pool

if TYPE_CHECKING:
    from sightline.curate.pool import Pool

PROBS = np.array(
    [[0.95, 0.05], [0.6, 0.4], [0.02, 0.98], [0.25, 0.75], [0.93, 0.07], [0, 0], [0.9, 0.1]]
)


def scored(**fields: Any) -> Pool:
    """Seven images: three sure cats, a sure dog, two in doubt, one that nobody asked about."""
    known: dict[str, Any] = {
        "margin": np.abs(PROBS[:, 0] - PROBS[:, 1]),
        "probabilities": MemoryRows(PROBS, (5,)),
        "class_ids": (4, 9),
        "names": ("cat", "dog"),
        "class_names": {4: "cat", 9: "dog", 11: "fox"},
    }
    return pool(7, **(known | fields))


def test_a_band_holds_what_lies_in_it_from_its_lower_end_up() -> None:
    got = plan("band", scored())
    assert got.ordinals.tolist() == [1, 3]
    assert got.whys == ["cat 60%", "dog 75%"]
    assert got.scores is not None
    assert got.scores.tolist() == pytest.approx([0.6, 0.75], abs=1e-3)
    of_cats = plan("band", scored(), options={"class_id": 4, "band": (0.2, 0.7)})
    assert (of_cats.ordinals.tolist(), of_cats.whys) == ([3, 1], ["cat 25%", "cat 60%"])
    low = plan("band", scored(), options={"class_id": 9, "band": (0.0, 0.1)})
    assert low.ordinals.tolist() == [0, 4, 6]


def test_certain_goes_class_by_class_the_surest_first() -> None:
    got = plan("certain", scored())
    assert got.ordinals.tolist() == [0, 4, 6, 2]
    assert got.whys == ["cat 95%", "cat 93%", "cat 90%", "dog 98%"]
    assert got.note == "3 cat, 1 dog"
    dogs = plan("certain", scored(), options={"class_id": 9})
    assert (dogs.ordinals.tolist(), dogs.note) == ([2], "1 dog")
    surer = plan("certain", scored(), options={"band": (0.94, 1.0)})
    assert surer.ordinals.tolist() == [0, 2]


def test_what_is_labelled_is_left_out_and_skipped_ones_come_last() -> None:
    status = np.array([LABELLED, SKIPPED, 0, 0, SKIPPED, 0, 0])
    assert plan("certain", scored(status=status)).ordinals.tolist() == [6, 2, 4]
    assert plan("band", scored(status=status)).ordinals.tolist() == [3, 1]


def test_many_classes_are_told_in_short() -> None:
    probs = np.eye(9)
    names = tuple("abcdefghi")
    got = plan(
        "certain",
        pool(
            9,
            margin=np.ones(9),
            probabilities=MemoryRows(probs),
            class_ids=tuple(range(9)),
            names=names,
        ),
    )
    assert got.note == "1 a, 1 b, 1 c, 1 d, 1 e, 1 f and 3 more classes"


def test_what_cannot_be_asked_is_told() -> None:
    with pytest.raises(ConflictError, match="does not know the class fox"):
        plan("band", scored(), options={"class_id": 11})
    for band in ((0.8, 0.3), (0.5, 0.5), (-0.1, 0.5), (0.5, 1.1), (float("nan"), 0.5)):
        with pytest.raises(InvalidInputError, match="a band from"):
            plan("band", scored(), options={"band": band})
    with pytest.raises(ConflictError, match="needs a head"):
        plan("certain", pool(3))
    empty = plan("certain", scored(status=np.full(7, LABELLED)))
    assert (empty.ordinals.tolist(), empty.note) == ([], "")
