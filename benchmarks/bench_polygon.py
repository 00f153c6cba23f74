"""Masks as polygons: each at least .98 like its mask, of few corners, by two rules of drawing.

Every mask of coco128 and every polygon of the facades becomes a mask (by pycocotools' rule), then
a polygon. How alike both are is measured with Sightline's rule of drawing and with pycocotools'.
Beside it: the usual way, the contour of OpenCV cut down to at most 30 corners.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import ROOT, Spread, bar, cpu_s, save

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.core.arrays import F64, Bool
    from sightline.core.geometry.shapes import Polygon

DATA = Path(os.environ.get("SIGHTLINE_TEST_DATA", ROOT.parent / "shared" / "data"))
LEAST, CORNERS = 0.98, 30


def drawn_by_coco(rings: list[F64], width: int, height: int) -> Bool:
    """Return the pixels by pycocotools' rule; rings inside rings are united, as COCO does."""
    from pycocotools import mask

    flat = [ring.ravel().tolist() for ring in rings]
    return np.asarray(mask.decode(mask.merge(mask.frPyObjects(flat, height, width))), np.bool_)


def coco_masks() -> Iterator[Bool]:
    """Yield the masks of coco128."""
    import cv2

    folder = DATA / "det_coco128"
    for text in sorted((folder / "polygons_yoloseg").glob("*.txt")):
        picture = np.asarray(cv2.imread(str(next((folder / "images").glob(f"{text.stem}.*")))))
        height, width = picture.shape[:2]
        for line in text.read_text().splitlines():
            ring = np.array(line.split()[1:], float).reshape(-1, 2) * (width, height)
            yield drawn_by_coco([ring], width, height)


def facade_masks() -> Iterator[Bool]:
    """Yield the masks of the facades."""
    found = json.loads((DATA / "seg_facade" / "_annotations.coco.json").read_text())
    sizes = {one["id"]: (one["width"], one["height"]) for one in found["images"]}
    for one in found["annotations"]:
        rings = [np.array(ring).reshape(-1, 2) for ring in one["segmentation"]]
        yield drawn_by_coco(rings, *sizes[one["image_id"]])


def likeness(a: Bool, b: Bool) -> float:
    """Return the IoU of two masks."""
    return float((a & b).sum() / max((a | b).sum(), 1))


def by_coco(shape: Polygon, width: int, height: int) -> Bool:
    """Return a polygon's pixels by pycocotools' rule, holes cut out."""
    found = np.zeros((height, width), np.bool_)
    for part in shape.parts:
        odd = np.zeros_like(found)
        for ring in part:
            odd ^= drawn_by_coco([np.array(ring)], width, height)
        found |= odd
    return found


def usual(mask: Bool) -> float:
    """Return how like the largest contour is when it is cut down to at most 30 corners."""
    import cv2

    found = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    largest = max(found, key=cv2.contourArea)
    tolerance, ring = 0.5, largest
    while len(ring) > CORNERS:
        ring = cv2.approxPolyDP(largest, tolerance, closed=True)
        tolerance *= 1.3
    height, width = mask.shape
    corners = np.asarray(ring[:, 0], np.float64)
    return likeness(drawn_by_coco([corners], width, height), mask) if len(ring) > 2 else 0.0


def one_set(name: str, masks: Iterator[Bool]) -> dict[str, Any]:
    """Measure a data set."""
    from sightline.imaging.contours import polygon_of
    from sightline.imaging.rasters import pixels_of

    rows = []
    for mask in masks:
        if not mask.any():
            continue
        began = cpu_s()
        shape = polygon_of(mask)
        seconds = cpu_s() - began
        height, width = mask.shape
        corners = sum(len(ring) // 2 for part in shape.parts for ring in part)
        ours = likeness(pixels_of(shape, width, height), mask)
        theirs = likeness(by_coco(shape, width, height), mask)
        rows.append((ours, theirs, corners, seconds * 1000, usual(mask)))
    own, coco, count, took, plain = (Spread.of(column) for column in zip(*rows, strict=True))
    print(f"{name}: {len(rows)} masks")
    print(
        f"  IoU: worst {own.best:.4f}, by pycocotools' rule {coco.best:.4f}; the usual way: worst"
    )
    print(f"  {plain.best:.3f}, median {plain.median:.3f}")
    print(f"  corners: median {count.median:g}, most {count.worst:g}; {took.median:.1f} CPU-ms")
    return {
        "masks": len(rows),
        "worst_iou": own.best,
        "worst_iou_pycocotools": coco.best,
        "usual_iou": plain.as_dict(),
        "corners": count.as_dict(),
        "cpu_ms": took.as_dict(),
    }


def main() -> dict[str, Any]:
    """Measure both data sets."""
    if not (DATA / "det_coco128").is_dir():
        raise SystemExit(f"no pictures at {DATA}: set SIGHTLINE_TEST_DATA")
    figures = {
        "coco": one_set("coco128", coco_masks()),
        "facade": one_set("facades", facade_masks()),
    }
    passed = bar("corners of a COCO mask, median", figures["coco"]["corners"]["median"], CORNERS)
    for name, found in figures.items():
        worst = 1 - min(found["worst_iou"], found["worst_iou_pycocotools"])
        passed &= bar(f"{name}: what the worst polygon gets wrong", worst, 1 - LEAST + 1e-9)
    return save("polygon", figures | {"passed": passed})


if __name__ == "__main__":
    sys.exit(0 if main()["passed"] else 1)
