"""Two opinions: where they differ, and both are sure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sightline.core.errors import ConflictError
from sightline.core.labels import LABELLED
from sightline.curate.pool import Other
from sightline.curate.queues import plan
from unit.curate.pools import MemoryRows, pool

HEAD = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.95, 0.05], [0.9, 0.1]])
MODEL = np.array([[0.2, 0.8], [0.3, 0.7], [0.1, 0.9], [0, 0], [0.05, 0.95]])


def test_where_both_are_sure_and_differ_comes_first() -> None:
    here = pool(
        5,
        margin=np.ones(5),
        probabilities=MemoryRows(HEAD),
        class_ids=(1, 2),
        names=("cat", "dog"),
        class_names={1: "cat", 2: "dog"},
        other=Other("net", MemoryRows(MODEL, (3,)), (1, 2)),
    )
    got = plan("disagreement", here, options={"against": "net"})
    assert got.ordinals.tolist() == [4, 0, 1]
    assert got.whys is not None
    assert got.whys[0] == "the head says cat 90%, net says dog 95%"
    assert got.note == "the head and net agree on 25% of 4 images"
    some = replace(here, status=np.array([0, 0, 0, 0, LABELLED]))
    assert plan("disagreement", some).ordinals.tolist() == [0, 1]
    with pytest.raises(ConflictError, match="no second opinion"):
        plan("disagreement", replace(here, other=None))


def test_columns_are_matched_by_class() -> None:
    here = pool(
        2,
        margin=np.ones(2),
        probabilities=MemoryRows(np.array([[0.9, 0.1], [0.9, 0.1]])),
        class_ids=(1, 2),
        names=("cat", "dog"),
        class_names={1: "cat", 2: "dog"},
        other=Other("net", MemoryRows(np.array([[0.1, 0.9], [0.9, 0.1]])), (2, 1)),
    )
    got = plan("disagreement", here)
    assert got.ordinals.tolist() == [1]
    assert got.whys == ["the head says cat 90%, net says dog 90%"]
