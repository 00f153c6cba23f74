"""CVAT's XML for images, version 1.1: boxes, polygons, masks, skeletons, points, ellipses, tags.

A file is read as a stream by expat. A document type, which nothing in this format needs, and with
it every entity that could be made to grow, is refused as soon as it begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from sightline.core.errors import InvalidInputError
from sightline.formats.archive import guarded
from sightline.formats.objects import outlines, windows
from sightline.formats.objects.cvat_meta import Meta
from sightline.formats.objects.cvat_write import write
from sightline.formats.objects.reading import (
    FAULTS,
    Reading,
    box,
    image_level,
    near,
    number,
    reason_of,
    score_of,
    whole,
)
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.records import split_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightline.core.geometry.shapes import Shape
    from sightline.formats.objects.source import Source

__all__ = ["CvatReader", "reader", "sniff", "write"]

PIECE: Final = 1 << 18
_LINES: Final = "a line has no area"
_SHAPES: Final = frozenset(
    {"box", "polygon", "points", "mask", "ellipse", "skeleton", "polyline", "cuboid"}
)


def sniff(source: Source) -> bool:
    """Say whether an XML file begins like CVAT's."""
    return any(_is_cvat(source, one) for one in source.ending(".xml"))


def reader(source: Source) -> CvatReader:
    """Return what reads it."""
    return CvatReader(source)


class CvatReader(Reading):
    """Reads all XML files of CVAT that a data set holds."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        every = source.ending(".xml")
        self._files = [one for one in every if _is_cvat(source, one)] or every[:1]
        if not self._files:
            raise InvalidInputError(
                f"{source.files.name} holds no XML file", hint="name another --format"
            )

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield picture after picture.

        Raises:
            InvalidInputError: A file is damaged, is none of CVAT's, or has a document type.
        """
        files = self._source.files
        for name in self._files:
            parser = _Parser(self, self._source, name)
            with guarded(files.name, name), files.open(name) as file:
                while data := file.read(PIECE):
                    yield from parser.feed(data)
                yield from parser.feed(b"", last=True)


class _Parser:
    """One file: what expat tells becomes pictures."""

    def __init__(self, reading: Reading, source: Source, name: str) -> None:
        self._reading = reading
        self._source = source
        self._name = name
        self._ready: list[PictureRecord] = []
        self._meta = Meta(reading)
        self._depth = 0
        self._image: dict[str, str] | None = None
        self._found = outlines.Gathered()
        self._orders: list[int] = []
        self._tags: tuple[list[str], list[str]] = ([], [])
        self._shape: dict[str, str] | None = None
        self._skeleton: dict[str, str] | None = None
        self._points: dict[str, tuple[float, float, int]] = {}
        self._values: dict[str, Any] = {}
        self._text: list[str] = []
        self._key = ""
        self._expat = _safe(self._start, self._end, name)
        self._read: dict[str, Callable[[dict[str, str]], Shape]] = {
            "box": _box,
            "polygon": lambda one: outlines.polygon_of([_numbers(one["points"])]),
            "points": _points,
            "mask": self._mask,
            "ellipse": _ellipse,
        }

    def feed(self, data: bytes, *, last: bool = False) -> list[PictureRecord]:
        """Return the pictures that are complete now.

        Raises:
            InvalidInputError: It is no XML, or none that is safe.
        """
        try:
            self._expat.Parse(data, last)
        except expat.ExpatError as error:
            raise InvalidInputError(
                f"{self._name} is no XML that can be read: {error}",
                hint="it may be cut off: fetch or export it again",
            ) from error
        done, self._ready = self._ready, []
        return done

    def _start(self, tag: str, values: dict[str, str]) -> None:
        if self._meta.within or tag == "meta":
            self._meta.start(tag, self._expat)
        elif tag in _SHAPES and self._image is not None:
            self._begin(tag, values)
        elif tag == "image":
            self._open(values)
        elif tag == "attribute":
            self._listen(values)
        elif tag == "tag" and self._image is not None:
            self._shape, self._values = values, {}
        elif tag != "annotations" and self._depth == 0:
            raise InvalidInputError(
                f"{self._name} is no XML of CVAT: it begins with <{tag[:40]}>",
                hint="name another --format",
            )
        elif tag == "track":
            where = f"{self._name}: track {values.get('id', '')}"
            self._reading.refuse(where, "tracks are of videos: export it as CVAT for images")
        self._depth += 1

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._meta.within:
            self._meta.end(tag, self._expat)
        elif tag in _SHAPES and self._image is not None:
            self._close(tag)
        elif tag == "attribute":
            self._keep()
        elif tag == "tag" and self._shape is not None:
            self._tag(self._shape)
        elif tag == "image" and self._image is not None:
            self._finish(self._image)

    def _open(self, values: dict[str, str]) -> None:
        self._image = values
        self._found, self._orders, self._tags = outlines.Gathered(), [], ([], [])
        self._shape = self._skeleton = None

    def _begin(self, tag: str, values: dict[str, str]) -> None:
        if tag == "skeleton":
            self._skeleton, self._points = values, {}
            self._values = {}
        elif self._skeleton is None:
            self._values = {}
        self._shape = values

    def _listen(self, values: dict[str, str]) -> None:
        """Begin to listen to the value of an attribute."""
        self._text = []
        self._key = values.get("name", "")
        self._expat.CharacterDataHandler = self._text.append

    def _keep(self) -> None:
        """Take the value of an attribute; those of a skeleton's points have no place here."""
        self._expat.CharacterDataHandler = None
        if self._shape is not None and (self._skeleton is None or self._shape is self._skeleton):
            label = self._shape.get("label", "")
            self._values[self._key] = self._meta.value(label, self._key, "".join(self._text))

    def _close(self, tag: str) -> None:
        shape, self._shape = self._shape, self._skeleton
        if shape is None:
            return
        try:
            if self._skeleton is None:
                self._object(tag, shape)
            elif tag == "skeleton":
                self._bones(self._skeleton)
            else:
                self._points[shape["label"]] = _joint(shape)
        except FAULTS as error:
            image = (self._image or {}).get("name", "")
            self._reading.refuse(f"{self._name}: {image}: {tag}", reason_of(error))
        if tag == "skeleton":
            self._skeleton = self._shape = None

    def _object(self, tag: str, values: dict[str, str]) -> None:
        read = self._read.get(tag)
        if read is None:
            raise ValueError(_LINES if tag == "polyline" else f"a {tag} has no place in a picture")
        record = self._record(values, read(values))
        order = int(values.get("z_order") or 0)
        if tag == "polygon":
            before = len(self._found.objects)
            self._found.add_ring(record, record.attributes.get(outlines.GROUP))
            if len(self._found.objects) == before:
                return
        else:
            self._found.add(record)
        self._orders.append(order)

    def _bones(self, values: dict[str, str]) -> None:
        names = self._meta.joints(self._reading.learn(values["label"]), self._points)
        points = [self._points.get(one, (0.0, 0.0, 0)) for one in names]
        order = int(values.get("z_order") or 0)
        self._found.add(self._record(values, outlines.keypoints_of(points)))
        self._orders.append(order)

    def _record(self, values: dict[str, str], shape: Shape) -> ObjectRecord:
        attributes = self._values
        if values.get("occluded") == "1":
            attributes["occluded"] = True
        group = values.get("group_id")
        if group and group.isdigit() and int(group):
            attributes[outlines.GROUP] = int(group)
        written = values.get("score")
        score = score_of(number(written)) if written else None
        return ObjectRecord(self._reading.learn(values["label"]), shape, attributes, score)

    def _mask(self, values: dict[str, str]) -> Shape:
        image = self._image or {}
        runs = [int(one) for one in values["rle"].split(",")]
        sides = (int(values["width"]), int(values["height"]))
        window = windows.window_of_rows(runs, *sides)
        place = (int(number(values["left"])), int(number(values["top"])))
        return windows.mask_at(
            window, *place, whole(image.get("width")), whole(image.get("height"))
        )

    def _tag(self, values: dict[str, str]) -> None:
        self._shape = None
        if "label" in values:
            self._tags[self._values.get("tag") is True].append(values["label"])

    def _finish(self, values: dict[str, str]) -> None:
        self._image = None
        name = values.get("name", "").replace("\\", "/")
        if not name:
            where = f"{self._name}: image {values.get('id', '')}"
            self._reading.refuse(where, "it has no name")
            return
        label, tags = image_level(*self._tags)
        if label:
            self._reading.learn(label)
        objects = self._found.objects
        if any(self._orders):
            order = sorted(range(len(objects)), key=self._orders.__getitem__)
            objects = [objects[one] for one in order]
        self._ready.append(
            PictureRecord(
                name,
                tuple(objects),
                whole(values.get("width")),
                whole(values.get("height")),
                label=label,
                tags=tags,
                split=split_name(values.get("subset", "")),
                file=near(self._source, self._name, name, values.get("subset", "")),
            )
        )


def _safe(
    start: Callable[[str, dict[str, str]], None], end: Callable[[str], None], name: str
) -> expat.XMLParserType:
    """Return a parser that refuses every document type, and so all entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end

    def forbid(*_: object) -> int:
        raise InvalidInputError(
            f"{name} has a document type or entities, which can be made to grow without end",
            hint="export it again, or take the <!DOCTYPE ...> out if you trust it",
        )

    parser.StartDoctypeDeclHandler = forbid
    parser.EntityDeclHandler = forbid
    parser.ExternalEntityRefHandler = forbid
    return parser


def _box(values: dict[str, str]) -> Shape:
    x1, y1 = number(values["xtl"]), number(values["ytl"])
    x2, y2 = number(values["xbr"]), number(values["ybr"])
    turn = values.get("rotation")
    return outlines.turned(x1, y1, x2, y2, number(turn)) if turn else box(x1, y1, x2, y2)


def _points(values: dict[str, str]) -> Shape:
    """Return a single point as such, several as keypoints of one object."""
    found = _numbers(values["points"])
    points = list(zip(found[::2], found[1::2], strict=True))
    if len(points) == 1:
        return outlines.point(*points[0])
    return outlines.keypoints_of([(x, y, 2) for x, y in points])


def _ellipse(values: dict[str, str]) -> Shape:
    cx, cy, rx, ry = (number(values[key]) for key in ("cx", "cy", "rx", "ry"))
    return outlines.ellipse(cx, cy, rx, ry, number(values.get("rotation") or "0"))


def _joint(values: dict[str, str]) -> tuple[float, float, int]:
    if values.get("outside") == "1":
        return 0.0, 0.0, 0
    x, y = _numbers(values["points"])
    return x, y, 1 if values.get("occluded") == "1" else 2


def _numbers(text: str) -> list[float]:
    """Return the numbers of `x,y;x,y`, also with decimal commas.

    Raises:
        ValueError: There is something else, or half of a pair.
    """
    pairs, commas = text.count(";") + 1, text.count(",")
    if commas == pairs:
        return [float(one) for one in text.replace(";", ",").split(",")]
    if commas != 3 * pairs:
        raise ValueError("its points are not x,y;x,y;...")
    parts = text.replace(";", ",").split(",")
    return [float(f"{a}.{b}") for a, b in zip(parts[::2], parts[1::2], strict=True)]


def _is_cvat(source: Source, name: str) -> bool:
    head = source.head(name)
    return b"<annotations" in head and (b"<image" in head or b"<meta" in head or b"<track" in head)
