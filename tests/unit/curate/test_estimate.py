"""What is said of the labels to come holds about as often as it claims to.

Measured by the tests below (see also docs/guide/head.md): on populations whose curve is known, the
80 % interval held the true number in 70 to 95 % of the trials.
"""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from sightline.curate.assist import Known, Labels, learn
from sightline.curate.curve import Curves, fit_curves
from sightline.curate.estimate import estimate
from sightline.engines.hog.engine import HogEncoder
from sightline.flows.samples import digit_files
from sightline.heads.task import prepare_tags
from unit.curate.curves import STRENGTH, Population, coverage, covers, mixture
from unit.curate.pools import MemoryRows


def sizes(most: int, count: int = 10) -> np.ndarray:
    return np.unique(np.geomspace(20, most, count).astype(int))


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(*mixture(5, 16, 1.1, 4, 4000), sizes(500, 7), repeats=5)


@pytest.mark.nightly
def test_the_interval_holds_the_true_number_most_of_the_time(population: Population) -> None:
    share, table = coverage(population, (80,), (1.5, 3), trials=10)
    assert share >= 0.6, table


def test_a_power_law_is_found_again() -> None:
    n = np.array([20.0, 40, 80, 160, 320])
    truth = Curves(np.array([0.97]), np.array([1.4]), np.array([0.5]))
    fitted = fit_curves(n, truth.at(n), np.full(5, 0.001))
    far = np.array([1000.0])
    assert fitted.at(far)[0, 0] == pytest.approx(truth.at(far)[0, 0], abs=0.005)
    assert truth.labels(0.9)[0] == pytest.approx((1.4 / 0.07) ** 2)
    assert np.isinf(truth.labels(0.98)[0])


def test_a_curve_never_passes_one_and_never_falls() -> None:
    n = np.array([20.0, 40, 80, 160])
    for values in ([0.9, 0.94, 0.97, 0.999], [0.8, 0.7, 0.6, 0.5], [1.0, 1.0, 1.0, 1.0]):
        fitted = fit_curves(n, np.array([values]), np.full(4, 0.01))
        assert fitted.a[0] <= 1.0
        assert fitted.b[0] >= 0.0


def test_too_few_labels_say_so(population: Population) -> None:
    found = population.told(20, 0.95, 0)
    assert found.text == "too few labels to tell: 20 of the 30 that an estimate needs"
    assert (found.labels_more, found.low, found.high, found.at_most) == (None, None, None, None)
    known, _ = population.labelled(60, 0)
    unknown = estimate(known, STRENGTH, target=0.9, now=None, left=1)
    assert unknown.text == "too few labels of each class to tell"


def test_a_target_that_is_reached_needs_no_more(population: Population) -> None:
    found = population.told(200, 0.5, 0)
    assert found.reached
    assert (found.labels_more, found.low, found.high) == (0, 0, 0)
    assert found.text == "50 % is reached"


def test_a_target_that_cannot_be_reached_is_called_so() -> None:
    rows, truth = mixture(3, 8, 3.0, 0, 3000)
    rng = np.random.default_rng(0)
    wrong = rng.random(3000) < 0.3  # labels that nobody could guess
    noisy = np.where(wrong, rng.integers(0, 3, 3000), truth)
    some = np.arange(400)
    _, fit, known = learn(
        MemoryRows(rows), Labels(some, noisy[some]), encoder="e", pool=np.arange(3000)
    )
    found = estimate(known, STRENGTH, target=0.95, now=fit.accuracy, left=2600)
    assert found.labels_more is None
    assert found.high is None
    assert found.at_most == pytest.approx(0.85, abs=0.08)
    assert found.text.startswith("levels off at about")


def test_more_labels_than_there_are_pictures_is_said(population: Population) -> None:
    known, now = population.labelled(80, 1)
    assert now is not None
    found = estimate(known, STRENGTH, target=now + 0.05, now=now, left=3)
    assert found.labels_more is not None
    assert found.labels_more > 3
    assert found.text.endswith("but only 3 pictures wait for one")
    json.dumps(found.to_dict(), allow_nan=False)
    labels = [point.labels for point in found.curve]
    assert labels == sorted(labels)
    assert found.ahead[0].labels == 80
    assert all(a.accuracy <= b.accuracy for a, b in zip(found.ahead, found.ahead[1:], strict=False))


def test_a_labelled_test_split_is_what_the_curve_is_measured_on(population: Population) -> None:
    rows, truth = population.rows, population.truth
    test = Labels(np.arange(3000, 3200), truth[3000:3200])
    _, fit, known = learn(
        MemoryRows(rows), Labels(np.arange(90), truth[:90]), encoder="e", test=test
    )
    assert known.test is not None
    assert known.test.rows.shape[0] == 200
    found = estimate(known, STRENGTH, target=0.97, now=fit.accuracy, left=9)
    assert found.curve[-1].labels == 90
    assert found.curve[-1].accuracy == pytest.approx(fit.accuracy, abs=0.03)


def test_of_tags_the_target_is_macro_f1() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 12)).astype(np.float32)
    tags = rows[:, :3] + 0.7 * rng.normal(size=(200, 3)) > [0.3, 0.6, 0.9]
    task = prepare_tags(rows, tags, np.array([1, 2, 3]))
    known = Known(task, np.arange(200) % 5, np.ones(200))
    found = estimate(known, STRENGTH, target=0.99, now=0.7, left=500)
    assert 0.4 < found.curve[-1].accuracy < 0.9
    assert found.curve[0].accuracy < found.curve[-1].accuracy
    assert not found.reached


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("classes", "dim", "apart", "seed"),
    [(4, 16, 0.7, 1), (10, 32, 0.6, 2), (2, 64, 0.35, 3), (5, 32, 1.1, 4)],
)
def test_coverage_where_the_curve_is_known(classes: int, dim: int, apart: float, seed: int) -> None:
    rows, truth = mixture(classes, dim, apart, seed, 12_000)
    share, table = coverage(
        Population(rows, truth, sizes(1500, 14)), (60, 120, 250), (1.3, 2, 3), trials=20
    )
    assert share >= 0.7, table


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    """The sample digits as the built-in encoder sees them."""
    files = list(digit_files())
    images = [np.array(Image.open(io.BytesIO(data)).convert("RGB")) for _, data in files]
    truth = np.array([int(path.partition("/")[0]) for path, _ in files])
    return HogEncoder().encode(images).astype(np.float32), truth


@pytest.mark.nightly
def test_coverage_on_digits(digits: tuple[np.ndarray, np.ndarray]) -> None:
    share, table = coverage(
        Population(*digits, sizes(900, 12)), (60, 120, 250), (1.3, 2, 3), trials=12
    )
    assert share >= 0.7, table


@pytest.mark.nightly
def test_coverage_where_doubt_picked_the_labels(digits: tuple[np.ndarray, np.ndarray]) -> None:
    rows, truth = digits
    memory = MemoryRows(rows)
    told, curves = [], []
    for seed in range(8):
        order = np.random.default_rng(seed).permutation(len(truth))
        apart, pool = order[:500], order[500:]
        known, curve = pool[:20], {}
        while len(known) < 240:
            head, fit, ground = learn(memory, Labels(known, truth[known]), encoder="e", pool=pool)
            said = np.array(head.class_ids)[head.logits(rows[apart]).argmax(axis=1)]
            curve[len(known)] = float((said == truth[apart]).mean())
            if len(known) == 60:
                told.append((ground, fit.accuracy, seed))
            rest = np.setdiff1d(pool, known)
            doubt = head.margin(head.score(rows[rest]))
            known = np.concatenate([known, rest[np.argsort(doubt)[:10]]])
        curves.append(curve)
    mean = np.maximum.accumulate(np.mean([list(curve.values()) for curve in curves], axis=0))
    held = []
    for target in (0.97, 0.98, 0.985):
        more = float(np.interp(target, mean, list(curves[0]))) - 60
        for ground, now, seed in told:
            found = estimate(ground, STRENGTH, target=target, now=now, left=999, seed=seed)
            held.append(covers(found, 60, 60 + more))
    assert np.mean(held) >= 0.5
