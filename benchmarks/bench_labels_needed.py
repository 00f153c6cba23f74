"""Labels to 95 % of full accuracy on digits: <= 60 by the auto queue, never below random before.

The built-in encoder embeds scikit-learn's digits as they are written for the sample project; 500
are held back as the test split, which no queue sees. Labels are given ten at a time, the head is
refitted after each batch. Every strategy is measured; the curves are drawn by `draw_curves.py`.
Also the head's half of the demo's bar: >= .96 after 120 labels.
"""

from __future__ import annotations

import io
import statistics
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.harness import bar, save
from benchmarks.strategies import STRATEGIES, Problem, curves, needed, summed
from sightline.engines.hog.engine import HogEncoder
from sightline.flows.samples import digit_files

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEEDS = range(100, 112)
"""Those that the queue was tuned on are 0 to 11."""
BATCH = 10
TEST_IMAGES = 500
DEMO_LABELS = 120
MOST = 200
SHARE = 0.95
MARKS = (10, 20, 50)


def embedded_digits() -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    files = list(digit_files())
    images = [np.array(Image.open(io.BytesIO(data)).convert("RGB")) for _, data in files]
    truth = np.array([int(path.partition("/")[0]) for path, _ in files])
    return HogEncoder().encode(images).astype(np.float16), truth


def main() -> dict[str, Any]:
    problem = Problem(*embedded_digits(), TEST_IMAGES, BATCH, MOST)
    full = [problem.full_accuracy(seed) for seed in SEEDS]
    found = curves(problem, STRATEGIES, SEEDS)
    tables = {name: summed(one) for name, one in found.items()}
    counts = {
        name: [needed(one, SHARE * whole) for one, whole in zip(each, full, strict=True)]
        for name, each in found.items()
    }
    median = {name: statistics.median(one) for name, one in counts.items()}
    print(f"all {len(problem.truth) - TEST_IMAGES} labels: {statistics.median(full):.3f}")
    for name, table in tables.items():
        marks = "  ".join(f"{one}: {table[one]['median']:.3f}" for one in (*MARKS, DEMO_LABELS))
        print(f"{name:11}{marks}  to 95 %: {median[name]:.0f}")
    below = sum(
        ours[mark] < chance[mark]
        for ours, chance in zip(found["auto"], found["random"], strict=True)
        for mark in MARKS
    )
    checks = [
        bar("labels to 95 % of full accuracy", median["auto"], 60),
        bar("times below random at the marks", below, 0),
        bar("the head's mistakes after 120", 1 - tables["auto"][DEMO_LABELS]["worst"], 0.04),
    ]
    return save(
        "labels_needed",
        {
            "seeds": list(SEEDS),
            "labels_to_95": counts,
            "ratio": median["auto"] / median["random"],
            "full": statistics.median(full),
            "curves": tables,
            "passed": all(checks),
        },
    )


if __name__ == "__main__":
    main()
