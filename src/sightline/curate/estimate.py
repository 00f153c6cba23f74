"""About how many more labels the head needs to be as good as it should.

The head is fitted on nested subsets of the labels and asked about images that the subset does not
hold; an inverse power law through these points is followed on (Figueroa et al. 2012). The interval
comes from resampling the images asked about, and from what such curves are like elsewhere. How
often it covers the truth is measured: see `tests/unit/curate/test_estimate.py`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.curate.curve import RATE_MIDDLE, RATE_SPREAD, Curves, fit_curves
from sightline.curate.held import Held, held_answers

if TYPE_CHECKING:
    from sightline.core.arrays import F64
    from sightline.curate.assist import Known

EARLY: Final = 30
"""With fewer labels, or two for each class, nothing is said."""
SAMPLES: Final = 200
FEWER: Final = 2 / 3
"""Each sample draws this share of the images: the labels that were learned from are a draw too,
which widens what resampling the answers alone would say by the root of its inverse."""
BEND: Final = 0.02
"""How far a point may lie off a power law, for each factor of e that its subset is smaller."""
FLAT: Final = 0.003
FAIR, CHOSEN = 0.15, 0.65
"""How unlike weights of labels are, as the square of their spread, by chance and by a queue."""
HARDER: Final = 0.2
LOW, HIGH = 0.1, 0.9
"""The interval holds 80 % of the samples."""
FAR: Final = 20.0
"""What more than so many times the labels there are would bring is nobody's to say."""


class Point(NamedTuple):
    """A point of the curve."""

    labels: int
    accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How many more labels bring the head to the target."""

    target: float
    reached: bool
    labels_more: int | None
    """The median; None: too early to tell, or it levels off below."""
    low: int | None
    """The true number is between `low` and `high` about four times in five."""
    high: int | None
    """None: no end in sight."""
    accuracy_now: float | None
    """Of tags: macro F1."""
    at_most: float | None
    """How good it may get, with 20 times the labels; None: too early to tell."""
    text: str
    labels: int
    """How many there were when it was made."""
    curve: tuple[Point, ...]
    """What was measured."""
    ahead: tuple[Point, ...]
    """What is expected, from the labels there are on."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        curves = {"curve": self.curve, "ahead": self.ahead}
        return asdict(self) | {
            name: [one._asdict() for one in points] for name, points in curves.items()
        }


def estimate(
    known: Known, strength: float, *, target: float, now: float | None, left: int, seed: int = 0
) -> Estimate:
    """Return about how many more labels bring the head to the target.

    Args:
        known: What the head was fitted on.
        strength: C of its penalty.
        target: Accuracy, or macro F1 of tags, 0..1.
        now: What the head was measured at.
        left: How many images have no label yet.
        seed: Of subsets and samples.
    """
    n, k = len(known.task.y), len(known.task.class_ids)
    early = n < max(EARLY, 2 * k)
    if early or now is None:
        return _early(target, now, n, max(EARLY, 2 * k))
    held = held_answers(known, strength, seed)
    sizes, rng = held.sizes, np.random.default_rng(seed)
    samples = _samples(held, rng)
    bend = BEND * np.log(n / sizes).clip(0.0) + FLAT
    own = (samples - samples.mean(axis=1, keepdims=True)).std(axis=0)
    rates = RATE_MIDDLE * np.exp(RATE_SPREAD * rng.normal(size=SAMPLES))
    noise = rng.normal(size=samples.shape) * bend
    curves = fit_curves(sizes, samples + noise, np.hypot(own, bend), rates)
    curves = curves.with_errors(_fairer(held, curves, n, now, rng))
    measured = held.values(held.weights[None, :])[0]
    return _told(curves, _points(sizes, measured), target=target, now=now, n=n, left=left)


def _fairer(held: Held, curves: Curves, n: int, now: float, rng: np.random.Generator) -> F64:
    """Return by how much the errors of curves are multiplied where a queue chose the labels.

    Labels that a queue chose are harder than images at large, and each is alone in its place: a
    head that lacks them errs on them more than on the rest, whatever they weigh. Against the
    truth, errors were 1 to 5 times too high. Chosen labels show in their weights: the more these
    differ, the more of this is allowed for. A test split, or a fair sample, is taken as it is.
    """
    unlike = float((held.weights**2).mean() / held.weights.mean() ** 2) - 1.0
    chosen = float(np.clip((unlike - FAIR) / (CHOSEN - FAIR), 0.0, 1.0))
    error = 1.0 - float(np.median(curves.at(np.array([float(n)]))))
    share = float(np.clip((1.0 - now) / max(error, 1e-6), HARDER, 1.0))
    drawn = HARDER ** rng.random(SAMPLES)
    return np.asarray((share * drawn) ** chosen)


def _samples(held: Held, rng: np.random.Generator) -> F64:
    """Return the curve measured on images drawn again and again, (SAMPLES, S)."""
    m = len(held.weights)
    drawn = rng.multinomial(max(2, round(FEWER * m)), np.full(m, 1 / m), size=SAMPLES)
    return held.values(drawn * held.weights)


def _told(
    curves: Curves, measured: tuple[Point, ...], *, target: float, now: float, n: int, left: int
) -> Estimate:
    more = np.maximum(np.ceil(curves.labels(target) - n), 0.0)
    more[more > FAR * n] = np.inf
    low, middle, high = np.quantile(more, (LOW, 0.5, HIGH), method="nearest")
    far = float(np.median(curves.at(np.array([(1.0 + FAR) * n]))))
    at_most = float(np.clip(far, max(now, 0.0), 1.0))
    reached = now >= target
    low, middle = (0.0, 0.0) if reached else (low, max(middle, 1.0))
    last = n + (middle if np.isfinite(middle) and not reached else 2.0 * n)
    ahead = np.unique(np.geomspace(n, max(last, n + 1.0), 12).round())
    return Estimate(
        target=target,
        reached=reached,
        labels_more=_whole(middle),
        low=_whole(low),
        high=_whole(high),
        accuracy_now=now,
        at_most=at_most,
        text=_done(high, target)
        if reached
        else _sentence((low, middle, high), target, at_most, left),
        labels=n,
        curve=measured,
        ahead=_points(ahead, np.median(curves.at(ahead), axis=0)),
    )


def _done(high: float, target: float) -> str:
    """Say that it is reached; and, as few labels cannot prove it, how far off it might be."""
    if not high:
        return f"{_percent(target)} is reached"
    if not np.isfinite(high):
        return f"{_percent(target)} is reached, but too few labels prove it"
    return f"{_percent(target)} is reached; up to {_round(high):,} more labels to be sure"


def _sentence(more: tuple[float, float, float], target: float, at_most: float, left: int) -> str:
    low, middle, high = more
    if not np.isfinite(middle):
        hope = f"; at the earliest after {_round(low):,} more labels" if np.isfinite(low) else ""
        level = _percent(np.floor(100 * at_most) / 100)
        return f"levels off at about {level}, below {_percent(target)}{hope}"
    if np.isfinite(high):
        between = f"{_round(low):,} to {_round(high):,}"
    else:
        between = f"{_round(low):,} or many more"
    text = f"about {_round(middle):,} more labels ({between}) to {_percent(target)}"
    return f"{text}, but only {left:,} pictures wait for one" if middle > left else text


def _early(target: float, now: float | None, n: int, needed: int) -> Estimate:
    if n < needed:
        text = f"too few labels to tell: {n} of the {needed} that an estimate needs"
    else:
        text = "too few labels of each class to tell"
    return Estimate(
        target=target,
        reached=False,
        labels_more=None,
        low=None,
        high=None,
        accuracy_now=now,
        at_most=None,
        text=text,
        labels=n,
        curve=(),
        ahead=(),
    )


def _points(sizes: F64, values: F64) -> tuple[Point, ...]:
    return tuple(
        Point(int(size), round(float(value), 4)) for size, value in zip(sizes, values, strict=True)
    )


def _whole(value: float) -> int | None:
    return int(value) if np.isfinite(value) else None


def _percent(share: float) -> str:
    """Return `95 %`, `99.5 %`."""
    return f"{100 * share:.3g} %"


def _round(value: float) -> int:
    """Return a number with no more than two digits that mean something."""
    size = 10 ** max(0, len(str(int(value))) - 2)
    return int(round(value / size) * size)
