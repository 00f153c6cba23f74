"""Fit the network that draws outlines (`engines/classical/outline.py`): what it learns from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.assist_data import loosened, pixels
from benchmarks.assist_varied import Scene, blobs, pasted, varied
from benchmarks.outline_net import fitted, write
from sightline.engines.classical.clicks import look
from sightline.engines.classical.evidence import gather
from sightline.engines.classical.outline import COARSE, OUTLINER, box_hint, maps
from sightline.engines.classical.patch import cut, sample
from sightline.engines.classical.refine import refine
from sightline.engines.classical.regions import overlap, regions_at
from sightline.engines.classical.tree import grow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.assist_data import Drawn
    from sightline.core.arrays import F32, U8, Bool
    from sightline.engines.classical.outline import Hint
    from sightline.engines.classical.patch import Patch
    from sightline.engines.classical.tree import Trees

WORTH = {"coco128": 1.0, "seg_facade": 0.4}
"""What an object's own picture counts for; variants count for less."""
VARIED = {"coco128": (4, 0.6), "seg_facade": (1, 0.25)}
"""How many variants of an object are made, and what each counts for."""
WATCHING = 5
PASTED = (4, 0.5)
BLOBS = (80, 0.3)


@dataclass(frozen=True)
class Example:
    """What the network reads, and what it should say."""

    pixels: U8
    """(GRID, GRID, 3)"""
    maps: F32
    """(MAPS, COARSE, COARSE)"""
    truth: F32
    """(COARSE, COARSE), 0..1"""
    worth: float


def fit(objects: Sequence[Drawn]) -> None:
    """Fit the network and write its `outline.onnx` anew; every fifth photograph only watches."""
    photos = sorted({one.picture for one in objects if one.source == "coco128"})
    held = set(photos[::WATCHING])
    learn = examples([one for one in objects if one.picture not in held])
    watch = examples([one for one in objects if one.picture in held], made=False)
    write(fitted(list(learn), list(watch)), OUTLINER)


def examples(objects: Sequence[Drawn], *, made: bool = True) -> Iterator[Example]:
    """Yield examples of objects whose outline is known, and of what is `made` of them."""
    rng = np.random.default_rng(0)
    scenes = [Scene(one.source, pixels(one.picture), one.box, one.mask()) for one in objects]
    before: tuple[U8, Trees] | None = None
    for scene in scenes:
        if before is None or before[0] is not scene.picture:
            before = scene.picture, grow(scene.picture)
        told = (*_boxed(scene, 5, rng), *_clicked(scene, before[1], 4, rng))
        yield from _told(scene, told, WORTH[scene.source])
    for scene, worth in _made(objects, scenes, rng) if made else ():
        told = (*_boxed(scene, 2, rng), *_clicked(scene, grow(scene.picture), 1, rng))
        yield from _told(scene, told, worth)


def _made(
    objects: Sequence[Drawn], scenes: Sequence[Scene], rng: np.random.Generator
) -> Iterator[tuple[Scene, float]]:
    for one in objects:
        draws, worth = VARIED[one.source]
        for scene in varied([one], draws, rng):
            yield scene, worth
    for whole in (scene for scene in scenes if scene.source == "coco128"):
        for _ in range(PASTED[0]):
            found = pasted(whole, scenes[int(rng.integers(len(scenes)))].picture, rng)
            if found is not None:
                yield found, PASTED[1]
    for scene in blobs(BLOBS[0], rng):
        yield scene, BLOBS[1]


def _told(scene: Scene, told: Sequence[tuple[Patch, Hint]], worth: float) -> Iterator[Example]:
    for patch, hint in told:
        yield Example(patch.pixels, maps(patch, hint), _truth(patch, scene.mask), worth)


def _boxed(one: Scene, draws: int, rng: np.random.Generator) -> Iterator[tuple[Patch, Hint]]:
    size = (one.picture.shape[1], one.picture.shape[0])
    for draw in range(draws):
        box = loosened(one.box, size, rng) if draw else one.box
        patch = cut(one.picture, box)
        yield patch, box_hint(patch, refine(gather(patch), box)[0])


def _clicked(
    one: Scene, trees: Trees, draws: int, rng: np.random.Generator
) -> Iterator[tuple[Patch, Hint]]:
    """Yield what a person who clicks on what is wrong would have said, from regions of the tree."""
    import cv2

    height, width = trees.labels.shape
    mask = cv2.resize(one.mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA) > 0
    if mask.sum() < 12:
        return
    scale = np.array([one.picture.shape[1] / width, one.picture.shape[0] / height])
    first = deepest(mask)
    regions = [region.mask for region in regions_at(trees, *first)]
    good = [region for region in regions if overlap(region, mask) > 0.12]
    if not good:
        return
    for _ in range(draws):
        drawn = good[int(rng.integers(len(good)))].copy()
        points = [(*first, True)]
        for _ in range(int(rng.choice([0, 1, 2, 4], p=[0.4, 0.25, 0.2, 0.15]))):
            wrong = drawn != mask
            at, piece = worst(wrong)
            points.append((*at, bool(mask[at[1], at[0]])))
            if rng.uniform() < 0.7:
                drawn[piece] = mask[piece]
        pointed = [((x + 0.5) * scale[0], (y + 0.5) * scale[1], on) for x, y, on in points]
        yield look(one.picture, drawn.astype(np.float32), tuple(pointed))


def deepest(mask: Bool) -> tuple[int, int]:
    """Return the column and row of the cell furthest from a mask's outline: where people click."""
    import cv2

    padded = np.pad(mask.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(column), int(row)


def worst(wrong: Bool) -> tuple[tuple[int, int], Bool]:
    """Return the middle of the largest piece of what is wrong, and the piece."""
    import cv2

    count, labels, facts, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8))
    if count == 1:
        return (0, 0), wrong
    piece = labels == 1 + int(facts[1:, cv2.CC_STAT_AREA].argmax())
    return deepest(piece), piece


def _truth(patch: Patch, mask: Bool) -> F32:
    import cv2

    blur = max(patch.cell)
    soft: Any = mask.astype(np.float32)
    if blur > 1.5:
        soft = cv2.GaussianBlur(soft, (0, 0), 0.5 * blur)
    fine = sample(patch, soft, (0, 0))
    return np.asarray(fine.reshape(COARSE, 2, COARSE, 2).mean((1, 3)), dtype=np.float32)
