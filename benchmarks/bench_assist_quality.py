"""The built-in segmenter, on pictures that it did not learn from: each figure beside its baselines.

Boxes are the objects of coco128 of more than 2 % of their picture, each side loosened by 0-20 %;
masks and clicks its polygons with such boxes. A clear object is one whose outline two annotators
would draw much alike: it stands out in colour (`stands_out`), covers 1.5 to 40 % of the picture and
is cut off at one border at most. Processor time is of one thread.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import assist_baselines as baselines
from benchmarks import assist_data as data
from benchmarks.assist_data import Drawn, loosened, overlap, pixels, size_of
from benchmarks.harness import bar, save
from benchmarks.train_outline import deepest, worst
from sightline.core.assist import Candidate, Prompt
from sightline.engines.classical.engine import ClassicalSegmenter
from sightline.engines.classical.tree import grow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sightline.core.arrays import Bool
    from sightline.core.assist import Encoding
    from sightline.core.geometry.shapes import Bounds

CLICKS = 5
CLEAR = 1.0
SHRINKS = np.arange(0, 0.15, 0.005)


class Judged:
    """The engine, with encodings kept for as long as objects are of one picture."""

    def __init__(self) -> None:
        self.engine = ClassicalSegmenter()
        self._kept: dict[Any, Encoding] = {}

    def encoding(self, one: Drawn) -> Encoding:
        """Return the encoding of an object's picture."""
        if one.picture not in self._kept:
            self._kept = {one.picture: self.engine.encode(pixels(one.picture))}
        return self._kept[one.picture]

    def timed(self, one: Drawn, prompt: Prompt) -> tuple[list[Candidate], float]:
        """Return candidates and CPU-ms."""
        encoding = self.encoding(one)
        began = time.process_time()
        found = self.engine.predict(encoding, prompt)
        return found, (time.process_time() - began) * 1000


def boxes(judged: Judged, objects: Sequence[Drawn]) -> dict[str, float]:
    """Return mean IoUs of boxes: of prompts, of the best shrinks, of watersheds, ours, tight."""
    rng = np.random.default_rng(5)
    loose = [loosened(one.box, size_of(one), rng) for one in objects]
    true = [one.box for one in objects]
    asked = [
        judged.timed(one, Prompt(box=box, want="box"))
        for one, box in zip(objects, loose, strict=True)
    ]
    stay = [judged.timed(one, Prompt(box=one.box, want="box"))[0][0].box for one in objects]
    flooded = [
        baselines.watershed(pixels(one.picture), box)
        for one, box in zip(objects, loose, strict=True)
    ]
    sizes = np.array([size_of(one) for one in objects], np.float64)
    shrinks = {
        borders: max(
            float(overlap(baselines.shrunk(np.array(loose), sizes, by, borders), true).mean())
            for by in SHRINKS
        )
        for borders in (True, False)
    }
    return {
        "objects": len(objects),
        "prompt": float(overlap(loose, true).mean()),
        "shrink": shrinks[True],
        "shrink_but_at_borders": shrinks[False],
        "watershed": float(overlap([box for box, _ in flooded], true).mean()),
        "ours": float(overlap([found[0].box for found, _ in asked], true).mean()),
        "tight": float(overlap(stay, true).mean()),
        "cpu_ms": float(np.median([ms for _, ms in asked])),
    }


def masks(judged: Judged, objects: Sequence[Drawn]) -> dict[str, float]:
    """Return mean IoUs of outlines from loose boxes."""
    rng = np.random.default_rng(6)
    ways: dict[str, Callable[[Drawn, Bounds], Bool]] = {
        "box": lambda one, box: baselines.filled(pixels(one.picture), box),
        "ellipse": lambda one, box: baselines.ellipse(pixels(one.picture), box),
        "watershed": lambda one, box: baselines.watershed(pixels(one.picture), box)[1],
        "grabcut": lambda one, box: baselines.grabcut(pixels(one.picture), box),
    }
    found: dict[str, list[float]] = {name: [] for name in (*ways, "ours", "cpu_ms")}
    for one in objects:
        true, box = one.mask(), loosened(one.box, size_of(one), rng)
        for name, way in ways.items():
            found[name].append(mask_iou(way(one, box), true))
        (answer,), ms = judged.timed(one, Prompt(box=box))
        found["ours"].append(mask_iou(whole(answer, true), true))
        found["cpu_ms"].append(ms)
    middle = {"cpu_ms": float(np.median(found.pop("cpu_ms")))}
    return {"objects": len(objects)} | {k: float(np.mean(v)) for k, v in found.items()} | middle


def clicked(judged: Judged, objects: Iterable[Drawn]) -> dict[str, Any]:
    """Return IoUs after 1 to 5 clicks, each on the middle of what is wrong, and CPU-ms."""
    rows: list[list[float]] = []
    best, flooded, first_ms, later_ms = [], [], [], []
    kinds: list[tuple[bool, bool]] = []
    for one in objects:
        true = one.mask()
        x, y = deepest(true)
        points = [(x + 0.5, y + 0.5, True)]
        candidates, ms = judged.timed(one, Prompt(points=tuple(points)))
        first_ms.append(ms)
        ious = [mask_iou(whole(found, true), true) for found in candidates]
        best.append(max(ious))
        flooded.append(mask_iou(baselines.flood(pixels(one.picture), (x, y)), true))
        # A person goes on with the best of the three.
        current = candidates[int(np.argmax(ious))]
        row = [max(ious)]
        for _ in range(CLICKS - 1):
            drawn = whole(current, true)
            (column, line), _ = worst(drawn != true)
            points.append((column + 0.5, line + 0.5, bool(true[line, column])))
            (current,), ms = judged.timed(
                one, Prompt(points=tuple(points), previous=current.logits)
            )
            later_ms.append(ms)
            row.append(mask_iou(whole(current, true), true))
        rows.append(row)
        apart = stands_out(one, true)
        kinds.append((apart, apart and clear(true)))
    all_rows = np.array(rows)
    apart_rows, clear_rows = (all_rows[np.array(kinds)[:, kind]] for kind in (0, 1))
    return {
        "objects": len(rows),
        "flood_fill": float(np.mean(flooded)),
        "best_of_3": float(np.mean(best)),
        "by_click": all_rows.mean(0).round(3).tolist(),
        "standing_out": len(apart_rows),
        "standing_out_by_click": apart_rows.mean(0).round(3).tolist(),
        "clear": len(clear_rows),
        "clear_by_click": clear_rows.mean(0).round(3).tolist(),
        "first_cpu_ms": float(np.median(first_ms)),
        "later_cpu_ms": float(np.median(later_ms)),
    }


def clear(true: Bool) -> bool:
    """Return whether a mask is neither tiny nor the ground of its picture, nor mostly cut off."""
    borders = sum(bool(edge.any()) for edge in (true[0], true[-1], true[:, 0], true[:, -1]))
    return borders <= 1 and 0.015 < float(true.mean()) < 0.4


def stands_out(one: Drawn, true: Bool) -> bool:
    """Return whether an object stands out: in half of the directions its rim differs.

    That is, the mean colours (L*a*b*) of the 5 px within the outline and of the 5 px without are
    further apart than both spread.
    """
    import cv2

    lab: Any = cv2.cvtColor(pixels(one.picture), cv2.COLOR_RGB2LAB)
    colours = lab.astype(np.float32)
    solid = true.astype(np.uint8)
    kernel = np.ones((11, 11), np.uint8)
    inner = true & (cv2.erode(solid, kernel, borderValue=1) == 0)
    outer = ~true & (cv2.dilate(solid, kernel) > 0)
    rows, columns = np.nonzero(true)
    y, x = np.ogrid[: true.shape[0], : true.shape[1]]
    turn = np.arctan2(y - rows.mean(), x - columns.mean()) / (2 * np.pi)
    sector = (turn * 16).astype(int) % 16
    apart = []
    for number in range(16):
        near, far = inner & (sector == number), outer & (sector == number)
        if near.sum() > 20 and far.sum() > 20:
            spread = colours[near].std(0).mean() + colours[far].std(0).mean()
            between = np.linalg.norm(colours[near].mean(0) - colours[far].mean(0))
            apart.append(float(between) / max(float(spread), 1.0))
    return bool(apart) and float(np.median(apart)) > CLEAR


def whole(found: Candidate, like: Bool) -> Bool:
    """Return a candidate's mask in the whole picture."""
    assert found.mask is not None
    drawn = np.zeros(like.shape, np.bool_)
    (x, y), (high, wide) = found.window, found.mask.shape
    drawn[y : y + high, x : x + wide] = found.mask
    return drawn


def mask_iou(a: Bool, b: Bool) -> float:
    """Return the IoU of two masks."""
    return float((a & b).sum() / max(1, (a | b).sum()))


def growing() -> list[float]:
    """Return CPU-ms of the regions of pictures of 1024 px."""
    import cv2

    times = []
    for picture in sorted({one.picture for one in data.facades()})[:12]:
        large = cv2.resize(pixels(picture), (1024, 1024))
        began = time.process_time()
        grow(np.asarray(large, np.uint8))
        times.append((time.process_time() - began) * 1000)
    return times


def told(name: str, found: dict[str, Any]) -> None:
    """Print one line."""
    texts = [f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in found.items()]
    print(f"{name:8}", "  ".join(texts), flush=True)


def main() -> dict[str, Any]:
    """Judge boxes, masks, clicks and regions."""
    import cv2

    cv2.setNumThreads(1)
    judged = Judged()
    coco = [one for one in data.coco_boxes() if not one.learn and one.share() > 0.02]
    drawn = [one for one in data.coco_outlines() if not one.learn and one.share() > 0.02]
    found: dict[str, Any] = {"boxes": boxes(judged, coco)}
    told("boxes", found["boxes"])
    for source in (data.facades, data.chess, data.cells):
        name = source.__name__
        found[name] = boxes(judged, [one for one in source() if not one.learn])
        told(f"  {name}", found[name])
    found["masks"] = masks(judged, drawn)
    told("masks", found["masks"])
    found["clicks"] = clicked(judged, drawn)
    told("clicks", found["clicks"])
    found["tree_ms"] = growing()
    found["passed"] = all(held(found))
    return save("assist_quality", found)


def held(found: dict[str, Any]) -> list[bool]:
    """Print each bar and return whether it holds."""
    boxed, masked, clicks = found["boxes"], found["masks"], found["clicks"]
    after_5 = clicks["clear_by_click"][-1]
    base = max(boxed["shrink"], boxed["shrink_but_at_borders"])
    return [
        bar("loose boxes, IoU", boxed["ours"], 0.85, at_most=False),
        bar("points above the best shrink", 100 * (boxed["ours"] - base), 1, at_most=False),
        bar("tight boxes, IoU", boxed["tight"], 0.90, at_most=False),
        bar("a box, CPU-ms", boxed["cpu_ms"], 10),
        bar("mask of a loose box, IoU", masked["ours"], 0.60, at_most=False),
        bar("mask of a loose box, CPU-ms", masked["cpu_ms"], 60),
        bar("best of 3 after 1 click, IoU", clicks["best_of_3"], 0.42, at_most=False),
        bar("clear objects after 5 clicks, IoU", after_5, 0.80, at_most=False),
        bar("regions of 1024 px, CPU-ms", float(np.median(found["tree_ms"])), 200),
    ]


if __name__ == "__main__":
    main()
