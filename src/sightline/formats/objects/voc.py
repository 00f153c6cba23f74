"""Pascal VOC's XML: one file for each picture, boxes between two corners.

Coordinates are taken as they are written, from 0, as the tools that write VOC today mean them (the
challenge's own files counted pixels from 1). Turned boxes (roLabelImg) and polygons (Roboflow),
which others added, are understood.
"""

from __future__ import annotations

import functools
import math
import re
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.geometry.shapes import shape_from_json
from sightline.formats.objects.labelmap import BACKGROUND, read_labelmap
from sightline.formats.objects.outlines import polygon_of
from sightline.formats.objects.reading import (
    Reading,
    box,
    number,
    plain,
    reason_of,
    score_of,
    whole,
)
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.objects.source import split_of, stem_of, twins_of
from sightline.formats.objects.voc_write import write
from sightline.formats.objects.xml_tree import TRUE, text_in, tree_of
from sightline.formats.records import split_name

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from xml.etree.ElementTree import Element

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.source import Source

__all__ = ["VocReader", "reader", "sniff", "write"]

FLAGS: Final = ("truncated", "difficult", "occluded")
FOLDERS: Final = frozenset({"annotations", "labels", "xml", "xmls"})
"""Folders that hold the files and say nothing of the pictures."""
SNIFFED: Final = 3
_MARK: Final = re.compile(r"\s+-?[01]$")
"""Whether a picture shows a class, in lists of one class."""


_NO: Final = frozenset({None, "", "0"})


def sniff(source: Source) -> bool:
    """Say whether the first XML files are VOC's."""
    found = source.ending(".xml")[:SNIFFED]
    return bool(found) and all(_is_voc(source.head(one, 8192)) for one in found)


def reader(source: Source) -> VocReader:
    """Return what reads it."""
    return VocReader(source)


class VocReader(Reading):
    """Reads one data set."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._files = source.ending(".xml")
        self._splits = split_lists(source)
        self.twins = twins_of(self._files)
        for one in read_labelmap(source):
            if one.name != BACKGROUND:
                self.learn(one.name, one.colour)

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield picture after picture, in the order of the files' names.

        A file that is no XML, or not a safe one, is left out with its reason.

        Raises:
            InvalidInputError: The ZIP is damaged.
        """
        for name in self._files:
            data = self._source.bytes(name)
            try:
                root = tree_of(data, name)
            except InvalidInputError as error:
                self.refuse(name, str(error))
                continue
            if root.tag == "annotation":
                yield self._picture(name, root)
            else:
                self.refuse(name, f"<{root.tag[:40]}> is no annotation of a picture")

    def _picture(self, name: str, root: Element) -> PictureRecord:
        objects = []
        rows = [one for one in root if one.tag == "object"]
        for place, one in enumerate(rows, start=1):
            try:
                objects.append(self._object(one))
            except (ValueError, KeyError, InvalidInputError) as error:
                self.refuse(f"{name}: object {place}", reason_of(error))
        file, path = self._path(name, text_in(root, "filename").replace("\\", "/"))
        size = {one.tag: one.text for one in root.find("size") or ()}
        stem = stem_of(path)
        return PictureRecord(
            path,
            tuple(objects),
            whole(size.get("width")),
            whole(size.get("height")),
            split=self._split(stem) or split_of(name),
            file=file,
        )

    def _split(self, stem: str) -> str:
        return self._splits.get(stem) or self._splits.get(stem.rpartition("/")[2], "")

    def _path(self, name: str, said: str) -> tuple[str, str]:
        """Return the picture's file in the data set, if it is there, and how it is called."""
        folder, _, bare = stem_of(name).rpartition("/")
        inside = _inside(folder)
        stem = f"{inside}/{bare}" if inside else bare
        file = self._source.picture_of(stem) or (said and self._source.picture_of(stem_of(said)))
        if not said:
            return file, file or stem
        return file, said if "/" in said or not inside else f"{inside}/{said}"

    def _object(self, one: Element) -> ObjectRecord:
        texts = {child.tag: child.text for child in reversed(one)}  # the first of a name counts
        flags = [name for name in FLAGS if texts.get(name) not in _NO]
        said: dict[str, Any] = {
            name: True for name in flags if str(texts[name]).strip().lower() in TRUE
        }
        pose = (texts.get("pose") or "").strip()
        if pose and pose.lower() != "unspecified":
            said["pose"] = pose
        for row in one.iterfind("attributes/attribute") if "attributes" in texts else ():
            said[text_in(row, "name")] = _value(row.findtext("value") or "")
        score = texts.get("score") or texts.get("confidence")
        return ObjectRecord(
            self.learn(texts.get("name")),
            _shape(one, texts),
            plain(said) if said else {},
            _score(score) if score else None,
        )


@functools.lru_cache(maxsize=1024)
def _inside(folder: str) -> str:
    """Return a folder without the first ones that only say what lies in them."""
    parts = folder.split("/")
    while parts and parts[0].lower() in FOLDERS:
        parts = parts[1:]
    return "/".join(parts)


def _shape(one: Element, texts: Container[str]) -> Shape:
    """Return the shape of an object, `texts` holding the names of what it consists of."""
    polygon = one.find("polygon") if "polygon" in texts else None
    if polygon is not None and len(polygon):
        return _polygon(polygon)
    turned = one.find("robndbox") if "robndbox" in texts else None
    if turned is not None:
        return _turned(turned)
    found = one.find("bndbox")
    if found is None:
        raise ValueError("it has no bndbox")
    said = {side.tag: side.text for side in found}
    try:
        x1, y1 = float(said["xmin"] or ""), float(said["ymin"] or "")
        return box(x1, y1, float(said["xmax"] or ""), float(said["ymax"] or ""))
    except (ValueError, KeyError):
        return box(*(_number(found, key) for key in ("xmin", "ymin", "xmax", "ymax")))


def _polygon(one: Element) -> Shape:
    """Return the polygon of <x1>, <y1>, <x2>, ..."""
    flat: list[float] = []
    place = 1
    while one.find(f"x{place}") is not None:
        flat += (_number(one, f"x{place}"), _number(one, f"y{place}"))
        place += 1
    return polygon_of([flat])


def _turned(one: Element) -> Shape:
    """Return the box of a centre, a size and an angle in radians, clockwise as seen."""
    values = [_number(one, key) for key in ("cx", "cy", "w", "h", "angle")]
    return shape_from_json("obb", [*values[:4], math.degrees(values[4])])


def _number(parent: Element, key: str) -> float:
    text = text_in(parent, key)
    try:
        return number(text)
    except ValueError:
        raise ValueError(f"{key} {text[:40]!r} is no number") from None


def _score(text: str) -> float | None:
    try:
        return score_of(number(text))
    except ValueError:
        return None


def _value(text: str) -> str | float | bool:
    """Return an attribute as it was before it became text."""
    if text in {"true", "false"}:
        return text == "true"
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def split_lists(source: Source) -> dict[str, str]:
    """Return the split of each picture, by its path without ending, and by its bare name.

    They are told by lists as `ImageSets/Main/train.txt`, one picture in a line.
    """
    found: dict[str, str] = {}
    for name in source.ending(".txt"):
        start, _, last = name.rpartition("/")
        split = split_name(stem_of(last))
        if split and "imagesets" in start.lower().split("/"):
            for line in source.text(name).splitlines():
                stem = _MARK.sub("", line.strip())
                found.setdefault(stem, split)
                found.setdefault(stem.rpartition("/")[2], split)
    return found


def _is_voc(head: bytes) -> bool:
    return b"<annotation" in head and b"<annotations" not in head and b"<dataset" not in head
