"""What the built-in segmenter has to beat: the textbook's ways, each in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F64, U8, Bool
    from sightline.core.geometry.shapes import Bounds


def shrunk(boxes: F64, sizes: F64, by: float, borders: bool) -> F64:
    """Return boxes (N, 4) with each side moved inwards by a share of its length.

    Unless `borders`, a side at the border of its picture (`sizes`: (N, 2) width, height) stays.
    """
    lengths = boxes[:, 2:] - boxes[:, :2]
    low = borders | (boxes[:, :2] > 0.5)
    high = borders | (boxes[:, 2:] < sizes - 0.5)
    inner = boxes[:, :2] + by * lengths * low, boxes[:, 2:] - by * lengths * high
    return np.concatenate(inner, axis=1)


def filled(picture: U8, box: Bounds) -> Bool:
    """Return the box itself as (H, W)."""
    mask = np.zeros(picture.shape[:2], np.bool_)
    x1, y1, x2, y2 = (round(one) for one in box)
    mask[y1:y2, x1:x2] = True
    return mask


def ellipse(picture: U8, box: Bounds) -> Bool:
    """Return the ellipse in a box."""
    y, x = np.ogrid[: picture.shape[0], : picture.shape[1]]
    x1, y1, x2, y2 = box
    across, down = (x + 0.5 - (x1 + x2) / 2) / (x2 - x1), (y + 0.5 - (y1 + y2) / 2) / (y2 - y1)
    return np.asarray(across**2 + down**2 < 0.25)


def watershed(picture: U8, box: Bounds) -> tuple[Bounds, Bool]:
    """Return bounds and mask of a watershed from the ellipse of half the box to its outside."""
    part, (left, top), scale = _part(picture, box, 256)
    x1, y1, x2, y2 = _there(box, (left, top), scale)
    y, x = np.ogrid[: part.shape[0], : part.shape[1]]
    inside = (x + 0.5 > x1) & (x + 0.5 < x2) & (y + 0.5 > y1) & (y + 0.5 < y2)
    across, down = (x + 0.5 - (x1 + x2) / 2) / (x2 - x1), (y + 0.5 - (y1 + y2) / 2) / (y2 - y1)
    markers = np.where(inside, 0, 1).astype(np.int32)
    markers[across**2 + down**2 < 1 / 16] = 2
    cv2.watershed(cv2.GaussianBlur(part, (3, 3), 0), markers)
    mask = _back(markers == 2, picture, (left, top), scale)
    return _bounds(mask, box), mask


def grabcut(picture: U8, box: Bounds) -> Bool:
    """Return GrabCut's answer to the rectangle, five rounds, on the crop at 160 px."""
    part, (left, top), scale = _part(picture, box, 160)
    x1, y1, x2, y2 = (round(one) for one in _there(box, (left, top), scale))
    mask = np.zeros(part.shape[:2], np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    rectangle = (x1, y1, max(1, x2 - x1), max(1, y2 - y1))
    try:
        cv2.grabCut(part, mask, rectangle, *models, 5, cv2.GC_INIT_WITH_RECT)
    except cv2.error:
        return filled(picture, box)
    found = _back((mask & 1) > 0, picture, (left, top), scale)
    return found if found.any() else filled(picture, box)


def flood(picture: U8, point: tuple[int, int]) -> Bool:
    """Return what is like the colour at a point and hangs together with it."""
    lab: Any = cv2.cvtColor(cv2.GaussianBlur(picture, (0, 0), 2), cv2.COLOR_RGB2LAB)
    mask = np.zeros((picture.shape[0] + 2, picture.shape[1] + 2), np.uint8)
    flags = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY
    cv2.floodFill(lab, mask, point, (0, 0, 0), (12,) * 3, (12,) * 3, flags)
    return mask[1:-1, 1:-1] > 0


def _part(picture: U8, box: Bounds, side: int) -> tuple[Any, tuple[int, int], float]:
    """Return the crop about a box, where it begins, and its scale."""
    x1, y1, x2, y2 = box
    dx, dy = max(12, 0.3 * (x2 - x1)), max(12, 0.3 * (y2 - y1))
    left, top = max(0, int(x1 - dx)), max(0, int(y1 - dy))
    part = picture[top : int(y2 + dy) + 1, left : int(x2 + dx) + 1]
    scale = min(1.0, side / max(part.shape[:2]))
    size = max(8, round(part.shape[1] * scale)), max(8, round(part.shape[0] * scale))
    return cv2.resize(part, size, interpolation=cv2.INTER_AREA), (left, top), scale


def _there(box: Bounds, corner: tuple[int, int], scale: float) -> Bounds:
    x1, y1, x2, y2 = box
    left, top = corner
    return (x1 - left) * scale, (y1 - top) * scale, (x2 - left) * scale, (y2 - top) * scale


def _back(mask: Any, picture: U8, corner: tuple[int, int], scale: float) -> Bool:
    found = np.zeros(picture.shape[:2], np.bool_)
    size = round(mask.shape[1] / scale), round(mask.shape[0] / scale)
    drawn = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    place = found[corner[1] : corner[1] + size[1], corner[0] : corner[0] + size[0]]
    place |= drawn[: place.shape[0], : place.shape[1]]
    return found


def _bounds(mask: Bool, box: Bounds) -> Bounds:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return box
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)
