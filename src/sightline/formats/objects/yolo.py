"""YOLO's text files (Ultralytics v5 and later, darknet): boxes, polygons, oriented boxes, poses.

One `.txt` for each picture, one line for each object, all coordinates as fractions of the picture's
sides: what is read is in the frame 1 x 1. Folders as Ultralytics has them (`labels/train/`), as
Roboflow has them (`train/labels/`), or pictures and texts side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sightline.formats.objects.reading import Reading
from sightline.formats.objects.records import ClassInfo, PictureRecord
from sightline.formats.objects.source import split_of, stem_of, twins_of
from sightline.formats.objects.yolo_classes import NO_LABELS, card_of
from sightline.formats.objects.yolo_lines import Lines, looks_like_labels, task_of
from sightline.formats.objects.yolo_write import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.formats.objects.records import ObjectRecord
    from sightline.formats.objects.source import Source

__all__ = ["YoloReader", "reader", "sniff", "write"]

SAMPLES: Final = 200
"""Label files that are looked at to tell polygons from oriented boxes."""
SNIFFED: Final = 5


def sniff(source: Source) -> bool:
    """Say whether there are label files, and the first of them hold labels."""
    found = _label_files(source)
    heads = [source.head(one, 4096).decode("utf-8-sig", "replace") for one in found[:SNIFFED]]
    filled = [one for one in heads if one.strip()]
    if filled:
        return all(looks_like_labels(one) for one in filled)
    return bool(found) and any("/labels/" in f"/{one}" for one in found)


def reader(source: Source) -> YoloReader:
    """Return what reads it."""
    return YoloReader(source)


class YoloReader(Reading):
    """Reads one data set."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._files = _label_files(source)
        self._card = card_of(source)
        self.twins = twins_of(self._files)
        self.classes = self._classes()

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield picture after picture, in the order of the label files' names.

        Raises:
            InvalidInputError: A file is damaged.
        """
        lines = Lines(self._card, self._task())
        met: set[str] = set()
        for name in self._files:
            objects = self._objects(name, lines)
            met.update(one.label for one in objects)
            file, path = self._picture(name)
            split = self._split(path) or split_of(name)
            yield PictureRecord(path, tuple(objects), 1, 1, split=split, file=file)
        if not self.classes:
            self.classes = [ClassInfo(one) for one in sorted(met, key=int)]

    def _objects(self, name: str, lines: Lines) -> list[ObjectRecord]:
        found = []
        for place, line in enumerate(self._source.text(name).splitlines(), start=1):
            try:
                one = lines.read(line)
            except (ValueError, OverflowError) as error:
                self.refuse(f"{name}:{place}", str(error))
                continue
            if one is not None:
                found.append(one)
        return found

    def _task(self) -> str:
        asked = self._source.options.task
        if asked and asked != "detect":  # "yolo" means any of them
            return asked
        samples: list[str] = []
        if not (self._card.task or self._card.points):
            for name in self._files[:SAMPLES]:
                samples += self._source.text(name).splitlines()
        return task_of(samples, self._card)

    def _picture(self, name: str) -> tuple[str, str]:
        """Return the picture's file in the data set, if it is there, and how it is called."""
        stem = stem_of(name)
        parts = stem.split("/")
        at = max((n for n, one in enumerate(parts[:-1]) if one == "labels"), default=-1)
        if at >= 0:
            stem = "/".join([*parts[:at], "images", *parts[at + 1 :]])
        file = self._source.picture_of(stem)
        return file, file or stem

    def _split(self, path: str) -> str:
        """Return the split that the data set's own file gives a path."""
        for start, split in self._card.splits.items():
            if path.startswith(f"{start}/"):
                return split
        return ""

    def _classes(self) -> list[ClassInfo]:
        names = self._card.names
        skeleton = None
        if self._card.points and (self._card.point_names or self._card.edges):
            skeleton = {"names": self._card.point_names, "edges": self._card.edges}
        return [ClassInfo(names[one], skeleton=skeleton) for one in sorted(names)]


def _label_files(source: Source) -> list[str]:
    """Return the files that may hold labels: those in folders called `labels`, else every text."""
    texts = [
        one for one in source.ending(".txt") if one.rpartition("/")[2].lower() not in NO_LABELS
    ]
    inside = [one for one in texts if "/labels/" in f"/{one}"]
    return inside or texts
