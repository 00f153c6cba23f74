"""What the page draws of a map: a fair sample of its points, packed in columns."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I64

LIMIT: Final = 50_000
SHARE: Final = 20
"""Each group may keep 1/20 of the sample before chance decides about the rest."""
ALIGN: Final = 8


def fair_sample(ordinals: I64, groups: Sequence[NDArray[Any]], limit: int) -> I64:
    """Return places in `ordinals`, ascending: at most `limit`, small groups kept.

    Each image has a number that is drawn from its ordinal, so a sample stays nearly the same while
    labels change and pictures come. Of each group those with the smallest numbers are kept up to a
    share of the room, then the smallest of all.

    Args:
        ordinals: (M,)
        groups: Each (M,) whole numbers: the classes, the clusters. Those of another grouping than
            the first may not be kept when there are very many groups.
        limit: From 1.
    """
    m = len(ordinals)
    if m <= limit:
        return np.arange(m)
    number = _draw(ordinals)
    order = np.argsort(number, kind="stable")
    keep = np.zeros(m, np.bool_)
    for group in groups:
        rank = _rank_in_group(group, order)
        count = len(np.unique(group))
        quota = min(max(1, limit // SHARE), limit // (2 * len(groups) * count))
        keep |= rank < quota
    rest = order[~keep[order]]
    keep[rest[: limit - int(np.count_nonzero(keep))]] = True
    return np.flatnonzero(keep)


def _rank_in_group(group: NDArray[Any], order: I64) -> I64:
    """Return each one's place in its own group when all stand in `order`, (M,)."""
    by_group = order[np.argsort(group[order], kind="stable")]
    sorted_group = group[by_group]
    new = np.concatenate([[True], sorted_group[1:] != sorted_group[:-1]])
    starts = np.flatnonzero(new)
    place = np.arange(len(group)) - np.repeat(starts, np.diff([*starts, len(group)]))
    rank = np.empty(len(group), np.int64)
    rank[by_group] = place
    return rank


def _draw(ordinals: I64) -> NDArray[np.uint64]:
    """Return a number that looks drawn by chance for each ordinal (splitmix64, Steele 2014)."""
    z = ordinals.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def pack(columns: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> bytes:
    """Return columns (M,) as bytes, little-endian.

    Four bytes say how long the JSON that follows is; it holds the facts, `count`, and for each
    field its name, dtype (as in `<f4`) and offset. Offsets count from the end of the JSON, which
    is padded so that each column begins at a multiple of 8 bytes.
    """
    fields, parts, at = [], [], 0
    count = 0
    for name, values in columns.items():
        column = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        raw = column.tobytes()
        padded = raw + bytes(-len(raw) % ALIGN)
        fields.append({"name": name, "dtype": column.dtype.str, "offset": at})
        parts.append(padded)
        at += len(padded)
        count = len(column)
    header = json.dumps({**facts, "count": count, "fields": fields}).encode()
    header += b" " * (-(len(header) + 4) % ALIGN)
    return struct.pack("<I", len(header)) + header + b"".join(parts)


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what `pack` was given: facts with `count` and `fields`, and the columns."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    columns = {
        field["name"]: np.frombuffer(
            data, field["dtype"], header["count"], 4 + length + field["offset"]
        )
        for field in header["fields"]
    }
    return header, columns


def square_of(xy: F32) -> tuple[float, float, float, float]:
    """Return the square (x0, y0, x1, y1) around all points, with a small margin."""
    low, high = xy.min(axis=0).astype(np.float64), xy.max(axis=0).astype(np.float64)
    centre = (low + high) / 2
    half = max(float((high - low).max()) / 2 * 1.04, 1e-6)
    x, y = centre.tolist()
    return (x - half, y - half, x + half, y + half)
