"""More to learn from: objects turned, stretched, cut off, lit differently; and plain blobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.assist_data import Drawn, pixels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.core.arrays import F64, U8, Bool
    from sightline.core.geometry.shapes import Bounds

SIDE = 480
"""Longer side of what is made, pixels."""


@dataclass(frozen=True)
class Scene:
    """A picture with one object in it."""

    source: str
    picture: U8
    box: Bounds
    mask: Bool


def varied(objects: Sequence[Drawn], draws: int, rng: np.random.Generator) -> Iterator[Scene]:
    """Yield variants of objects whose outline is known."""
    for one in objects:
        for _ in range(draws):
            found = _variant(one, rng)
            if found is not None:
                yield found


def _variant(one: Drawn, rng: np.random.Generator) -> Scene | None:
    import cv2

    picture, ring = pixels(one.picture), np.asarray(one.ring).reshape(-1, 2)
    matrix, size = _view(one.box, rng)
    points = ring @ matrix[:, :2].T + matrix[:, 2]
    # Where the picture ends in the middle of the view, the view is what ends there.
    height, width = picture.shape[:2]
    ends = np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float64)
    low, high = _common(ends @ matrix[:, :2].T + matrix[:, 2], size)
    if (high - low).min() < 64:
        return None
    drawn = cv2.warpAffine(
        picture, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    drawn = drawn[low[1] : high[1], low[0] : high[0]]
    return _scene(one.source, _lit(drawn, rng), points - low)


def _view(box: Bounds, rng: np.random.Generator) -> tuple[F64, tuple[int, int]]:
    """Return the matrix (2, 3) and the size of a view of a box and what lies about it."""
    x1, y1, x2, y2 = box
    scale = float(rng.uniform(60, 300)) / max(x2 - x1, y2 - y1)
    angle, flip = rng.uniform(-0.35, 0.35), rng.choice([-1, 1])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    stretch = np.diag(scale * rng.uniform(0.85, 1.15, 2) * (flip, 1))
    linear = turn @ stretch
    middle = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
    size = (SIDE, SIDE)
    # One view in three cuts the object off at a border.
    off = rng.uniform(-0.5, 0.5, 2) * SIDE * (rng.uniform() < 0.35)
    shift = np.array(size) / 2 + off - linear @ middle
    return np.concatenate([linear, shift[:, None]], axis=1), size


def _common(corners: F64, size: tuple[int, int]) -> tuple[Any, Any]:
    """Return the low and high corner of what of a view a turned picture fills, about."""
    ordered = np.sort(corners, axis=0)
    low = np.ceil(ordered[1].clip(0, np.array(size))).astype(int)
    high = np.floor(ordered[2].clip(0, np.array(size))).astype(int)
    return low, high


def _lit(picture: Any, rng: np.random.Generator) -> U8:
    import cv2

    values = picture.astype(np.float32)
    values = (values - 128) * rng.uniform(0.6, 1.3) + 128 + rng.uniform(-25, 25)
    values = values * rng.uniform(0.9, 1.1, 3)
    if rng.uniform() < 0.15:
        values = np.repeat(values.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.uniform() < 0.3:
        values = cv2.GaussianBlur(values, (0, 0), float(rng.uniform(0.5, 1.6)))
    if rng.uniform() < 0.3:
        values = values + rng.normal(0, rng.uniform(1, 12), values.shape)
    return np.asarray(values.clip(0, 255), dtype=np.uint8)


def _scene(source: str, picture: U8, points: F64) -> Scene | None:
    import cv2

    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round((points - 0.5) * 16).astype(np.int32)], 1, shift=4)
    if mask.sum() < 300 or mask.mean() > 0.8:
        return None
    size = np.array(picture.shape[1::-1])
    (x1, y1), (x2, y2) = points.min(axis=0).clip(0, size), points.max(axis=0).clip(0, size)
    if min(x2 - x1, y2 - y1) < 16:
        return None
    return Scene(source, picture, (float(x1), float(y1), float(x2), float(y2)), mask > 0)


def pasted(one: Scene, ground: U8, rng: np.random.Generator) -> Scene | None:
    """Return a scene's object on another ground, None where little of it would be seen."""
    import cv2

    x1, y1, x2, y2 = (int(side) for side in one.box)
    size = np.array([x2 - x1, y2 - y1])
    if size.min() < 20:
        return None
    whole = np.array(ground.shape[1::-1])
    scale = min(float(rng.uniform(60, 220)) / size.max(), *(0.7 * whole / size))
    if scale <= 0.05:
        return None
    to = tuple(int(side) for side in np.maximum(1, np.round(size * scale)))
    cut: Any = cv2.resize(one.picture[y1:y2, x1:x2], to, interpolation=cv2.INTER_AREA)
    part = one.mask[y1:y2, x1:x2].astype(np.float32)
    mask: Any = cv2.resize(part, to, interpolation=cv2.INTER_AREA)
    if rng.uniform() < 0.5:
        cut, mask = cut[:, ::-1], mask[:, ::-1]
    shift = np.array(
        [
            rng.integers(-side // 5, max(1, w - side + side // 5))
            for side, w in zip(to, whole, strict=True)
        ]
    )
    low, high = shift.clip(0), np.minimum(whole, shift + to)
    if (high - low).min() < 16:
        return None
    (ax, ay), (bx, by) = low - shift, high - shift
    return _blended(ground, cut[ay:by, ax:bx], mask[ay:by, ax:bx], low, rng)


def _blended(ground: U8, cut: Any, mask: Any, low: Any, rng: np.random.Generator) -> Scene | None:
    import cv2

    rows = slice(low[1], low[1] + len(mask))
    columns = slice(low[0], low[0] + mask.shape[1])
    soft = cv2.GaussianBlur(np.ascontiguousarray(mask), (0, 0), 0.7)[..., None]
    lit = cut.astype(np.float32) * rng.uniform(0.8, 1.2) + rng.uniform(-15, 15)
    picture = ground.copy()
    under = picture[rows, columns].astype(np.float32)
    picture[rows, columns] = (under * (1 - soft) + lit * soft).clip(0, 255).astype(np.uint8)
    drawn = np.zeros(ground.shape[:2], np.bool_)
    drawn[rows, columns] = mask > 0.5
    if drawn.sum() < 200:
        return None
    down, across = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    box = float(across[0]), float(down[0]), float(across[-1] + 1), float(down[-1] + 1)
    return Scene("pasted", picture, box, drawn)


def blobs(count: int, rng: np.random.Generator) -> Iterator[Scene]:
    """Yield plain shapes on plain grounds, as of cells, tokens and drawings."""
    import cv2

    for _ in range(count):
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 40))))
        radii = rng.uniform(30, 90) * rng.uniform(rng.uniform(0.4, 1), 1, len(angles))
        wide = rng.uniform(0.6, 1.6)
        middle = rng.uniform(100, 220, 2)
        points = middle + np.stack([radii * wide * np.cos(angles), radii * np.sin(angles)], 1)
        mask = np.zeros((320, 320), np.uint8)
        cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 1, shift=4)
        ground, colour = rng.uniform(20, 235, 3), rng.uniform(20, 235, 3)
        if np.abs(ground - colour).max() < 25:
            continue
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), float(rng.uniform(0.4, 2)))[
            ..., None
        ]
        plain = np.asarray(ground + soft * (colour - ground))
        plain = plain + _grain(rng)
        found = _scene("blobs", plain.clip(0, 255).astype(np.uint8), points + 0.5)
        if found is not None:
            yield found


def _grain(rng: np.random.Generator) -> F64:
    import cv2

    fine = rng.normal(0, rng.uniform(0, 14), (320, 320, 3))
    coarse = rng.normal(0, rng.uniform(0, 20), (10, 10, 3))
    return np.asarray(fine + cv2.resize(coarse, (320, 320), interpolation=cv2.INTER_CUBIC))
