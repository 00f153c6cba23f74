"""Queues hold what waits for a label, in the order they promise, and say why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.labels import CONFLICT, LABELLED, SKIPPED, TEST, UNSURE
from sightline.curate.ask import MEASURES, OPTIONS
from sightline.curate.pool import WHYS, Tops
from sightline.curate.queues import QUEUES, plan
from sightline.curate.scores import Ranked, by_score
from unit.curate.pools import MemoryRows, pool

READS = {"head", "embeddings", "model", "tops", "entropy", "out_of_fold"}
KNOWN = READS | {"likeness", "distance", "oddness", "alike", "run", "mistaken", "mistaken_as"}
KNOWN |= {"doubts", "served", "served_as", "served_p", "served_odd"}
KNOWN |= {"evaluation", "detection_errors", "detection_surest"}


def test_the_table_lists_the_queues_that_people_see() -> None:
    assert next(iter(QUEUES)) == "auto"
    assert {"uncertain", "random", "unsure", "skipped", "all"} <= set(QUEUES)
    for queue in QUEUES.values():
        assert queue.title
        assert queue.description
        assert set(queue.options) <= set(OPTIONS)
        assert queue.reads <= KNOWN


@given(
    arrays(np.int32, 40, elements=st.integers(0, 4)),
    arrays(np.int32, 40, elements=st.integers(0, 2)),
    st.sampled_from(["auto", "uncertain", "random"]),
    st.one_of(st.none(), st.integers(0, 50)),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_no_queue_holds_labelled_deleted_or_test_images(
    status: np.ndarray, split: np.ndarray, name: str, limit: int | None, embedded: bool
) -> None:
    rng = np.random.default_rng(0)
    alive = rng.random(40) > 0.1
    here = pool(
        40,
        status=status,
        split=split,
        alive=alive,
        class_id=np.where(status == LABELLED, rng.integers(0, 3, 40), -1),
        margin=rng.random(40).astype(np.float32),
        embeddings=MemoryRows(rng.normal(size=(40, 8)), (3, 4)) if embedded else None,
    )
    got = plan(name, here, limit=limit)
    waits = alive & (status != LABELLED) & (split != TEST)
    assert len(set(got.ordinals)) == len(got.ordinals)
    assert waits[got.ordinals].all()
    if limit is None:
        assert len(got.ordinals) == waits.sum()
    skipped = status[got.ordinals] == SKIPPED
    assert (np.diff(skipped.astype(int)) >= 0).all()
    assert got.whys is not None
    assert len(got.whys) == len(got.ordinals)
    assert got.scores is None or len(got.scores) == len(got.ordinals)


def test_unsure_images_and_conflicts_stay_and_skipped_ones_go_last() -> None:
    status = np.array([SKIPPED, UNSURE, CONFLICT, 0, LABELLED])
    here = pool(5, status=status, margin=np.array([0.0, 0.3, 0.1, 0.2, 0.0]))
    assert plan("uncertain", here).ordinals.tolist() == [2, 3, 1, 0]


def test_the_test_split_comes_when_it_is_asked_for() -> None:
    here = pool(4, test=(1,), margin=np.array([0.3, 0.1, 0.2, 0.4]))
    assert plan("uncertain", here).ordinals.tolist() == [2, 0, 3]
    assert plan("uncertain", here, test=True).ordinals.tolist() == [1, 2, 0, 3]


def test_all_holds_everything_that_passes_the_filter_in_order() -> None:
    status = np.array([LABELLED, 0, SKIPPED, 0])
    here = pool(4, test=(3,), status=status)
    assert plan("all", here).ordinals.tolist() == [0, 1, 2, 3]
    some = replace(here, wanted=np.array([True, False, True, True]))
    assert plan("all", some, limit=2).ordinals.tolist() == [0, 2]


def test_uncertain_says_between_which_classes_and_puts_unseen_images_last() -> None:
    probs = np.array([[0.5, 0.4, 0.1], [0.9, 0.05, 0.05], [0, 0, 0]], np.float16)
    margin = np.array([0.1, 0.85, np.nan], np.float32)
    got = plan(
        "uncertain",
        pool(3, margin=margin, probabilities=MemoryRows(probs), names=("cat", "dog", "fox")),
    )
    assert got.ordinals.tolist() == [0, 1, 2]
    assert got.whys == ["cat 50% or dog 40%", "cat 90% or fox 5%", "the head has not seen it yet"]
    plain = plan("uncertain", pool(3, margin=margin))
    assert plain.whys is not None
    assert plain.whys[0] == "margin 0.10"


def test_a_limit_gives_the_front_of_the_whole_order_with_ties_by_ordinal() -> None:
    rng = np.random.default_rng(0)
    score = np.round(rng.random(5000), 2).astype(np.float32)
    score[rng.integers(0, 5000, 300)] = np.nan
    every = np.arange(5000)
    whole = by_score(every, score, None)
    assert (np.diff(score[whole][:4600]) >= 0).all()
    for limit in (0, 1, 10, 333, 4900, 5000):
        assert by_score(every, score, limit).tolist() == whole[:limit].tolist()
    empty = np.full(100, np.nan, np.float32)
    assert by_score(np.arange(100), empty, 7).tolist() == list(range(7))


@given(
    arrays(np.float32, 300, elements=st.sampled_from([0.0, 0.25, 0.5, 1.0, float("nan")])),
    arrays(np.bool_, 300),
    st.integers(1, 320),
)
@settings(max_examples=100, deadline=None)
def test_front_and_rest_are_the_whole_order(
    score: np.ndarray, wanted: np.ndarray, count: int
) -> None:
    order = Ranked(wanted, score)
    front = order.front(count)
    rest = order.without(front)
    whole = by_score(np.flatnonzero(wanted), score, None)
    assert len(front) == min(count, len(whole))
    parts = [rest.part(at, at + 7) for at in range(0, 301, 7)]
    assert np.concatenate([front, *parts]).tolist() == whole.tolist()


@pytest.mark.parametrize("name", ["uncertain", "auto"])
def test_a_large_queue_gives_its_front_now_and_the_rest_when_it_is_asked_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    status = rng.integers(0, 4, 5000)
    here = pool(5000, status=status, margin=rng.random(5000).astype(np.float32))
    whole = plan(name, here).ordinals.tolist()
    monkeypatch.setattr("sightline.curate.ranked.EAGER", 100)
    got = plan(name, here)
    assert got.rest is not None
    assert len(got.ordinals) + got.more == len(whole)
    assert got.ordinals.tolist() + got.rest(0, got.more).tolist() == whole
    tail = got.rest(got.more - 30, got.more + 30)
    assert tail.tolist() == whole[-30:], "any part can be asked for"


def test_random_is_decided_by_the_seed() -> None:
    here = pool(50)
    one, same, other = (plan("random", here, seed=seed).ordinals.tolist() for seed in (1, 1, 2))
    assert one == same != other
    assert sorted(one) == list(range(50))


def test_reasons_are_for_the_front_only() -> None:
    got = plan("random", pool(WHYS + 10))
    assert got.whys is not None
    assert (len(got.ordinals), len(got.whys)) == (WHYS + 10, WHYS)


def test_what_cannot_be_planned_is_told() -> None:
    with pytest.raises(InvalidInputError) as caught:
        plan("uncertian", pool(3))
    assert "uncertain" in caught.value.hint
    with pytest.raises(ConflictError, match="needs a head"):
        plan("uncertain", pool(3))
    with pytest.raises(InvalidInputError):
        plan("random", pool(3), limit=-1)
    with pytest.raises(InvalidInputError, match="takes no measure"):
        plan("random", pool(3), options={"measure": "margin"})
    with pytest.raises(InvalidInputError, match="no measure 'margins'"):
        plan("uncertain", pool(3, margin=np.zeros(3)), options={"measure": "margins"})
    assert plan("random", pool(0)).ordinals.tolist() == []
    assert plan("auto", pool(0)).ordinals.tolist() == []


def test_unsure_and_skipped_hold_what_was_marked_so() -> None:
    status = np.array([SKIPPED, UNSURE, LABELLED, UNSURE, SKIPPED])
    here = pool(5, status=status, test=(3,))
    assert plan("unsure", here).ordinals.tolist() == [1, 3]
    assert plan("skipped", here, limit=1).ordinals.tolist() == [0]
    assert plan("skipped", here).whys == ["skipped", "skipped"]


def test_a_measure_orders_by_what_it_says() -> None:
    margin = np.array([0.5, 0.1, 0.3], np.float32)
    entropy = np.array([0.2, 0.4, 0.9], np.float32)
    here = pool(
        3, margin=margin, entropy=entropy, tops=Tops(np.array([0.4, 0.5, 0.6]), np.zeros(3, int))
    )
    order = {
        one: plan("uncertain", here, options={"measure": one}).ordinals.tolist() for one in MEASURES
    }
    assert order == {"margin": [1, 2, 0], "entropy": [2, 1, 0], "confidence": [0, 1, 2]}
    with pytest.raises(ConflictError, match="entropy"):
        plan("uncertain", replace(here, entropy=None), options={"measure": "entropy"})


@pytest.mark.parametrize("n", [0, 6])
@pytest.mark.parametrize("name", ["auto", "uncertain", "diverse", "band", "certain", "random"])
def test_an_empty_project_and_one_that_is_all_labelled_have_empty_queues(name: str, n: int) -> None:
    probs = np.tile([0.6, 0.4], (n, 1))
    here = pool(
        n,
        status=np.full(n, LABELLED),
        class_id=np.arange(n) % 2 + 1,
        margin=np.full(n, 0.2, np.float32),
        probabilities=MemoryRows(probs),
        class_ids=(1, 2),
        names=("cat", "dog"),
        embeddings=MemoryRows(np.random.default_rng(0).normal(size=(n, 4))),
    )
    for limit in (None, 5):
        got = plan(name, here, limit=limit)
        assert (got.ordinals.tolist(), got.whys) == ([], [])
