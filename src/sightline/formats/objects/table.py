"""Formats of objects by name. Listing them imports none.

A format is a module with three functions: `sniff(source) -> bool`, `reader(source) -> ObjectReader`
and `write(sink, pictures, classes, scratch, **options) -> dict[str, int]`.
"""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.formats.archive import FolderContainer, ZipContainer
from sightline.formats.bundle import root_of
from sightline.formats.objects.source import OneFile, ReadOptions, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.core.geometry.shapes import Kind
    from sightline.formats.objects.records import ObjectReader, ObjectWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What is known of a format before its code is loaded."""

    name: str
    title: str
    """As people call it."""
    module: str
    holds: tuple[Kind, ...]
    """Shapes that it keeps as they are; others become the nearest of these, or are left out."""
    task: str = ""
    """What `ReadOptions.task` and the writer are told."""
    single: str = ""
    """How its file ends where one file can hold all; empty: none can."""
    reads: bool = True
    writes: bool = True
    scores: bool = False
    attributes: bool = False


_PACKAGE: Final = "sightline.formats.objects"
_ALL: Final = (
    Format(
        name="yolo",
        title="YOLO boxes",
        module=f"{_PACKAGE}.yolo",
        holds=("box",),
        task="detect",
        scores=True,
    ),
    Format(
        name="yolo-seg",
        title="YOLO polygons",
        module=f"{_PACKAGE}.yolo",
        holds=("polygon",),
        task="segment",
    ),
    Format(
        name="yolo-obb",
        title="YOLO oriented boxes",
        module=f"{_PACKAGE}.yolo",
        holds=("obb",),
        task="obb",
    ),
    Format(
        name="yolo-pose",
        title="YOLO poses",
        module=f"{_PACKAGE}.yolo",
        holds=("keypoints", "box"),
        task="pose",
    ),
    Format(
        name="dota",
        title="DOTA",
        module=f"{_PACKAGE}.dota",
        holds=("obb",),
    ),
    Format(
        name="coco",
        title="COCO JSON",
        module=f"{_PACKAGE}.coco",
        holds=("box", "polygon", "mask", "obb", "keypoints", "point"),
        single=".json",
        scores=True,
        attributes=True,
    ),
    Format(
        name="datumaro",
        title="Datumaro JSON",
        module=f"{_PACKAGE}.datumaro",
        holds=("box", "polygon", "mask", "obb", "keypoints", "point"),
        scores=True,
        attributes=True,
    ),
    Format(
        name="labelstudio",
        title="Label Studio JSON",
        module=f"{_PACKAGE}.labelstudio",
        holds=("box", "polygon", "mask", "obb", "keypoints", "point"),
        scores=True,
        attributes=True,
    ),
    Format(
        name="labelme",
        title="labelme and X-AnyLabeling JSON",
        module=f"{_PACKAGE}.labelme",
        holds=("box", "polygon", "mask", "obb", "keypoints", "point"),
        scores=True,
        attributes=True,
    ),
    Format(
        name="cvat",
        title="CVAT for images (XML)",
        module=f"{_PACKAGE}.cvat",
        holds=("box", "polygon", "mask", "obb", "keypoints", "point"),
        single=".xml",
        scores=True,
        attributes=True,
    ),
    Format(
        name="voc",
        title="Pascal VOC",
        module=f"{_PACKAGE}.voc",
        holds=("box",),
        scores=True,
        attributes=True,
    ),
    Format(
        name="masks",
        title="PNG masks",
        module=f"{_PACKAGE}.masks",
        holds=("mask",),
    ),
    Format(
        name="crops",
        title="Crops in class folders",
        module=f"{_PACKAGE}.crops",
        holds=("box", "obb", "polygon", "mask"),
        reads=False,
    ),
)
FORMATS: Final[dict[str, Format]] = {one.name: one for one in _ALL}
"""In the order in which `auto` asks them."""


def format_of(name: str) -> Format:
    """Return a format by name.

    Raises:
        InvalidInputError: There is none.
    """
    if name not in FORMATS:
        raise InvalidInputError(f"no format {name!r}", hint=did_you_mean(name, FORMATS))
    return FORMATS[name]


def writer_of(name: str) -> ObjectWriter:
    """Return what writes a format.

    Raises:
        InvalidInputError: There is no such format.
    """
    return cast("ObjectWriter", _module(format_of(name)).write)


@contextmanager
def open_source(path: Path, options: ReadOptions | None = None) -> Iterator[Source]:
    """Give the files of a folder, a ZIP or a single file.

    Raises:
        InvalidInputError: There is nothing, or nothing safe.
        TooLargeError: It is over the limits.
    """
    options = options or ReadOptions()
    if not path.exists():
        raise InvalidInputError(f"there is no {path}", hint="check the path")
    if path.is_dir():
        inner = root_of(FolderContainer(path))
        yield Source(inner, inner.names(), path, options)
        return
    if not zipfile.is_zipfile(path) and path.suffix.lower() != ".zip":
        one = OneFile(path)
        yield Source(one, one.names(), path.parent, options)
        return
    packed = ZipContainer(path)
    try:
        inner = root_of(packed)
        yield Source(inner, inner.names(), None, options)
    finally:
        packed.close()


def sniff(source: Source) -> str:
    """Return the name of the format that a data set has; empty: none of these."""
    asked: set[str] = set()
    for one in FORMATS.values():
        if one.module in asked or not one.reads:
            continue
        asked.add(one.module)
        if _module(one).sniff(source):
            return one.name
    return ""


def reader_of(source: Source, form: str = "auto") -> tuple[str, ObjectReader]:
    """Return the name of the format and what reads it.

    Raises:
        InvalidInputError: There is no such format, or this is none of them.
    """
    name = sniff(source) if form == "auto" else form
    if not name:
        raise InvalidInputError(
            f"{source.files.name} holds no objects in a format that is known",
            hint=f"name its format: {', '.join(one.name for one in FORMATS.values() if one.reads)}",
        )
    found = format_of(name)
    if not found.reads:
        raise InvalidInputError(
            f"{found.title} are written only", hint="read them as `imagefolder`"
        )
    if form != "auto" and found.task:
        source.options = replace(source.options, task=source.options.task or found.task)
    return name, cast("ObjectReader", _module(found).reader(source))


@contextmanager
def open_reader(
    path: Path, form: str = "auto", options: ReadOptions | None = None
) -> Iterator[ObjectReader]:
    """Give the reader of a folder, a ZIP or a file of labels.

    Raises:
        InvalidInputError: There is nothing, nothing safe, or no format that is known.
        TooLargeError: It is over the limits.
    """
    with open_source(path, options) as source:
        yield reader_of(source, form)[1]


def _module(one: Format) -> Any:
    return import_module(one.module)
