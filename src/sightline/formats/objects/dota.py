"""DOTA's text files: oriented boxes as four corners in pixels, a class, a difficulty."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sightline.core.geometry.shapes import OrientedBox, Polygon
from sightline.formats.objects.frames import rectangle
from sightline.formats.objects.reading import Reading, name_of, number
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.objects.source import split_of, stem_of, twins_of
from sightline.formats.objects.writing import Output, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sightline.formats.objects.records import ClassInfo
    from sightline.formats.objects.source import Source
    from sightline.formats.sinks import Sink

HEADS: Final = ("imagesource", "gsd", "acquisition")
"""What lines of a file's head begin with."""
FOLDERS: Final = frozenset({"labeltxt", "labeltxt-v1.0", "labeltxt-v1.5", "labels", "annotations"})
CORNERS: Final = 8
SNIFFED: Final = 5


def sniff(source: Source) -> bool:
    """Say whether the first texts with anything in them are DOTA's."""
    heads = [source.head(one, 4096).decode("utf-8-sig", "replace") for one in _files(source)[:50]]
    filled = [one for one in heads if one.strip()][:SNIFFED]
    return bool(filled) and all(_looks_so(one) for one in filled)


def reader(source: Source) -> DotaReader:
    """Return what reads it."""
    return DotaReader(source)


class DotaReader(Reading):
    """Reads one data set."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._files = _files(source)
        self.twins = twins_of(self._files)
        for name in source.options.classes:
            self.learn(name)

    def pictures(self) -> Iterator[PictureRecord]:
        """Yield picture after picture, in the order of the files' names.

        Raises:
            InvalidInputError: A file is damaged.
        """
        for name in self._files:
            objects = []
            for place, line in enumerate(self._source.text(name).splitlines(), start=1):
                tokens = line.split()
                if not tokens or line.lower().startswith(HEADS):
                    continue
                try:
                    objects.append(self._object(tokens))
                except (ValueError, OverflowError) as error:
                    self.refuse(f"{name}:{place}", str(error))
            parts = [one for one in stem_of(name).split("/") if one.lower() not in FOLDERS]
            stem = "/".join(parts)
            file = self._source.picture_of(stem)
            yield PictureRecord(file or stem, tuple(objects), split=split_of(name), file=file)

    def _object(self, tokens: list[str]) -> ObjectRecord:
        if len(tokens) <= CORNERS:
            raise ValueError(f"{len(tokens)} words: four corners and a class are nine")
        flat = [_number(one) for one in tokens[:CORNERS]]
        rest = tokens[CORNERS:]
        difficult = rest.pop() if len(rest) > 1 and rest[-1].isdigit() else "0"
        corners = list(zip(flat[::2], flat[1::2], strict=True))
        xs, ys = flat[::2], flat[1::2]
        if not (max(xs) > min(xs) and max(ys) > min(ys)):
            raise ValueError("it has no area")
        shape = rectangle(corners) or Polygon(((tuple(flat),),))
        said: dict[str, Any] = {"difficult": True} if difficult != "0" else {}
        return ObjectRecord(self.learn(name_of(" ".join(rest))), shape, attributes=said)


def write(
    sink: Sink,
    pictures: Iterable[PictureRecord],
    classes: tuple[ClassInfo, ...],
    scratch: Path,
    *,
    images: str = "none",
    **_: Any,
) -> dict[str, int]:
    """Write pictures with oriented boxes; coordinates are exact.

    Returns:
        Counts: pictures, objects, files, missing, bytes.
    """
    del scratch, classes
    out = Output(sink, images)
    for one in pictures:
        name = f"{one.split or 'train'}/{out.claim(one)}"
        split, rest = name.split("/", 1)
        out.place(one, f"{split}/images/{rest}")
        lines = [_line(thing) for thing in one.objects if isinstance(thing.shape, OrientedBox)]
        out.text(f"{split}/labelTxt/{stem_of(rest)}.txt", "".join(lines))
    return out.counts


def _line(one: ObjectRecord) -> str:
    shape = one.shape
    assert isinstance(shape, OrientedBox)
    flat = [tidy(value) for corner in shape.corners() for value in corner]
    return f"{' '.join(flat)} {one.label} {int(one.attributes.get('difficult') is True)}\n"


def _files(source: Source) -> list[str]:
    texts = source.ending(".txt")
    inside = [one for one in texts if "/labeltxt" in f"/{one.lower()}"]
    return inside or texts


def _looks_so(text: str) -> bool:
    lines = [one.split() for one in text.splitlines() if not one.lower().startswith(HEADS)]
    lines = [one for one in lines if one][:3]
    if not lines:
        return text.lower().startswith(HEADS)
    try:
        return all(
            len(one) > CORNERS and bool([_number(t) for t in one[:CORNERS]]) for one in lines
        ) and not any(one[CORNERS].replace(".", "", 1).isdigit() for one in lines)
    except ValueError:
        return False


def _number(token: str) -> float:
    try:
        value = number(token)
    except ValueError:
        raise ValueError(f"{token[:40]!r} is no number") from None
    if not math.isfinite(value):
        raise ValueError("a number is infinite or none")
    return value
