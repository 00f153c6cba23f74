"""The head that is refitted while a person labels: honest measures, scores for every image."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sightline.core.errors import CancelledError, InvalidInputError
from sightline.core.progress import Silent
from sightline.curate.assist import Labels, refit, score
from sightline.heads.head import entropy_of, margin_of
from unit.curate.pools import MemoryRows, clusters


def project(noise: float = 1.5) -> tuple[MemoryRows, np.ndarray]:
    rows, which = clusters((200, 200, 200))
    rows += np.random.default_rng(9).normal(size=rows.shape) * noise
    return MemoryRows(rows), which + 10


def test_the_held_out_accuracy_is_that_on_images_nobody_labelled() -> None:
    rows, truth = project()
    some = np.random.default_rng(0).permutation(600)
    head, fit = refit(rows, Labels(some[:150], truth[some[:150]]), encoder="e")
    rest = some[150:]
    answer = np.array(head.class_ids)[head.score(rows.rows[rest]).argmax(1)]
    assert fit.accuracy == pytest.approx((answer == truth[rest]).mean(), abs=0.06)
    assert fit.measured_on == "cross-validation"
    assert (fit.labels, fit.held_out) == (150, 150)
    assert fit.ece is not None
    assert fit.ece < 0.12
    assert sum(one["count"] for one in fit.reliability) == 150
    json.dumps(fit.to_dict())


def test_nothing_can_be_learned_from_chance_and_the_measures_say_so() -> None:
    rows = MemoryRows(np.random.default_rng(0).normal(size=(200, 64)))
    truth = np.random.default_rng(1).integers(0, 4, 200)
    _, fit = refit(rows, Labels(np.arange(200), truth), encoder="e")
    assert fit.accuracy is not None
    assert fit.accuracy < 0.4
    assert fit.log_loss == pytest.approx(np.log(4), abs=0.12)


def test_enough_test_images_are_what_it_is_measured_on() -> None:
    rows, truth = project()
    some = np.random.default_rng(0).permutation(600)
    test = Labels(some[100:300], truth[some[100:300]])
    head, fit = refit(rows, Labels(some[:90], truth[some[:90]]), encoder="e", test=test)
    answer = np.array(head.class_ids)[head.score(rows.rows[test.ordinals]).argmax(1)]
    assert fit.accuracy == pytest.approx((answer == test.class_ids).mean())
    assert (fit.measured_on, fit.held_out) == ("test split", 200)
    few = Labels(test.ordinals[:20], test.class_ids[:20])
    _, fit = refit(rows, Labels(some[:90], truth[some[:90]]), encoder="e", test=few)
    assert fit.measured_on == "cross-validation"


def test_test_images_of_a_class_without_labels_count_as_mistakes() -> None:
    rows, truth = project(0.0)
    known = np.r_[0:20, 200:220]
    test = Labels(np.r_[100:150, 500:550], truth[np.r_[100:150, 500:550]])
    _, fit = refit(rows, Labels(known, truth[known]), encoder="e", test=test)
    assert fit.accuracy == pytest.approx(0.5)


def test_labels_picked_for_being_hard_do_not_make_the_head_look_bad() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(600) % 2
    easy = np.arange(600) < 540  # the others lie where the classes cannot be told apart
    rows = rng.normal(size=(600, 8)) * 0.5
    rows[:, 0] = np.where(easy, (2 * truth - 1) * 4.0, 0.0) + rng.normal(size=600) * 0.3
    memory = MemoryRows(rows)
    labels = Labels(np.r_[0:30, 540:590], truth[np.r_[0:30, 540:590]])
    head, weighted = refit(memory, labels, encoder="e", pool=np.arange(600))
    _, plain = refit(memory, labels, encoder="e")
    rest = np.setdiff1d(np.arange(600), labels.ordinals)
    real = (head.score(memory.rows[rest]).argmax(1) == truth[rest]).mean()
    assert real > 0.97
    assert plain.accuracy is not None
    assert plain.accuracy < 0.75
    assert weighted.accuracy == pytest.approx(real, abs=0.12)


def test_few_labels_and_lost_ones_are_noted() -> None:
    rows, truth = clusters((20, 20, 1))
    memory = MemoryRows(rows, (5,))
    _, fit = refit(
        memory, Labels(np.array([0, 1, 5, 20, 21, 40]), truth[[0, 1, 5, 20, 21, 40]]), encoder="e"
    )
    assert fit.note == (
        "1 class has one label only and cannot be checked; 1 labelled images are not embedded yet"
    )
    assert (fit.labels, fit.held_out, fit.method) == (5, 4, "none")
    _, alone = refit(memory, Labels(np.array([0, 20]), truth[[0, 20]]), encoder="e")
    assert alone.accuracy is None
    assert alone.to_dict()["ece"] is None
    with pytest.raises(InvalidInputError, match="embedded"):
        refit(memory, Labels(np.array([5]), truth[[5]]), encoder="e")
    with pytest.raises(InvalidInputError, match="two classes"):
        refit(memory, Labels(np.array([0, 1]), truth[[0, 1]]), encoder="e")


def test_scores_cover_every_ordinal_in_chunks_and_skip_what_is_not_embedded() -> None:
    rows, truth = project()
    head, _ = refit(rows, Labels(np.arange(0, 600, 5), truth[::5]), encoder="e")
    valid = np.ones(600, np.bool_)
    valid[[7, 300]] = False
    chunks = [(0, rows.rows[:250], valid[:250]), (250, rows.rows[250:], valid[250:])]
    got = score(head, chunks, 600)
    expected = head.score(rows.rows)
    assert (got.valid == valid).all()
    assert got.probabilities[valid] == pytest.approx(expected[valid], abs=1e-3)
    top = np.sort(expected, axis=1)
    assert got.margin[valid] == pytest.approx((top[:, -1] - top[:, -2])[valid], abs=1e-5)
    assert got.entropy[valid] == pytest.approx(
        -(expected * np.log(expected.clip(1e-12))).sum(1)[valid], abs=1e-5
    )
    assert np.isnan(got.margin[[7, 300]]).all()
    assert (got.probabilities[[7, 300]] == 0).all()
    assert not score(head, chunks[:1], 600).valid[250:].any()


def test_scoring_stops_when_it_is_asked_to() -> None:
    class Stopped(Silent):
        def check(self) -> None:
            raise CancelledError("stop")

    rows, truth = project()
    head, _ = refit(rows, Labels(np.arange(0, 600, 5), truth[::5]), encoder="e")
    with pytest.raises(CancelledError):
        score(head, [(0, rows.rows, rows.valid)], 600, progress=Stopped())


def test_margin_and_entropy_of_one_and_two_classes() -> None:
    assert margin_of(np.ones((3, 1))).tolist() == [1, 1, 1]
    assert margin_of(np.array([[0.7, 0.3]])).tolist() == pytest.approx([0.4])
    assert entropy_of(np.array([[0.5, 0.5], [1.0, 0.0]])) == pytest.approx([np.log(2), 0], abs=1e-6)
