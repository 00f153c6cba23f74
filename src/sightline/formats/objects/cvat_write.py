"""Write CVAT's XML for images, version 1.1. Numbers are exact; CVAT itself rounds to two digits."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

from sightline.core.geometry.shapes import Box, Keypoints, Mask, OrientedBox, Point, Polygon
from sightline.formats.objects import outlines, windows
from sightline.formats.objects.writing import Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
    from sightline.formats.sinks import Sink

NAME: Final = "annotations.xml"
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
PIECE: Final = 1 << 20
_TYPES: Final = ("checkbox", "number", "text")


def write(
    sink: Sink,
    pictures: Iterable[PictureRecord],
    classes: tuple[ClassInfo, ...],
    scratch: Path,
    *,
    images: str = "none",
    **_: Any,
) -> dict[str, int]:
    """Write pictures; coordinates are exact.

    Args:
        sink: Where to: `annotations.xml`, pictures below `images/`.
        pictures: In pixels.
        classes: In their order.
        scratch: A folder for temporary files.
        images: none, copy or link.

    Returns:
        Counts: pictures, objects, files, missing, bytes.
    """
    out = Output(sink, images)
    body = _Body(classes)
    waiting = scratch / "cvat-images.xml"
    with waiting.open("w", encoding="utf-8", newline="\n", buffering=PIECE) as file:
        for number, one in enumerate(pictures):
            name = out.claim(one)
            out.place(one, f"images/{name}")
            file.write(body.image(number, name, one))
    whole = scratch / NAME
    with whole.open("wb") as target, waiting.open("rb") as source:
        target.write(_head(classes, body).encode())
        shutil.copyfileobj(source, target, PIECE)
        target.write(b"</annotations>\n")
    waiting.unlink()
    out.file(NAME, whole)
    whole.unlink()
    return out.counts


class _Body:
    """Makes the images' lines, and learns which attributes there are."""

    def __init__(self, classes: Iterable[ClassInfo]) -> None:
        self.attributes: dict[str, dict[str, int]] = {}
        """By class and name: the place of its type in `_TYPES`."""
        self.joints = {one.name: list(one.skeleton["names"]) for one in classes if one.skeleton}
        self.subsets: dict[str, int] = {}
        """How many images each split has."""
        self._quoted: dict[str, str] = {}

    def image(self, number: int, name: str, one: PictureRecord) -> str:
        """Return the lines of a picture."""
        subset = f" subset={quoteattr(one.split)}" if one.split else ""
        self.subsets[one.split] = self.subsets.get(one.split, 0) + 1
        size = f' width="{one.width}" height="{one.height}"' if one.width and one.height else ""
        lines = [f'  <image id="{number}" name={_text(name)}{subset}{size}>\n']
        if one.label:
            lines.append(f"    <tag label={self._quote(one.label)}></tag>\n")
        for tag in one.tags:
            inside = '<attribute name="tag">true</attribute>'
            lines.append(f"    <tag label={self._quote(tag)}>{inside}</tag>\n")
        groups = outlines.Groups(one.objects)
        for thing in one.objects:
            lines += self._object(thing, groups.of(thing))
        lines.append("  </image>\n")
        return "".join(lines)

    def _object(self, one: ObjectRecord, group: int) -> list[str]:
        shape = one.shape
        attributes = one.attributes
        common = self._quote(one.label)
        common = f'label={common} source="manual" occluded="{int(_is_occluded(one))}"'
        more = f' group_id="{group}"' if group else ""
        if one.score is not None:
            more += f' score="{one.score}"'
        inside = self._values(one.label, attributes) if attributes else ""
        if isinstance(shape, Box):
            place = f'xtl="{shape.x1}" ytl="{shape.y1}" xbr="{shape.x2}" ybr="{shape.y2}"'
            return [f'    <box {common} {place} z_order="0"{more}>{inside}</box>\n']
        if isinstance(shape, Polygon):
            rings = [outlines.one_ring(part) for part in shape.parts]
            end = f'z_order="0"{more}>{inside}</polygon>\n'
            return [f'    <polygon {common} points="{_points(ring)}" {end}' for ring in rings]
        if isinstance(shape, Keypoints):
            bones = self._bones(one.label, shape)
            return [f'    <skeleton {common} z_order="0"{more}>{bones}{inside}</skeleton>\n']
        tag, place = _place(shape)
        return [f'    <{tag} {common} {place} z_order="0"{more}>{inside}</{tag}>\n']

    def _bones(self, label: str, shape: Keypoints) -> str:
        names = self.joints.setdefault(label, [])
        names += [str(at + 1) for at in range(len(names), len(shape.points))]
        found = []
        for name, (x, y, seen) in zip(names, shape.points, strict=False):
            state = f'outside="{int(not seen)}" occluded="{int(seen == 1)}"'
            found.append(
                f"\n      <points label={_text(name)} {state} "
                f'points="{x},{y}" z_order="0"></points>'
            )
        return "".join(found)

    def _values(self, label: str, values: Mapping[str, Any]) -> str:
        known = self.attributes.setdefault(label, {})
        found = []
        for key, value in values.items():
            if not (key == "occluded" and value is True) and key != outlines.GROUP:
                place = _type_of(value)
                known[key] = place if known.get(key, place) == place else len(_TYPES) - 1
                text = escape(_word(value), {"\r": "&#13;"})
                found.append(f"\n      <attribute name={_text(key)}>{text}</attribute>")
        return "".join(found)

    def _quote(self, label: str) -> str:
        found = self._quoted.get(label)
        if found is None:
            found = self._quoted[label] = _text(label)
        return found


def _head(classes: Sequence[ClassInfo], body: _Body) -> str:
    """Return all that stands before the images.

    Without splits that of a task; else that of a project, which has a task for each of them. The
    encoding, UTF-8, is not named: one is enough for some readers to refuse the file.
    """
    labels = ["      <labels>\n"]
    for one in classes:
        joints = body.joints.get(one.name, ())
        labels.append(_label(one.name, one.colour, body.attributes.get(one.name, {}), bool(joints)))
        labels += [
            f"        <label><name>{_inside(joint)}</name><type>points</type>"
            f"<attributes></attributes><parent>{_inside(one.name)}</parent></label>\n"
            for joint in joints
        ]
    labels.append("      </labels>\n")
    tasks = [
        f"<size>{count}</size><mode>annotation</mode><subset>{_inside(split)}</subset>"
        for split, count in body.subsets.items()
    ]
    if any(body.subsets):
        inside = "".join(f"        <task>{one}</task>\n" for one in tasks)
        kind, more = "project", f"      <tasks>\n{inside}      </tasks>\n"
    else:
        size = sum(body.subsets.values())
        kind, more = "task", f"      <size>{size}</size>\n      <mode>annotation</mode>\n"
    return (
        '<?xml version="1.0"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n'
        f"    <{kind}>\n{more}{''.join(labels)}    </{kind}>\n  </meta>\n"
    )


def _label(name: str, colour: str, attributes: Mapping[str, int], is_skeleton: bool) -> str:
    kind = "skeleton" if is_skeleton else "any"
    inside = "".join(
        f"<attribute><name>{_inside(key)}</name><mutable>False</mutable>"
        f"<input_type>{_TYPES[place]}</input_type><default_value></default_value>"
        f"<values>{_range(place)}</values></attribute>"
        for key, place in attributes.items()
    )
    shade = f"<color>{_inside(colour)}</color>" if colour else ""
    return (
        f"        <label><name>{_inside(name)}</name>{shade}<type>{kind}</type>"
        f"<attributes>{inside}</attributes></label>\n"
    )


def _place(shape: Any) -> tuple[str, str]:
    """Return the element and the place of a shape that is neither upright box nor polygon."""
    if isinstance(shape, OrientedBox):
        x1, y1, x2, y2 = outlines.upright_corners(shape)
        place = f'xtl="{x1}" ytl="{y1}" xbr="{x2}" ybr="{y2}"'
        return "box", f'{place} rotation="{shape.angle % 360}"'
    if isinstance(shape, Point):
        return "points", f'points="{shape.x},{shape.y}"'
    if not isinstance(shape, Mask):
        raise TypeError(f"CVAT has no {type(shape).__name__}")
    window, left, top = windows.window_of(shape)
    runs = ", ".join(map(str, windows.rows_of(window).tolist()))
    high, wide = window.shape
    return "mask", f'rle="{runs}" left="{left}" top="{top}" width="{wide}" height="{high}"'


def _points(ring: Sequence[float]) -> str:
    values = iter(ring)
    return ";".join([f"{x},{y}" for x, y in zip(values, values, strict=True)])


def _is_occluded(one: ObjectRecord) -> bool:
    return one.attributes.get("occluded") is True


def _type_of(value: Any) -> int:
    if isinstance(value, bool):
        return _TYPES.index("checkbox")
    return _TYPES.index("number" if isinstance(value, int | float) else "text")


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _clean(str(value))


def _range(place: int) -> str:
    return "-1000000000;1000000000;1" if _TYPES[place] == "number" else ""


def _text(value: str) -> str:
    """Return a value in quotes; line ends stay what they are."""
    return quoteattr(_clean(value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _inside(value: str) -> str:
    return escape(_clean(value))


def _clean(value: str) -> str:
    """Return a text without the characters that XML has no way to write."""
    return value if value.isprintable() else _UNWRITABLE.sub(" ", value)
