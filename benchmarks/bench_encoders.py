"""The encoder with a dictionary of patches against the one without, on pictures neither has seen.

Of each set half is labelled and half is judged, five times over: a logistic head on ten labels of
each class, one on the whole half, and the five nearest neighbours. The bar: better on average by
two points each way, and on no set worse by more than one.
"""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.encoder_data import judged
from benchmarks.harness import bar, cpu_s, save, time_once
from sightline.engines.dictionary.engine import WEIGHTS, DictionaryEncoder
from sightline.engines.hog.engine import HogEncoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import F32

ROUNDS = 5
FEW = 10
ENOUGH = 8
BETTER = 0.02
WORSE = 0.01
WAYS = ("ten labels", "half", "neighbours")


def figures(rows: F32, classes: Any) -> list[float]:
    """Return the accuracy of each way, the mean of all rounds."""
    names, counts = np.unique(classes, return_counts=True)
    kept = np.isin(classes, names[counts >= ENOUGH])
    rows, classes = rows[kept], classes[kept]
    found = [_round(rows, classes, np.random.default_rng(seed)) for seed in range(ROUNDS)]
    return [float(one) for one in np.mean(found, axis=0)]


def _round(rows: F32, classes: Any, rng: np.random.Generator) -> list[float]:
    from sklearn.neighbors import KNeighborsClassifier

    order = rng.permutation(len(rows))
    learn, judge = order[: len(order) // 2], order[len(order) // 2 :]
    few = np.concatenate([learn[classes[learn] == one][:FEW] for one in np.unique(classes)])
    near = KNeighborsClassifier(5).fit(rows[learn], classes[learn])
    return [
        _head(rows, classes, few, judge),
        _head(rows, classes, learn, judge),
        float(near.score(rows[judge], classes[judge])),
    ]


def _head(rows: F32, classes: Any, learn: Any, judge: Any) -> float:
    from sklearn.linear_model import LogisticRegression

    mean = rows[learn].mean(axis=0)
    scale = np.sqrt(np.square(rows[learn] - mean).sum(axis=1).mean())
    head = LogisticRegression(C=30, max_iter=300)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        head.fit((rows[learn] - mean) / scale, classes[learn])
    return float(head.score((rows[judge] - mean) / scale, classes[judge]))


def main() -> dict[str, Any]:
    """Print a row for each set, and the means."""
    sets = judged()
    engines: dict[str, Callable[[Any], F32]] = {
        "hog": HogEncoder().encode,
        "dictionary": DictionaryEncoder().encode,
    }
    found: dict[str, dict[str, list[float]]] = {name: {} for name in engines}
    for name, (images, classes) in sets.items():
        for engine, encode in engines.items():
            found[engine][name] = figures(encode(images), classes)
            shown = "  ".join(
                f"{way} {value:.3f}" for way, value in zip(WAYS, found[engine][name], strict=True)
            )
            print(f"{name:12} {engine:11} {shown}")
    ours, theirs = (np.array(list(found[one].values())) for one in ("dictionary", "hog"))
    some = sets["rubbish"][0][:100]
    cost = {name: 10 * time_once(partial(encode, some), cpu_s) for name, encode in engines.items()}
    print(f"mean gain {np.round((ours - theirs).mean(axis=0), 3)}; CPU-ms a picture {cost}")
    print(f"weights {WEIGHTS.stat().st_size / 1e6:.2f} MB")
    gain, loss = float((ours - theirs).mean(axis=0).min()), float((theirs - ours).max())
    passed = bar("dictionary: mean gain", gain, BETTER, at_most=False)
    passed = bar("dictionary: worst loss", loss, WORSE) and passed
    return save("encoders", {"sets": found, "cpu_ms": cost, "passed": passed})
