"""Write outlined pictures as folders that trainers of segmentation read.

    train/images/, val/images/      the pictures: hard links where the disk can, else copies
    train/labels/, val/labels/      YOLO lines: class, then the corners of one ring in fractions
    train/_annotations.coco.json    COCO, and the same below val/; exact, with holes
    labelmap.txt                    names of the classes, a line each, as YOLO numbers them
    data.yaml                       the same for Ultralytics

Pictures of the test split, where there are any, lie below test/ in the same way.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from sightline.core.geometry.convert import to_polygon
from sightline.core.labels import SPLITS
from sightline.formats.names import Taken, safe_part
from sightline.formats.objects import coco_write
from sightline.formats.objects.source import stem_of
from sightline.formats.objects.yolo_write import data_yaml, line_of
from sightline.formats.sinks import FULL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sightline.core.geometry.shapes import Mask, Shape
    from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord

    Fill = Callable[[Shape, int, int], Mask | None]

ALWAYS: Final = SPLITS[:2]
"""Splits whose folders are there even when they are empty."""
COCO: Final = "_annotations.coco.json"
LABELMAP: Final = "labelmap.txt"


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture that is in its place."""

    record: PictureRecord
    file: str
    """Below the folder, with `/`."""


class TreeWriter:
    """Writes one tree into a folder that is empty."""

    def __init__(
        self, folder: Path, classes: Sequence[ClassInfo], *, fill: Fill, scratch: Path
    ) -> None:
        self.splits: Counter[str] = Counter()
        """Pictures of each split."""
        self.objects: Counter[str] = Counter()
        """Objects of each split."""
        self.linked = 0
        self.copied = 0
        self._folder = folder
        self._classes = tuple(classes)
        self._numbers = {one.name: place for place, one in enumerate(classes)}
        self._fill = fill
        self._scratch = scratch
        self._taken = Taken()
        for split in ALWAYS:
            self._make(split)

    def write(
        self, pictures: Iterable[PictureRecord], placed: Callable[[Placed], None]
    ) -> dict[str, int]:
        """Write pictures, in pixels, with boxes and polygons; `source` is where each one lies.

        `placed` is told of each. Returns the pictures of each split.

        Raises:
            OSError: The disk refuses.
        """
        each = self._each(pictures, placed)
        sink = _CocoSink(self._folder)
        coco_write.write(sink, each, self._classes, self._scratch, fill=self._fill)
        for split in ALWAYS:
            if not self.splits[split]:
                empty = _CocoSink(self._folder, split)
                coco_write.write(empty, (), self._classes, self._scratch, single=True)
        names = "".join(f"{one.name}\n" for one in self._classes)
        (self._folder / LABELMAP).write_text(names, "utf-8", newline="\n")
        text = data_yaml(self._classes, "segment", place="{}/images")
        (self._folder / "data.yaml").write_text(text, "utf-8", newline="\n")
        return dict(self.splits)

    def _each(
        self, pictures: Iterable[PictureRecord], placed: Callable[[Placed], None]
    ) -> Iterator[PictureRecord]:
        """Place each picture with its label file, and hand it on to COCO."""
        for given in pictures:
            one = replace(given, objects=tuple(map(_outlined, given.objects)))
            split = one.split or ALWAYS[0]
            name = self._claim(one)
            if not self.splits[split]:
                self._make(split)
            self._place(Path(one.source), self._folder / split / "images" / name)
            text = "".join(
                line_of(thing, self._numbers[thing.label], one.width, one.height)
                for thing in one.objects
            )
            label = self._folder / split / "labels" / f"{stem_of(name)}.txt"
            label.write_text(text, "utf-8", newline="\n")
            self.splits[split] += 1
            self.objects[split] += len(one.objects)
            placed(Placed(one, f"{split}/images/{name}"))
            yield replace(one, path=f"images/{name}", split=split)

    def _claim(self, one: PictureRecord) -> str:
        """Return a name with its ending whose stem no other picture of the tree has."""
        name = safe_part(one.path.rpartition("/")[2])
        stem = stem_of(name)
        mark = hashlib.sha256(one.path.encode("utf-8", "surrogatepass")).hexdigest()
        return self._taken.claim(stem, mark) + name[len(stem) :]

    def _make(self, split: str) -> None:
        for kind in ("images", "labels"):
            (self._folder / split / kind).mkdir(parents=True, exist_ok=True)

    def _place(self, source: Path, target: Path) -> None:
        """Link a picture, or copy it where the disk cannot."""
        try:
            os.link(source, target)
            self.linked += 1
        except OSError as error:
            if error.errno in FULL:
                raise
            shutil.copyfile(source, target)
            self.copied += 1


class _CocoSink:
    """Lets each of COCO's files lie in the folder of its split."""

    def __init__(self, folder: Path, split: str = "") -> None:
        self._folder = folder
        self._split = split
        """Of the one file that is written; "": its name says it."""

    def add(self, name: str, source: IO[bytes], size: int) -> tuple[str, int]:
        """Write a file; its hash is nobody's business here."""
        split = self._split or stem_of(name).rpartition("_")[2]
        if split in SPLITS:  # "all" is what COCO calls a set without pictures
            with (self._folder / split / COCO).open("wb") as out:
                shutil.copyfileobj(source, out)
        return "", size

    def place(self, name: str, file: Path) -> tuple[str, int]:
        """Take no picture: they are in their places already."""
        return name, file.stat().st_size


def _outlined(one: ObjectRecord) -> ObjectRecord:
    """Return an object with its box as the polygon of its corners."""
    shape = to_polygon(one.shape)
    return one if shape is None else replace(one, shape=shape)
