"""Real objects for the built-in segmenter: to learn from, and others to be judged by.

Learned from: the pictures of coco128 whose licence lets anyone use them for anything (26 of 128:
CC BY, CC BY-SA, no known restrictions), and every other picture of the facades (CC BY), the chess
boards (CC0) and the blood cells (MIT). Judged by: all other pictures. No picture is in both.
"""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.harness import ROOT
from sightline.formats.objects.xml_tree import tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.core.arrays import F64, U8, Bool
    from sightline.core.geometry.shapes import Bounds

DATA = Path(os.environ.get("SIGHTLINE_TEST_DATA", ROOT.parent / "shared" / "data"))
SIDES = ("xmin", "ymin", "xmax", "ymax")
FREE = {"Attribution License", "Attribution-ShareAlike License", "No known copyright restrictions"}


@dataclass(frozen=True)
class Drawn:
    """An object that somebody drew."""

    source: str
    picture: Path
    box: Bounds
    ring: tuple[float, ...] = ()
    """x0, y0, x1, y1, ... of its outline, where that is known."""
    learn: bool = False

    def share(self) -> float:
        """Return how much of the picture its box covers."""
        height, width = pixels(self.picture).shape[:2]
        x1, y1, x2, y2 = self.box
        return float((x2 - x1) * (y2 - y1) / (width * height))

    def mask(self) -> Bool:
        """Return (H, W): the pixels within its outline."""
        import cv2

        height, width = pixels(self.picture).shape[:2]
        drawn = np.zeros((height, width), np.uint8)
        points = np.asarray(self.ring).reshape(-1, 2) - 0.5
        cv2.fillPoly(drawn, [np.round(points * 16).astype(np.int32)], 1, shift=4)
        return drawn > 0


@lru_cache(maxsize=256)
def pixels(path: Path) -> U8:
    """Return an RGB picture."""
    import cv2

    found = cv2.imread(str(path))
    assert found is not None, path
    return np.ascontiguousarray(found[..., ::-1], dtype=np.uint8)


def coco_boxes() -> Iterator[Drawn]:
    """Yield the boxes of coco128."""
    for picture, learn in coco_pictures():
        height, width = pixels(picture).shape[:2]
        for line in _lines(DATA / "det_coco128" / "boxes_yolo" / f"{picture.stem}.txt"):
            x, y, w, h = (float(one) for one in line.split()[1:])
            box = _clip(x - w / 2, y - h / 2, x + w / 2, y + h / 2)
            scaled = (box[0] * width, box[1] * height, box[2] * width, box[3] * height)
            yield Drawn("coco128", picture, scaled, learn=learn)


def coco_outlines() -> Iterator[Drawn]:
    """Yield the polygons of coco128."""
    for picture, learn in coco_pictures():
        height, width = pixels(picture).shape[:2]
        for line in _lines(DATA / "det_coco128" / "polygons_yoloseg" / f"{picture.stem}.txt"):
            points = np.array(line.split()[1:], np.float64).reshape(-1, 2) * (width, height)
            yield Drawn("coco128", picture, _extent(points), tuple(points.ravel()), learn)


def facades() -> Iterator[Drawn]:
    """Yield parts of buildings, up to 12 a picture."""
    yield from _coco_json("seg_facade", 12)


def chess() -> Iterator[Drawn]:
    """Yield chess pieces: small on pictures of 2048 px."""
    yield from _coco_json("det_chess", 12)


def cells(most: int = 5, every: int = 4) -> Iterator[Drawn]:
    """Yield blood cells: many, round, tiny."""
    folder = DATA / "det_bccd"
    for number, path in enumerate(sorted((folder / "Annotations").glob("*.xml"))[::every]):
        picture = folder / "JPEGImages" / f"{path.stem}.jpg"
        found = tree_of(path.read_bytes(), path.name).iter("bndbox")
        boxes = [[float(one.findtext(name) or 0) for name in SIDES] for one in found]
        held = [one for one in boxes if min(one[2] - one[0], one[3] - one[1]) >= 12]
        for x1, y1, x2, y2 in held[:: -(-len(held) // most) or 1]:
            yield Drawn("bccd", picture, (x1, y1, x2, y2), learn=number % 2 == 0)


def size_of(one: Drawn) -> tuple[int, int]:
    """Return the width and height of an object's picture."""
    height, width = pixels(one.picture).shape[:2]
    return width, height


def loosened(box: Bounds, size: tuple[int, int], rng: np.random.Generator) -> Bounds:
    """Return a box with each side 0-20 % of its length further out, within (width, height)."""
    width, height = size
    x1, y1, x2, y2 = box
    left, top, right, bottom = rng.uniform(0, 0.2, 4) * (x2 - x1, y2 - y1, x2 - x1, y2 - y1)
    return max(0.0, x1 - left), max(0.0, y1 - top), min(width, x2 + right), min(height, y2 + bottom)


def overlap(a: Any, b: Any) -> F64:
    """Return the IoU of boxes, row by row."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    both = sides.clip(0).prod(-1)
    areas = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1)
    return np.asarray(both / (areas - both), dtype=np.float64)


def coco_pictures() -> Iterator[tuple[Path, bool]]:
    """Yield the pictures of coco128, and whether anyone may use them for anything."""
    folder = DATA / "det_coco128"
    with (folder / "image_licences.csv").open(newline="") as file:
        free = {row["file"] for row in csv.DictReader(file) if row["licence"] in FREE}
    for picture in sorted((folder / "images").rglob("*.jpg")):
        yield picture, picture.name in free


def _coco_json(name: str, most: int) -> Iterator[Drawn]:
    folder = DATA / name
    said = json.loads((folder / "_annotations.coco.json").read_text())
    pictures = {one["id"]: folder / "images" / one["file_name"] for one in said["images"]}
    there = sorted(number for number, path in pictures.items() if path.is_file())
    for place, number in enumerate(there):
        mine = [one for one in said["annotations"] if one["image_id"] == number]
        for one in mine[:: -(-len(mine) // most) or 1]:
            x, y, w, h = one["bbox"]
            if min(w, h) < 16:
                continue
            rings = one.get("segmentation") or [()]
            ring = tuple(rings[0]) if len(rings) == 1 else ()
            yield Drawn(name, pictures[number], (x, y, x + w, y + h), ring, place % 2 == 0)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.is_file() else []


def _clip(x1: float, y1: float, x2: float, y2: float) -> Bounds:
    return max(0.0, x1), max(0.0, y1), min(1.0, x2), min(1.0, y2)


def _extent(points: F64) -> Bounds:
    (x1, y1), (x2, y2) = points.min(axis=0), points.max(axis=0)
    return float(x1), float(y1), float(x2), float(y2)
