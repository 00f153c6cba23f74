"""PNG masks: pictures whose pixels name classes, and others that name objects.

- `SegmentationClass/` with `SegmentationObject/` and `labelmap.txt`, as PASCAL VOC and CVAT have
  them: one mask for each object;
- a folder of PNGs whose values or colours are classes: one mask for each class of a picture.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.geometry.masks import encode
from sightline.formats.objects.labelmap import BACKGROUND, read_labelmap, rgb_of
from sightline.formats.objects.reading import NAMELESS, Reading
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.objects.source import split_of, stem_of, twins_of
from sightline.formats.objects.voc import split_lists
from sightline.formats.objects.yolo_classes import card_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sightline.formats.objects.source import Source

MOST_PIXELS: Final = 400_000_000
CLASSES: Final = "SegmentationClass"
OBJECTS: Final = "SegmentationObject"
MASK_FOLDERS: Final = frozenset(
    {"masks", "mask", CLASSES.lower(), "semantic_masks", "semantic", "labels", "annotations", "gt"}
)
NOTHING: Final = frozenset(
    {BACKGROUND, "unlabeled", "unlabelled", "void", "__background__", "_background_"}
)
"""What classes are called that are none."""
VOID: Final = 255
"""Pixels at the border of objects, of no class, in PASCAL VOC's files."""
_WORDS: Final = frozenset({"1", "L", "P", "I;16", "I;16B", "I"})
"""Modes whose pixels are one number."""


def sniff(source: Source) -> bool:
    """Say whether there are PNGs in folders for masks, and a list of classes with them."""
    pngs = [one for one in source.ending(".png") if _is_mask(one)]
    listed = bool(read_labelmap(source)) or any(
        one.rpartition("/")[2].lower() in {"labelmap.txt", "classes.txt"}
        or one.endswith((".yaml", ".yml"))
        for one in source.names
    )
    return bool(pngs) and (listed or any(f"/{CLASSES}/" in f"/{one}" for one in pngs))


def reader(source: Source) -> MaskReader:
    """Return what reads it."""
    return MaskReader(source)


class MaskReader(Reading):
    """Reads one data set."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        pngs = source.ending(".png")
        inside = [one for one in pngs if _is_mask(one)]
        classes = [one for one in inside if f"/{CLASSES}/" in f"/{one}"]
        self._files = classes or inside or pngs
        self._there = set(source.names)
        self.twins = twins_of(self._files)
        self._by_colour: dict[int, str] = {}
        self._by_value: dict[int, str] = {}
        self._learn_classes()
        self._splits = split_lists(source)

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield picture after picture, in the order of the files' names.

        Raises:
            InvalidInputError: The ZIP is damaged.
        """
        for name in self._files:
            try:
                values = self._values(name)
                objects = self._objects(name, values)
            except (ValueError, OSError, SyntaxError) as error:
                self.refuse(name, str(error) or "it is no picture that can be read")
                continue
            parts = [one for one in stem_of(name).split("/") if one.lower() not in MASK_FOLDERS]
            stem = "/".join(parts)
            file = self._source.picture_of(f"images/{stem}")
            file = "" if file in self._files else file
            height, width = values.shape[:2]
            yield PictureRecord(
                file or stem,
                tuple(objects),
                width,
                height,
                split=self._splits.get(stem) or self._splits.get(parts[-1]) or split_of(name),
                file=file,
            )

    def _learn_classes(self) -> None:
        listed = read_labelmap(self._source)
        if listed and not self._source.options.classes:
            for place, one in enumerate(listed):
                self._by_value[place] = one.name
                rgb = rgb_of(one.colour)
                if rgb is not None:
                    self._by_colour[_packed(*rgb)] = one.name
        else:
            self._by_value = card_of(self._source).names
        colours = {one.name: one.colour for one in listed}
        for _, name in sorted(self._by_value.items()):
            if name.lower() not in NOTHING:
                self.learn(name, colours.get(name, ""))

    def _values(self, name: str) -> NDArray[Any]:
        """Return (H, W) class numbers, or (H, W) colours as 0xRRGGBB + 2^24."""
        pixels = _pixels(self._source.bytes(name))
        if pixels.ndim == 2:  # noqa: PLR2004
            return pixels
        colour = pixels[..., :3].astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
        if (np.ptp(pixels[..., :3], axis=-1) == 0).all() and not self._by_colour:
            return pixels[..., 0]
        packed: NDArray[Any] = colour + (1 << 24)
        return packed

    def _objects(self, name: str, values: NDArray[Any]) -> list[ObjectRecord]:
        twin = name.replace(f"{CLASSES}/", f"{OBJECTS}/")
        if twin != name and twin in self._there:
            return self._instances(twin, values)
        codes = np.unique(values)
        found = []
        for code in codes.tolist():
            label = self._label(code, codes)
            if label:
                found.append(ObjectRecord(self.learn(label), encode(values == code)))
        return found

    def _instances(self, name: str, values: NDArray[Any]) -> list[ObjectRecord]:
        """Return a mask for each value of the picture of objects; its class is what it covers."""
        numbers = _pixels(self._source.bytes(name))
        if numbers.ndim != 2:  # noqa: PLR2004
            numbers = numbers[..., :3].astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
        if numbers.shape != values.shape:
            raise ValueError(f"{name} is of another size than the picture of classes")
        codes = np.unique(values)
        found = []
        for number in np.unique(numbers).tolist():
            if number in {0, (VOID << 16) + (VOID << 8) + VOID} or (
                number == VOID and numbers.dtype == np.uint8
            ):
                continue
            pixels = numbers == number
            kinds, counts = np.unique(values[pixels], return_counts=True)
            label = self._label(int(kinds[counts.argmax()]), codes)
            if label:
                found.append(ObjectRecord(self.learn(label), encode(pixels)))
        return found

    def _label(self, code: int, codes: NDArray[Any]) -> str:
        """Return the class of a value or colour, empty for the background."""
        if code >= 1 << 24:
            known = self._by_colour.get(code - (1 << 24))
            named = known if known is not None else f"#{code - (1 << 24):06x}"
            is_nothing = named.lower() in NOTHING or (known is None and code in _PLAIN_COLOURS)
            return "" if is_nothing else named
        name = self._by_value.get(code)
        if name is not None:
            return "" if name.lower() in NOTHING else name
        if code == 0 or (code == VOID and (self._by_value or len(codes) > 2)):  # noqa: PLR2004
            return ""
        return NAMELESS if code == VOID else str(code)


_PLAIN_COLOURS: Final = frozenset({1 << 24, (1 << 24) + 0xFFFFFF})


def _pixels(data: bytes) -> NDArray[Any]:
    """Return (H, W) values, of a palette the places in it, or (H, W, 3) colours.

    Raises:
        ValueError: It is no PNG, or has too many pixels.
    """
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise ValueError(f"{width} x {height} pixels are too many")
            if image.mode not in _WORDS:
                return np.asarray(image.convert("RGB"))
            return np.asarray(image).astype(np.uint8) if image.mode == "1" else np.asarray(image)


def _packed(red: int, green: int, blue: int) -> int:
    return (red << 16) + (green << 8) + blue


def _is_mask(name: str) -> bool:
    return any(one.lower() in MASK_FOLDERS for one in name.split("/")[:-1])
