"""The farthest pictures come first, exactly as the plain greedy choice takes them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.core.errors import ConflictError
from sightline.core.labels import LABELLED
from sightline.curate import diverse
from sightline.curate.queues import plan
from unit.curate.pools import MemoryRows, clusters, pool


def greedy(rows: np.ndarray, labelled: list[int], count: int) -> list[int]:
    """Take what is farthest from all labelled and taken ones, the plain way."""
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    far = (1 - unit @ unit[labelled].T).min(axis=1)
    far[labelled] = -1
    taken = []
    for _ in range(count):
        place = int(far.argmax())
        taken.append(place)
        far = np.minimum(far, 1 - unit @ unit[place])
        far[taken] = -1
    return taken


@given(st.integers(0, 1000), st.sampled_from([3, 20, 500]))
@settings(max_examples=20, deadline=None)
def test_the_choice_is_the_greedy_one_however_few_are_looked_at(seed: int, candidates: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(300, 12)).astype(np.float16).astype(np.float32)
    status = np.zeros(300, np.int32)
    status[:5] = LABELLED
    here = pool(300, status=status, class_id=np.where(status, 1, -1), embeddings=MemoryRows(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diverse, "CANDIDATES", candidates)
        got = plan("diverse", here, limit=30)
    assert got.ordinals.tolist() == greedy(rows, [0, 1, 2, 3, 4], 30)
    assert got.scores is not None
    assert (np.diff(got.scores) <= 1e-6).all(), "what is taken comes ever nearer"
    assert got.whys is not None
    assert got.whys[0].endswith("from the nearest that is labelled or comes before it")


def test_without_labels_the_middle_comes_first_and_every_cluster_soon() -> None:
    rows, which = clusters((40, 5, 20))
    got = plan("diverse", pool(65, embeddings=MemoryRows(rows, (2,))))
    assert got.whys is not None
    assert got.whys[0] == "most like all the others"
    assert set(which[got.ordinals[:3]]) == {0, 1, 2}
    assert sorted(got.ordinals) == list(range(65))
    assert got.ordinals[-1] == 2, "what is not embedded comes last"
    assert got.whys[-1] == "not embedded yet"


def test_many_labels_are_stood_for_by_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diverse, "ANCHORS", 4)
    rows, which = clusters((40, 40, 40, 10))
    labelled = which < 3
    labelled[::40] = False
    here = pool(
        130,
        status=np.where(labelled, LABELLED, 0),
        class_id=np.where(labelled, which, -1),
        embeddings=MemoryRows(rows),
    )
    assert which[plan("diverse", here, limit=1).ordinals].tolist() == [3]


def test_vectors_that_are_no_numbers_come_last() -> None:
    rows, _ = clusters((10, 10))
    rows[3, 0], rows[7] = np.nan, 0.0
    got = plan("diverse", pool(20, embeddings=MemoryRows(rows)))
    assert set(got.ordinals[-2:].tolist()) == {3, 7}
    nothing = plan("diverse", pool(2, embeddings=MemoryRows(np.full((2, 3), np.nan))))
    assert nothing.ordinals.tolist() == [0, 1]
    assert nothing.note == "nothing is embedded yet"
    assert plan("diverse", pool(0, embeddings=MemoryRows(np.zeros((0, 3))))).ordinals.tolist() == []
    with pytest.raises(ConflictError, match="needs embeddings"):
        plan("diverse", pool(2))
