"""Every reader, on files with faults: an error with a next step, or sound objects."""

from __future__ import annotations

import functools
import io
import math
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.objects import CLASSES, numbers
from sightline.core.errors import InvalidInputError, TooLargeError
from sightline.core.geometry.masks import encode
from sightline.core.geometry.shapes import (
    Box,
    Keypoints,
    Mask,
    OrientedBox,
    Point,
    Polygon,
    Shape,
)
from sightline.formats.objects.records import ObjectRecord, PictureRecord
from sightline.formats.objects.source import Source
from sightline.formats.objects.table import FORMATS, format_of, reader_of, sniff, writer_of
from sightline.formats.sinks import FolderSink

READ = [one.name for one in FORMATS.values() if one.reads]
SIDE = 60
EXAMPLES = 30
NUMBERS = b"NaN 1e999 1e308 -1 0 0.5 2 99999999999999999999 1,5".split()
JSON = [*NUMBERS[:-1], *b'null true "x" "" [] {} [[]] [1,2] {"a":1} "1" Infinity'.split()]
TEXT = [*NUMBERS, b"x", b"", b"&amp;"]
TOKENS = [*JSON, *TEXT, *b'< & &x; \xff \x00 , ; ] } " / <!DOCTYPE_a> \xef\xbb\xbf'.split(), b"\n"]
WORDS = re.compile(rb'-?\d+\.?\d*|"[^"]*"|[A-Za-z_]+')


NUMBER = rb'-?\d+(?:\.\d+)?(?![\w"])'
VALUES = {
    "json": re.compile(NUMBER + rb'|"[^"]*"(?!\s*:)'),
    "xml": re.compile(rb'(?<==")[^"]*(?=")|(?<=>)[^<>\n]+(?=<)'),
}


class Memory:
    """Files in memory as a container."""

    name = "data"

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def names(self) -> list[str]:
        return sorted(self._files)

    def open(self, name: str) -> IO[bytes]:
        return io.BytesIO(self._files[name])


def shapes() -> dict[str, Shape]:
    pixels = np.zeros((SIDE, SIDE), np.bool_)
    pixels[5:20, 7:30] = True
    ring = (5.0, 5.0, 30.5, 6.25, 28.0, 40.0)
    inner = (15.0, 12.0, 20.0, 12.5, 19.0, 20.0)
    return {
        "box": Box(3.25, 4.5, 20.75, 30.0),
        "obb": OrientedBox(30.0, 25.0, 20.0, 10.0, 30.0),
        "polygon": Polygon(((ring, inner), ((40.0, 40.0, 50.0, 40.0, 45.0, 50.0),))),
        "mask": encode(pixels),
        "keypoints": Keypoints(((10.0, 12.0, 2), (0.0, 0.0, 0))),
        "point": Point(9.5, 11.25),
    }


@functools.cache
def written(form: str) -> dict[str, bytes]:
    """Return the files of a small data set in a format."""
    said = {"occluded": True, "colour": "red"} if format_of(form).attributes else {}
    score = 0.5 if format_of(form).scores else None
    kinds = [kind for kind in shapes() if kind in format_of(form).holds]
    objects = tuple(
        ObjectRecord(CLASSES[place % 3].name, shapes()[kind], said, score)
        for place, kind in enumerate(kinds)
    )
    pictures = [
        PictureRecord(f"{name}.png", objects, SIDE, SIDE, label="cat", tags=("wet",), split="train")
        for name in ("a", "b")
    ]
    task = {"task": format_of(form).task} if format_of(form).task else {}
    with tempfile.TemporaryDirectory() as temp:
        out = Path(temp, "out")
        out.mkdir()
        writer_of(form)(FolderSink(out), pictures, CLASSES, Path(temp), **task)
        files = {one.relative_to(out).as_posix(): one for one in out.rglob("*") if one.is_file()}
        return {name: path.read_bytes() for name, path in files.items()}


@st.composite
def spoilt(draw: st.DrawFn, name: str, data: bytes) -> bytes:
    """Bytes with one to three faults: mostly values that cannot be, some broken syntax."""
    faults = draw(st.lists(st.sampled_from([*["value"] * 12, "word", "cut", "insert", "take"])))
    for fault in faults[:3] or ["value"]:
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        if fault == "value":
            kind = name.rpartition(".")[2]
            pattern = VALUES.get(kind, re.compile(NUMBER))
            data = _replaced(draw, pattern, data, JSON if kind == "json" else TEXT)
        elif fault == "word":
            data = _replaced(draw, WORDS, data, TOKENS)
        elif fault == "cut":
            data = data[:at]
        elif fault == "take":
            data = data[:at] + data[at + draw(st.integers(1, 30)) :]
        else:
            data = data[:at] + draw(st.sampled_from(TOKENS) | st.binary(max_size=4)) + data[at:]
    return data


def _replaced(
    draw: st.DrawFn, pattern: re.Pattern[bytes], data: bytes, tokens: list[bytes]
) -> bytes:
    spans = [one.span() for one in pattern.finditer(data)]
    if not spans:
        return data
    start, stop = draw(st.sampled_from(spans))
    return data[:start] + draw(st.sampled_from(tokens)) + data[stop:]


def assert_sound(form: str, files: dict[str, bytes]) -> None:
    """Hold that a data set is refused with a next step, or read as objects that can be."""
    source = Source(Memory(files), sorted(files))
    try:
        sniff(source)
        _, reader = reader_of(source, form)
        pictures = list(reader.pictures())
    except (InvalidInputError, TooLargeError) as error:
        assert error.hint  # noqa: PT017 - an error is one of two good answers
        return
    assert reader.refused_count >= len(reader.refused)
    assert all(one.where is not None and one.reason for one in reader.refused)
    for one in pictures:
        assert one.path
        assert one.width >= 0
        assert one.height >= 0
        for thing in one.objects:
            assert_object(thing)


def assert_object(one: ObjectRecord) -> None:
    assert one.label
    assert one.score is None or 0 <= one.score <= 1
    values: list[Any] = list(one.attributes.values())
    assert all(isinstance(value, str | int | float | bool) for value in values)
    if not isinstance(one.shape, Mask):
        assert all(map(math.isfinite, numbers(one.shape)))
    x1, y1, x2, y2 = one.shape.bounds()
    assert x1 <= x2
    assert y1 <= y2


@pytest.mark.parametrize("form", READ)
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_spoilt_data_set_is_refused_or_read(form: str, data: st.DataObject) -> None:
    files = dict(written(form))
    name = data.draw(st.sampled_from(sorted(files)))
    files[name] = data.draw(spoilt(name, files[name]))
    assert_sound(form, files)


@pytest.mark.parametrize("form", READ)
@settings(max_examples=10)
@given(st.binary(max_size=40))
def test_any_bytes_are_refused_or_read(form: str, data: bytes) -> None:
    assert_sound(form, dict.fromkeys(written(form), data))


@pytest.mark.parametrize("form", READ)
def test_a_data_set_of_no_files_is_refused_or_empty(form: str) -> None:
    with suppress(InvalidInputError):
        _, reader = reader_of(Source(Memory({}), []), form)
        assert list(reader.pictures()) == []


@pytest.mark.parametrize("form", READ)
def test_its_own_files_are_known_and_read_whole(form: str) -> None:
    files = written(form)
    source = Source(Memory(files), sorted(files))
    found = sniff(source)
    assert found.partition("-")[0] == form.partition("-")[0]
    _, reader = reader_of(Source(Memory(files), sorted(files)), form)
    assert sum(len(one.objects) for one in reader.pictures()) > 0
    assert reader.refused == []
