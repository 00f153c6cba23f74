"""Thumbnails come at >= 0.9 x the speed of the best of Pillow draft and OpenCV reduced decoding.

Both peers do what a careful hand would write: read the file, decode a 1152 x 868 JPEG at a
fraction, resize to 256 pixels with anti-aliasing, encode JPEG; all on all cores. The tile is to
weigh at most 10 KB.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image

from benchmarks.harness import bar, compare, cores, save, show
from benchmarks.photos import photos
from sightline.imaging.tile import thumbnail

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PX = 256
COUNT = 160


def run_all(
    pool: ThreadPoolExecutor, work: Callable[[Path], bytes], paths: list[Path]
) -> list[bytes]:
    return list(pool.map(work, paths))


def by_pillow(path: Path) -> bytes:
    with Image.open(path) as image:
        image.draft("RGB", (PX, PX))
        image.thumbnail((PX, PX))
        file = io.BytesIO()
        image.save(file, "JPEG", quality=75)
    return file.getvalue()


def by_opencv(path: Path) -> bytes:
    image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_REDUCED_COLOR_4)
    assert image is not None
    scale = PX / max(image.shape[:2])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 75])[1].tobytes()


def main() -> dict[str, Any]:
    cv2.setNumThreads(1)
    paths = sorted(photos(2000).glob("*.jpg"))[:COUNT]
    sizes = [len(thumbnail(path, PX)) for path in paths[:32]]
    with ThreadPoolExecutor(cores()) as pool:
        sides = {
            name: compare(
                f"thumbnails against {name}",
                ours=lambda: list(pool.map(lambda path: thumbnail(path, PX), paths)),
                peer=partial(run_all, pool, peer, paths),
                rounds=7,
            )
            for name, peer in (("Pillow draft", by_pillow), ("OpenCV reduced", by_opencv))
        }
    for side in sides.values():
        show(side)
    speed = min(1 / side.ratio for side in sides.values())
    weight = sum(sizes) / len(sizes) / 1000
    passed = bar("speed over the best peer", speed, 0.9, unit="x", at_most=False)
    passed &= bar("bytes of a tile", weight, 10, unit="KB")
    return save(
        "thumbs",
        {
            "sides": {name: side.as_dict() for name, side in sides.items()},
            "ratio": speed,
            "tile_kb": weight,
            "passed": passed,
        },
    )


if __name__ == "__main__":
    main()
