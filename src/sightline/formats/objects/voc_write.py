"""Write Pascal VOC's XML: `Annotations/`, `ImageSets/Main/`, `labelmap.txt`; coordinates exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.core.labels import SPLITS
from sightline.formats.objects.labelmap import NAME, labelmap_text
from sightline.formats.objects.source import stem_of
from sightline.formats.objects.writing import Output, tidy
from sightline.formats.objects.xml_tree import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
    from sightline.formats.sinks import Sink

OWN: Final = frozenset({"truncated", "difficult", "occluded", "pose"})
"""Attributes with elements of their own."""
FOLDER: Final = "JPEGImages"


def write(
    sink: Sink,
    pictures: Iterable[PictureRecord],
    classes: tuple[ClassInfo, ...],
    scratch: Path,
    *,
    images: str = "none",
    **_: Any,
) -> dict[str, int]:
    """Write pictures with boxes.

    Returns:
        Counts: pictures, objects, files, missing, bytes.
    """
    del scratch
    out = Output(sink, images)
    splits: dict[str, list[str]] = {split: [] for split in SPLITS}
    for one in pictures:
        name = out.claim(one)
        out.place(one, f"{FOLDER}/{name}")
        out.text(f"Annotations/{stem_of(name)}.xml", xml_of(one, name))
        splits[one.split or "train"].append(stem_of(name))
    for split, stems in splits.items():
        if stems:
            out.text(f"ImageSets/Main/{split}.txt", "".join(f"{stem}\n" for stem in stems))
    out.text(NAME, labelmap_text(classes))
    return out.counts


def xml_of(one: PictureRecord, name: str) -> str:
    """Return a picture's document."""
    objects = "".join(_object(thing) for thing in one.objects)
    return (
        f"<annotation>\n  <folder>{FOLDER}</folder>\n  <filename>{escaped(name)}</filename>\n"
        f"  <size><width>{one.width}</width><height>{one.height}</height><depth>3</depth></size>\n"
        f"  <segmented>0</segmented>\n{objects}</annotation>\n"
    )


def _object(one: ObjectRecord) -> str:
    x1, y1, x2, y2 = (tidy(value) for value in one.shape.bounds())
    said = one.attributes
    flags = "".join(
        f"<{key}>{int(said.get(key) is True)}</{key}>"
        for key in ("truncated", "difficult", "occluded")
    )
    pose = escaped(str(said.get("pose", "Unspecified")))
    score = "" if one.score is None else f"    <score>{one.score!r}</score>\n"
    return (
        f"  <object>\n    <name>{escaped(one.label)}</name>\n    <pose>{pose}</pose>{flags}\n"
        f"    <bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin>"
        f"<xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox>\n"
        f"{score}{_rest(one)}  </object>\n"
    )


def _rest(one: ObjectRecord) -> str:
    rows = "".join(
        f"<attribute><name>{escaped(key)}</name><value>{escaped(_text(value))}</value></attribute>"
        for key, value in one.attributes.items()
        if key not in OWN
    )
    return f"    <attributes>{rows}</attributes>\n" if rows else ""


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
