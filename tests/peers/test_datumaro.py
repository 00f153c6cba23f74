"""datumaro reads what is written here, and what it writes is read here.

Its pins clash with ours: it runs in an environment of its own, made here at night. It keeps
coordinates to two digits.
"""

from __future__ import annotations

import json
import os
import subprocess
import venv
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image as Picture

from sightline.core.geometry.masks import encode
from sightline.core.geometry.shapes import Box, Keypoints, OrientedBox, Polygon
from sightline.formats.objects.frames import in_pixels
from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
from sightline.formats.objects.table import format_of, open_reader, writer_of
from sightline.formats.sinks import FolderSink

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]
PIN = "datumaro==1.13.12"
WIDTH, HEIGHT = 64, 48
DIGITS_PX = 0.011
CLASSES = (ClassInfo("cat"), ClassInfo("dog", skeleton={"names": ["a", "b"], "edges": [[0, 1]]}))
CALLED = {
    "coco": "coco_instances",
    "cvat": "cvat",
    "datumaro": "datumaro",
    "dota": "dota",
    "voc": "voc_detection",
    "yolo": "yolo",
}
READ = """
import json, sys
import datumaro as dm
data = dm.Dataset.import_from(sys.argv[1], sys.argv[2])
labels = [one.name for one in data.categories()[dm.AnnotationType.label].items]
rows = {}
for item in data:
    for one in item.annotations:
        if one.type.name == "label":
            continue
        box = one.get_bbox()
        x, y, w, h = map(float, box)
        row = [labels[one.label], one.type.name, [x, y, x + w, y + h]]
        rows.setdefault(item.id.rpartition("/")[2], []).append(row)
print(json.dumps(rows))
"""
WRITE = """
import json, sys
import datumaro as dm
from datumaro.components.annotation import RotatedBbox
def made(one):
    label, kind, values = one
    if kind == "bbox":
        x1, y1, x2, y2 = values
        return dm.Bbox(x1, y1, x2 - x1, y2 - y1, label=label)
    if kind == "rotated_bbox":
        return RotatedBbox(*values, label=label)
    return dm.Polygon(values, label=label)
rows = json.loads(sys.argv[3])
data = dm.Dataset.from_iterable(
    [dm.DatasetItem(id=name, subset="train", media=dm.Image.from_file(sys.argv[4], size=(48, 64)),
                    annotations=[made(one) for one in found]) for name, found in rows.items()],
    categories=["cat", "dog"])
data.export(sys.argv[1], sys.argv[2], save_media=True)
"""


@pytest.fixture(scope="session")
def peers_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter that has datumaro."""
    home = tmp_path_factory.mktemp("peers")
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    venv.create(home, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "-q", PIN], check=True)
    return str(python)


def run(python: str, script: str, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [python, "-c", script, *arguments],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def shapes(form: str) -> list[tuple[str, Any]]:
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[5:20, 7:30] = True
    box = Box(3.25, 4.5, 20.75, 30.0)
    ring = Polygon((((5.0, 5.0, 30.5, 6.25, 28.0, 40.0),),))
    if form in {"coco", "voc", "yolo"}:  # of COCO it makes two: the box, and the polygon
        return [("cat", box), ("dog", Box(1.0, 2.0, 60.0, 40.0))]
    if form == "dota":
        return [("cat", OrientedBox(30.0, 25.0, 20.0, 10.0, 30.0))]
    found: list[tuple[str, Any]] = [("cat", box), ("cat", ring), ("cat", encode(pixels))]
    if form == "datumaro":
        found.append(("dog", Keypoints(((10.0, 12.0, 2), (20.0, 30.0, 1)))))
    return found


def write(form: str, tmp_path: Path) -> tuple[Path, list[tuple[str, Any]]]:
    out = tmp_path / "out"
    out.mkdir()
    picture = tmp_path / "a.jpg"
    Picture.new("RGB", (WIDTH, HEIGHT)).save(picture)
    found = shapes(form)
    objects = tuple(ObjectRecord(label, shape) for label, shape in found)
    records = [
        PictureRecord(name, objects, WIDTH, HEIGHT, split=split, source=str(picture))
        for name, split in (("a.jpg", "train"), ("b.jpg", "val"))
    ]
    task = {"task": format_of(form).task} if format_of(form).task else {}
    writer_of(form)(FolderSink(out), records, CLASSES, tmp_path, images="copy", **task)
    return out, found


@pytest.mark.parametrize("form", ["coco", "cvat", "voc", "yolo", "datumaro", "dota"])
def test_datumaro_reads_what_is_written_here(tmp_path: Path, peers_python: str, form: str) -> None:
    out, wanted = write(form, tmp_path)
    rows = json.loads(run(peers_python, READ, str(out), CALLED[form]))
    assert set(rows) == {"a", "b"}
    for found in rows.values():
        assert sorted(label for label, _, _ in found) == sorted(label for label, _ in wanted)
        boxes = sorted(box for _, _, box in found)
        bounds = sorted(list(shape.bounds()) for _, shape in wanted)
        for box, other in zip(boxes, bounds, strict=True):
            slack = 1.0 if form == "voc" else DIGITS_PX
            assert box == pytest.approx(other, abs=slack)


@pytest.mark.parametrize("form", ["coco", "cvat", "voc", "datumaro", "dota"])
def test_what_datumaro_writes_is_read_here(tmp_path: Path, peers_python: str, form: str) -> None:
    rows: list[tuple[int, str, list[float]]] = [
        (0, "bbox", [3.25, 4.5, 20.75, 30.0]),
        (1, "bbox", [1.0, 2.0, 60.0, 40.0]),
    ]
    if form == "dota":
        rows = [(0, "rotated_bbox", [30.0, 25.0, 20.0, 10.0, 30.0])]
    elif form in {"cvat", "datumaro"}:
        rows.append((1, "polygon", [5.0, 5.0, 30.5, 6.25, 28.0, 40.0]))
    picture = tmp_path / "p.jpg"
    Picture.new("RGB", (WIDTH, HEIGHT)).save(picture)
    out = tmp_path / "theirs"
    run(peers_python, WRITE, str(out), CALLED[form], json.dumps({"a": rows}), str(picture))
    with open_reader(out, form) as reader:
        found = _pixels(reader.pictures())
        assert reader.refused == []
    (one,) = found
    assert one.path.rpartition("/")[2].startswith("a.")
    assert len(one.objects) == len(rows)
    for thing, (label, kind, values) in zip(one.objects, rows, strict=True):
        assert thing.label == CLASSES[label].name
        if kind == "bbox":
            slack = 0.51 if form == "voc" else DIGITS_PX
            assert thing.shape.bounds() == pytest.approx(values, abs=slack)
        elif kind == "rotated_bbox":
            assert thing.shape.bounds() == pytest.approx(
                OrientedBox(*values).bounds(), abs=2 * DIGITS_PX
            )
        else:
            assert isinstance(thing.shape, Polygon)
            assert thing.shape.parts[0][0] == pytest.approx(values, abs=DIGITS_PX)


def _pixels(records: Iterable[PictureRecord]) -> list[PictureRecord]:
    return [in_pixels(one, WIDTH, HEIGHT) for one in records]
