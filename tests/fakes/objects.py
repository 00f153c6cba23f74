"""Pictures with objects for tests of formats, and a way there and back."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from sightline.core.geometry.shapes import (
    Box,
    Keypoints,
    Mask,
    OrientedBox,
    Point,
    Polygon,
    Shape,
    mask_of,
)
from sightline.formats.objects.frames import in_pixels
from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
from sightline.formats.objects.table import format_of, open_reader, writer_of
from sightline.formats.sinks import FolderSink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.formats.objects.records import ObjectReader

CLASSES = (
    ClassInfo("cat"),
    ClassInfo("dog: big"),
    ClassInfo("Ärger #1", skeleton={"names": ["a", "b"], "edges": [[0, 1]]}),
)
SIDE = 900
EXACT_PX = 1e-6
PARTS = st.integers(1, 999).map(lambda value: value / 7)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["occluded", "colour", "age"]),
    st.booleans() | st.integers(-9, 9) | st.sampled_from(["red", "ö, <b>", "1"]),
    max_size=2,
)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x, y, width, height = (draw(PARTS) for _ in range(4))
    return Box(x, y, x + width, y + height)


@st.composite
def oriented(draw: st.DrawFn) -> OrientedBox:
    cx, cy, width, height = (draw(PARTS) + 3 for _ in range(4))
    return OrientedBox(cx, cy, width, height, draw(st.integers(-1799, 1799)) / 10)


@st.composite
def rings(draw: st.DrawFn, least: int = 3) -> tuple[float, ...]:
    """Corners about a centre, by angle: never crossing, never flat."""
    count = draw(st.integers(least, 9))
    cx, cy = draw(PARTS) + 50, draw(PARTS) + 50
    ring: list[float] = []
    for place in range(count):
        far = draw(st.integers(10, 50))
        unit = complex(0, 1) ** (4 * place / count)
        ring += [cx + far * unit.real, cy + far * unit.imag]
    return tuple(ring)


def polygons(*, simple: bool = False) -> st.SearchStrategy[Polygon]:
    if simple:
        return rings(least=5).map(lambda ring: Polygon(((ring,),)))
    part = st.lists(rings(), min_size=1, max_size=2).map(tuple)
    return st.lists(part, min_size=1, max_size=2).map(lambda parts: Polygon(tuple(parts)))


def holed() -> st.SearchStrategy[Polygon]:
    """Areas with a hole that lies within them, and others without."""
    part = st.tuples(rings(least=5), st.booleans()).map(_with_hole)
    return st.lists(part, min_size=1, max_size=2).map(lambda parts: Polygon(tuple(parts)))


def _with_hole(drawn: tuple[tuple[float, ...], bool]) -> tuple[tuple[float, ...], ...]:
    ring, has_hole = drawn
    middle = (sum(ring[::2]) / len(ring[::2]), sum(ring[1::2]) / len(ring[1::2]))
    inner = tuple(middle[at % 2] + (one - middle[at % 2]) / 9 for at, one in enumerate(ring))
    return (ring, inner) if has_hole else (ring,)


@st.composite
def masks(draw: st.DrawFn, width: int = SIDE, height: int = SIDE) -> Mask:
    total = width * height
    cuts = sorted(draw(st.sets(st.integers(1, total - 1), min_size=1, max_size=8)))
    edges = [0, *cuts, total]
    runs = [after - before for before, after in pairwise(edges)]
    return mask_of(height, width, runs)


@st.composite
def keypoints(draw: st.DrawFn) -> Keypoints:
    first = (draw(PARTS), draw(PARTS), draw(st.sampled_from([1, 2])))
    second = draw(st.just((0.0, 0.0, 0)) | st.just((draw(PARTS), draw(PARTS), 2)))
    return Keypoints((first, second))


SHAPES: dict[str, st.SearchStrategy[Any]] = {
    "box": boxes(),
    "obb": oriented(),
    "polygon": polygons(),
    "ring": polygons(simple=True),
    "holed": holed(),
    "mask": masks(),
    "keypoints": keypoints(),
    "point": st.builds(Point, PARTS, PARTS),
}


@st.composite
def pictures(
    draw: st.DrawFn,
    kinds: Sequence[str],
    *,
    attributes: bool = False,
    scores: bool = False,
    most: int = 3,
) -> list[PictureRecord]:
    """Pictures of different names, with objects of these kinds."""
    found = []
    for number in range(draw(st.integers(1, most))):
        things = []
        for kind in draw(st.lists(st.sampled_from(list(kinds)), max_size=4)):
            shape = draw(SHAPES[kind])
            label = CLASSES[2] if kind == "keypoints" else draw(st.sampled_from(CLASSES))
            things.append(
                ObjectRecord(
                    label.name,
                    shape,
                    attributes=draw(ATTRIBUTES) if attributes else {},
                    score=draw(st.none() | st.sampled_from([0.25, 1.0])) if scores else None,
                )
            )
        split = draw(st.sampled_from(["train", "val", "test"]))
        path = f"{draw(st.sampled_from(['', 'a/', 'b c/']))}{number}.png"
        found.append(PictureRecord(path, tuple(things), SIDE, SIDE, split=split))
    return found


def there_and_back(
    form: str, found: Sequence[PictureRecord], **options: Any
) -> list[PictureRecord]:
    """Write pictures in a format, read them again, and return them in pixels, by path."""
    with tempfile.TemporaryDirectory() as temp:
        folder = Path(temp, "out")
        folder.mkdir()
        scratch = Path(temp)
        task = {"task": format_of(form).task} if format_of(form).task else {}
        writer_of(form)(FolderSink(folder), found, CLASSES, scratch, **task, **options)
        with open_reader(folder, form) as reader:
            back = list(reader.pictures())
            assert reader.refused == []
    return sorted((in_pixels(one, SIDE, SIDE) for one in back), key=lambda one: one.path)


def turns(ring: Sequence[float]) -> list[list[float]]:
    """Return all ways to write a ring: from any corner, in both directions."""
    places = list(zip(ring[::2], ring[1::2], strict=True))
    both = [places, places[::-1]]
    ways = [one[at:] + one[:at] for one in both for at in range(len(one))]
    return [[value for place in way for value in place] for way in ways]


def is_same_ring(one: Sequence[float], other: Sequence[float]) -> bool:
    """Say whether two rings have the same corners within 1e-6 px, from wherever they begin."""
    return len(one) == len(other) and any(
        max(abs(a - b) for a, b in zip(way, other, strict=True)) <= EXACT_PX for way in turns(one)
    )


def assert_same_area(found: Shape, wanted: Shape) -> None:
    """Hold that two polygons have the same areas and holes, however their rings are written."""
    assert isinstance(found, Polygon)
    assert isinstance(wanted, Polygon)
    assert [len(part) for part in found.parts] == [len(part) for part in wanted.parts]
    for part, other in zip(found.parts, wanted.parts, strict=True):
        assert is_same_ring(part[0], other[0])
        assert all(any(is_same_ring(ring, hole) for hole in other[1:]) for ring in part[1:])


def numbers(shape: Shape) -> list[float]:
    """Return all coordinates of a shape that is no mask."""
    flat: list[float] = []
    todo: list[Any] = [shape.to_json()]
    while todo:
        one = todo.pop()
        if isinstance(one, list):
            todo += one
        else:
            flat.append(float(one))
    return flat


def assert_same(found: Sequence[ObjectRecord], wanted: Sequence[ObjectRecord]) -> None:
    """Hold that objects are the same, coordinates within 1e-6 px."""
    assert [one.label for one in found] == [one.label for one in wanted]
    for one, other in zip(found, wanted, strict=True):
        assert one.shape.kind == other.shape.kind
        if isinstance(other.shape, Mask):
            assert one.shape == other.shape
            continue
        if isinstance(other.shape, Polygon) and max(map(len, other.shape.parts)) > 1:
            assert_same_area(one.shape, other.shape)
            continue
        pairs = zip(numbers(one.shape), numbers(other.shape), strict=True)
        assert max(abs(a - b) for a, b in pairs) <= EXACT_PX


def assert_all_comes_back(format_: str, found: Sequence[PictureRecord]) -> None:
    """Hold that a format keeps shapes, classes, tags, splits, attributes and scores."""
    named = [
        replace(one, label=CLASSES[0].name, tags=("wet", "dark")[:at])
        for at, one in enumerate(found)
    ]
    back = there_and_back(format_, named)
    by_path = {one.path: one for one in named}
    assert {one.path for one in back} == set(by_path)
    for one in back:
        wanted = by_path[one.path]
        assert (one.split, one.label, one.tags) == (wanted.split, wanted.label, wanted.tags)
        assert_same(one.objects, wanted.objects)
        pairs = zip(one.objects, wanted.objects, strict=True)
        assert all(a.attributes == b.attributes and a.score == b.score for a, b in pairs)


def read_as(
    file: Path, found: Any, format_: str, *, root: Path | None = None
) -> tuple[list[PictureRecord], ObjectReader]:
    """Write text, bytes or JSON to a file and read it, or the folder `root` that it lies in."""
    file.parent.mkdir(exist_ok=True)
    text = found if isinstance(found, str | bytes) else json.dumps(found)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with open_reader(root or file, format_) as reader:
        return list(reader.pictures()), reader
