"""Pictures with classes for the built-in encoders: to learn from, and others to be judged by.

Learned from, without their classes: every other picture of rubbish (MIT), the parts of coco128's
pictures whose licence lets anyone use them for anything, every other of the chess boards (CC0) and
of the blood cells (MIT). Judged by: all other pictures, and two data sets as wholes (hand signs,
digits). No picture is in both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from benchmarks import assist_data as data
from sightline.formats.objects.xml_tree import tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.core.arrays import U8

LEAST_PX = 24
Named = tuple["U8", str]
"""A picture (H, W, 3) RGB and its class."""


def folders(name: str) -> list[tuple[Path, str]]:
    """Return files and the folder that each lies in, in order."""
    found = sorted((data.DATA / name).rglob("*.*"))
    kept = [one for one in found if one.suffix.lower() in {".jpg", ".jpeg", ".png"}]
    return [(one, one.parent.name) for one in kept]


def rubbish(*, learn: bool) -> Iterator[Named]:
    """Yield rubbish on a plain ground, six classes."""
    for path, name in folders("cls_trashnet_train")[0 if learn else 1 :: 2]:
        yield data.pixels.__wrapped__(path), name


def signs() -> Iterator[Named]:
    """Yield hands that show digits, ten classes."""
    for path, name in folders("cls_sign_digits")[::3]:
        yield data.pixels.__wrapped__(path), name


def digits() -> Iterator[Named]:
    """Yield scikit-learn's handwritten digits."""
    import cv2
    from sklearn.datasets import load_digits

    said = load_digits()
    for image, name in list(zip(said.images, said.target, strict=True))[::3]:
        grey = np.repeat((image * 15.9).astype(np.uint8)[..., None], 3, axis=2)
        whole = cv2.resize(grey, (96, 96), interpolation=cv2.INTER_CUBIC)
        yield np.asarray(whole, np.uint8), str(name)


def things(*, learn: bool) -> Iterator[Named]:
    """Yield the objects of coco128's boxes."""
    for picture, free in data.coco_pictures():
        if free != learn:
            continue
        image = data.pixels(picture)
        sides = np.array(image.shape[1::-1] * 2)
        labels = data.DATA / "det_coco128" / "boxes_yolo" / f"{picture.stem}.txt"
        for line in labels.read_text().splitlines() if labels.is_file() else ():
            name, *numbers = line.split()
            x, y, w, h = (float(one) for one in numbers)
            corners = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2]) * sides
            yield from _cut(image, corners, name)


def cells(*, learn: bool) -> Iterator[Named]:
    """Yield blood cells, three classes, up to three of each in a picture."""
    folder = data.DATA / "det_bccd"
    listed = sorted((folder / "Annotations").glob("*.xml"))[::2][0 if learn else 1 :: 2]
    for path in listed:
        image = data.pixels.__wrapped__(folder / "JPEGImages" / f"{path.stem}.jpg")
        seen: dict[str, int] = {}
        for one in tree_of(path.read_bytes(), path.name).iter("object"):
            name = one.findtext("name") or ""
            seen[name] = seen.get(name, 0) + 1
            sides = [float(one.findtext(f"bndbox/{side}") or 0) for side in data.SIDES]
            if seen[name] <= 3:
                yield from _cut(image, np.array(sides), name, least=12)


def judged() -> dict[str, tuple[list[U8], np.ndarray]]:
    """Return the sets that nothing was learned from: pictures and classes."""
    sets = {
        "rubbish": rubbish(learn=False),
        "hand signs": signs(),
        "digits": digits(),
        "things": things(learn=False),
        "cells": cells(learn=False),
    }
    rows = {name: list(one) for name, one in sets.items()}
    return {
        name: ([image for image, _ in one], np.array([label for _, label in one]))
        for name, one in rows.items()
    }


def to_learn_from() -> list[U8]:
    """Return pictures to learn from, whatever they show."""
    named = [*rubbish(learn=True), *things(learn=True), *cells(learn=True)]
    boards = [one for one in data.chess() if one.learn]
    pieces = [
        found
        for one in boards
        for found in _cut(data.pixels(one.picture), np.array(one.box), "piece")
    ]
    return [image for image, _ in (*named, *pieces)]


def _cut(image: U8, corners: np.ndarray, name: str, least: int = LEAST_PX) -> Iterator[Named]:
    """Yield a part of a picture, if it is large enough."""
    height, width = image.shape[:2]
    low = np.floor(corners[:2]).clip(0, (width, height)).astype(int)
    high = np.ceil(corners[2:]).clip(0, (width, height)).astype(int)
    if (high - low).min() >= least:
        yield np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]]), name
