"""How many faces of real photographs each finder covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sightline.app import open_workbench
from sightline.imaging.decode import decode
from sightline.imaging.faces import Cascade, Heads
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.imaging.blur import FindFaces

SEEN = {
    36: [(279, 230)],
    86: [(226, 176)],
    110: [(82, 254), (484, 79)],
    113: [(108, 99), (239, 115)],
    165: [(175, 94), (478, 172)],
    241: [(229, 84), (59, 285), (357, 294)],
    294: [(153, 127)],
    308: [(47, 120), (93, 90), (204, 64), (486, 87)],
    322: [(170, 128)],
    326: [(217, 152)],
    328: [(189, 106), (329, 139), (489, 121)],
    368: [(253, 147), (328, 147)],
    370: [(211, 194)],
    389: [(304, 179)],
    395: [(259, 268)],
    415: [(61, 291)],
    428: [(411, 152)],
    436: [(240, 146)],
    446: [(244, 187)],
    459: [(183, 187)],
    474: [(161, 88)],
    510: [(328, 170)],
    529: [(269, 133)],
    536: [(139, 110), (228, 110), (354, 162)],
    564: [(331, 357)],
    572: [(141, 294), (194, 112)],
    623: [(218, 113)],
    625: [(219, 249), (490, 240)],
}
"""Middles (x, y) of the faces that a person sees in photographs of COCO, by number."""


def covered(find: FindFaces, folder: Path) -> int:
    """Return how many of them lie in a box."""
    count = 0
    for number, faces in SEEN.items():
        boxes = list(find(decode(folder / f"{number:012d}.jpg")))
        for x, y in faces:
            count += any(x1 <= x <= x2 and y1 <= y <= y2 for x1, y1, x2, y2 in boxes)
    return count


@pytest.mark.nightly
def test_heads_of_persons_cover_what_the_cascade_misses(tmp_path: Path, shared_data: Path) -> None:
    photographs = shared_data / "det_coco128"
    listed = (photographs / "boxes_yolo_classes.yaml").read_text("utf-8")
    names = [line.split(":", 1)[1].strip() for line in listed.splitlines() if line[:1] == " "]
    with open_workbench(tmp_path / "workspace") as bench:
        options = ImportOptions(name="yolox", classes=tuple(names), decoder="yolox")
        bench.models.add(shared_data / "weights_yolox_nano" / "yolox_nano.onnx", options)
        assert bench.media.faces.describe()["by"] == ["heads"]
        heads = covered(Heads(bench.suggesting.detectors.load("yolox")), photographs / "images")
    cascade = covered(Cascade(), photographs / "images")

    assert sum(map(len, SEEN.values())) == 43
    assert heads >= 41
    assert 12 <= cascade <= 20
