"""Boxes to polygons: an object costs the segmenter's time and at most 2 ms.

The objects are coco128's with their real outlines. A segmenter that knows them answers each box
with its mask, so that next to nothing but the build is measured: reading and hashing pictures,
asking, polygons of 98 %, the ledger, the folders, the project. One worker; CPU time of the process
less what the segmenter took, which other programs still lengthen: a busy machine takes twice as
long. Then a thousand boxes in one picture.
"""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.assist_data import coco_outlines, size_of
from benchmarks.harness import bar, save
from sightline.app import Workbench, open_workbench
from sightline.app.segments.shapes import SegmentWish
from sightline.core.assist import Candidate
from sightline.core.geometry.shapes import Box
from sightline.core.objects import ImageObject, ObjectChange
from sightline.core.progress import Silent

if TYPE_CHECKING:
    from benchmarks.assist_data import Drawn
    from sightline.core.arrays import U8
    from sightline.core.assist import Encoding, Prompt
    from sightline.core.geometry.shapes import Bounds
    from sightline.store.projects import Project

BAR_MS = 2.0
CROWD = 1_000


class Truth:
    """Knows the mask of each box."""

    key = "truth"

    def __init__(self, masks: dict[Bounds, Candidate]) -> None:
        self._masks = masks
        self.seconds = 0.0
        self.encoded = 0

    def encode(self, image: U8) -> Encoding:
        """Return nothing of a picture but its size."""
        self.encoded += 1
        return {"size": np.array([image.shape[1], image.shape[0]], np.int64)}

    def predict(self, encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        """Return the one mask that a box has."""
        began = time.process_time()
        assert prompt.box is not None
        assert len(encoding) == 1
        found = self._masks[prompt.box]
        self.seconds += time.process_time() - began
        return [found]


def candidate(one: Drawn) -> Candidate:
    """Return the mask of an object within its box."""
    mask = one.mask()
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    y1, y2, x1, x2 = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    cut = np.ascontiguousarray(mask[y1:y2, x1:x2])
    return Candidate(box=one.box, score=1.0, window=(int(x1), int(y1)), mask=cut)


def build(bench: Workbench, project: Project, out: str, truth: Truth) -> dict[str, float]:
    """Return what a build costs for each object, in CPU-ms besides the segmenter."""
    bench.assist.engines.load = lambda _name="": truth  # type: ignore[method-assign, assignment]
    began, wall = time.process_time(), time.perf_counter()
    wish = SegmentWish(min_box_iou=0.0)
    report = bench.segments.perform(project, out, wish, workers=1, progress=Silent())
    spent = time.process_time() - began - truth.seconds
    return {
        "objects": report["objects"],
        "polygons": report["polygons"],
        "pictures": report["pictures"],
        "encoded": truth.encoded,
        "cpu_ms": 1e3 * spent / report["objects"],
        "wall_ms": 1e3 * (time.perf_counter() - wall - truth.seconds) / report["objects"],
    }


def drawn(bench: Workbench, name: str, objects: dict[Path, list[Drawn]]) -> Project:
    """Make a project of pictures with boxes."""
    project = bench.projects.create(name)
    bench.labels.add_class(project, "thing")
    thing = bench.store.classes.list(project.id)[0].id
    for path in objects:
        bench.ingest(path, name, labels="none")
    changes = [
        ObjectChange(
            image_id=row.id,
            put=tuple(
                ImageObject(uid=f"o{at}", class_id=thing, shape=Box(*one.box))
                for at, one in enumerate(objects[Path(row.path)])
            ),
        )
        for row in bench.store.images.page_after(project.id, -1, 1_000)
    ]
    bench.objects.change(project, changes)
    return project


def main() -> dict[str, Any]:
    """Measure and print; return the figures and whether the bar is kept."""
    by_picture: dict[Path, list[Drawn]] = defaultdict(list)
    masks: dict[Bounds, Candidate] = {}
    for one in coco_outlines():
        if one.mask().any() and one.box[2] > one.box[0] and one.box[3] > one.box[1]:
            by_picture[one.picture.resolve()].append(one)
            masks[one.box] = candidate(one)
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temp, open_workbench(Path(temp) / "w") as bench:
        project = drawn(bench, "many", dict(by_picture))
        told["coco128"] = build(bench, project, "many_seg", Truth(masks))
        crowd, boxes = crowded(by_picture)
        project = drawn(bench, "crowd", crowd)
        told["crowd"] = build(bench, project, "crowd_seg", Truth(boxes))
    passed = True
    for name, one in told.items():
        print(name, {key: round(value, 3) for key, value in one.items()})
        passed &= bar(f"{name}: CPU-ms per object besides the segmenter", one["cpu_ms"], BAR_MS)
    return save("segment_build", {"told": told, "passed": passed})


def crowded(
    by_picture: dict[Path, list[Drawn]],
) -> tuple[dict[Path, list[Drawn]], dict[Bounds, Candidate]]:
    """Return a picture with a thousand boxes: objects of all pictures, each a little elsewhere."""
    path = max(by_picture, key=lambda one: len(by_picture[one]))
    width, height = size_of(by_picture[path][0])
    every = [
        one
        for found in by_picture.values()
        for one in found
        if one.box[2] <= width and one.box[3] <= height
    ]
    found, masks = [], {}
    for at in range(CROWD):
        one = every[at % len(every)]
        x1, y1, x2, y2 = one.box
        box = (x1, y1, x2 - at * 1e-6, y2)
        found.append(replace(one, picture=path, box=box))
        masks[box] = candidate(one)
    return {path: found}, {**masks}
