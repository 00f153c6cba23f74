"""Looking at pictures costs <= 0.6 x the processor time of a Pillow loop; reports grow evenly.

The peer opens each 1152 x 868 JPEG and takes size, mean and standard deviation of the luma, as a
careful hand would write it; ours takes these and sharpness, saturation, clipping, format, kind and
flaws. Processor seconds count, for the machine is shared. Also: the report of 10 x the pictures in
<= 14 x the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image, ImageStat

from benchmarks.harness import bar, compare, cores, cpu_s, measure, save, show, wall_s
from benchmarks.photos import HEIGHT, WIDTH, photos
from sightline.core.labels import LABELLED
from sightline.curate.analysis import report
from sightline.curate.analysis_facts import Facts
from sightline.curate.analysis_look import COLUMNS, Item, look
from sightline.curate.pairs import Pairs

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 200
CLASSES = 100
SMALL, LARGE = 20_000, 200_000


def by_pillow(paths: list[Path]) -> list[tuple[tuple[int, int], float, float]]:
    found = []
    for path in paths:
        with Image.open(path) as image:
            stat = ImageStat.Stat(image.convert("L"))
            found.append((image.size, stat.mean[0] / 255, stat.stddev[0] / 255))
    return found


def ours(paths: list[Path], threads: int) -> list[Any]:
    rows: list[Any] = []
    items = (
        Item(n, path, 0, WIDTH, HEIGHT, path.stat().st_size, "JPEG") for n, path in enumerate(paths)
    )
    look(items, lambda _, some: rows.append(some), threads=threads)
    return rows


def facts(n: int) -> Facts:
    rng = np.random.default_rng(0)
    rows = rng.random((n, len(COLUMNS)), dtype=np.float32)
    rows[:, :2] = rng.integers(200, 4000, (n, 2))
    rows[:, 3:6] = 0
    ends = np.sort(rng.integers(0, n, (n // 10, 2)), axis=1)
    return Facts(
        status=np.full(n, LABELLED, np.int32),
        split=rng.integers(0, 3, n).astype(np.int32),
        class_id=rng.integers(1, CLASSES + 1, n).astype(np.int32),
        alive=np.ones(n, np.bool_),
        tag_ordinal=np.zeros(0, np.int64),
        tag_class=np.zeros(0, np.int32),
        multi=False,
        classes=tuple((key, f"class {key}") for key in range(1, CLASSES + 1)),
        rows=rows,
        known=np.ones(n, np.bool_),
        alike=Pairs(ends[:, 0], ends[:, 1], np.full(len(ends), 0.99, np.float32)),
    )


def main() -> dict[str, Any]:
    cv2.setNumThreads(1)
    paths = sorted(photos(2000).glob("*.jpg"))[:COUNT]
    found, seen = np.concatenate(ours(paths, 1)), by_pillow(paths)
    apart = [abs(row[6] - mean) for row, (_, mean, _) in zip(found, seen, strict=True)]
    sides = compare(
        "looking against a Pillow loop",
        ours=lambda: ours(paths, 1),
        peer=lambda: by_pillow(paths),
        rounds=5,
        clock=cpu_s,
    )
    show(sides)
    rate = COUNT / measure(lambda: ours(paths, cores()), rounds=3, clock=wall_s).median
    small, large = facts(SMALL), facts(LARGE)
    growth = compare(
        "the report of 10 x the pictures",
        ours=lambda: report(large),
        peer=lambda: report(small),
        rounds=5,
        clock=cpu_s,
    )
    show(growth)
    passed = bar("processor time over the Pillow loop", sides.ratio, 0.6)
    passed &= bar("brightness apart from the Pillow loop", float(max(apart)), 0.02, unit="")
    passed &= bar("time for 10 x the pictures", growth.ratio, 14)
    return save(
        "analysis",
        {
            "looking": sides.as_dict(),
            "growth": growth.as_dict(),
            "ratio": sides.ratio,
            "pictures_per_s": rate,
            "passed": passed,
        },
    )


if __name__ == "__main__":
    main()
