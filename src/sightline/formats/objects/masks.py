"""PNG masks, both ways: see `masks_read` and `write`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.geometry.masks import decode
from sightline.core.geometry.shapes import Mask
from sightline.core.labels import SPLITS
from sightline.formats.objects.labelmap import NAME, labelmap_text, rgb_of, voc_colour
from sightline.formats.objects.masks_read import CLASSES, OBJECTS, MaskReader, reader, sniff
from sightline.formats.objects.source import stem_of
from sightline.formats.objects.writing import Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sightline.formats.objects.records import ClassInfo, PictureRecord
    from sightline.formats.sinks import Sink

__all__ = ["MaskReader", "reader", "sniff", "write"]

FOLDER: Final = "JPEGImages"
PALETTE: Final = 254
"""Values that fit in a palette beside the background and the void."""


def write(
    sink: Sink,
    pictures: Iterable[PictureRecord],
    classes: tuple[ClassInfo, ...],
    scratch: Path,
    *,
    images: str = "none",
    **_: Any,
) -> dict[str, int]:
    """Write a PNG of classes and one of objects for each picture; what lies on top hides.

    Returns:
        Counts: pictures, objects, files, missing, bytes.
    """
    del scratch
    out = Output(sink, images)
    numbers = {one.name: place for place, one in enumerate(classes, start=1)}
    colours = [rgb_of(one.colour) or voc_colour(n) for n, one in enumerate(classes, start=1)]
    splits: dict[str, list[str]] = {split: [] for split in SPLITS}
    for one in pictures:
        name = out.claim(one)
        stem = stem_of(name)
        out.place(one, f"{FOLDER}/{name}")
        kinds, things = drawn(one, numbers)
        out.bytes(f"{CLASSES}/{stem}.png", _png(kinds, len(classes), colours))
        out.bytes(f"{OBJECTS}/{stem}.png", _png(things, len(one.objects), ()))
        splits[one.split or "train"].append(stem)
    for split, stems in splits.items():
        if stems:
            out.text(f"ImageSets/Segmentation/{split}.txt", "".join(f"{one}\n" for one in stems))
    out.text(NAME, labelmap_text(classes))
    return out.counts


def drawn(
    one: PictureRecord, numbers: dict[str, int]
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Return (H, W) numbers of classes and of objects, from 1; 0 is nothing."""
    kinds = np.zeros((one.height, one.width), np.uint16)
    things = np.zeros_like(kinds)
    for place, thing in enumerate(one.objects, start=1):
        if isinstance(thing.shape, Mask):
            pixels = decode(thing.shape)
            kinds[pixels] = numbers[thing.label]
            things[pixels] = place
    return kinds, things


def _png(values: NDArray[np.uint16], most: int, colours: Sequence[tuple[int, int, int]]) -> bytes:
    """Return a PNG: with a palette as long as that holds all values, else of 16 bits."""
    from PIL import Image

    out = io.BytesIO()
    if most > PALETTE:
        Image.fromarray(values).save(out, "PNG")
        return out.getvalue()
    image = Image.frombytes("P", values.shape[::-1], values.astype(np.uint8).tobytes())
    palette = [0, 0, 0]
    for place in range(1, 256):
        palette += colours[place - 1] if place <= len(colours) else voc_colour(place)
    image.putpalette(palette)
    image.save(out, "PNG")
    return out.getvalue()
