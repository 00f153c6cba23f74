"""Decoders as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.decoders import KINDS, Decoder, parse_decoder
from sightline.core.errors import InvalidInputError


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_usual_values_that_can_be_written_and_read(kind: str) -> None:
    decoder, preprocess = parse_decoder(kind)
    assert Decoder.from_dict(decoder.to_dict()) == decoder
    assert preprocess.endswith("-letterbox" if kind.startswith("yolo") else "-stretch")


def test_what_differs_from_the_usual_is_said_behind_the_kind() -> None:
    decoder, _ = parse_decoder("yolox, channels=rgb, strides=8 16 32 64, iou=0.5")
    assert decoder == Decoder(
        kind="yolox", channels="rgb", place="corner", strides=(8, 16, 32, 64), iou=0.5
    )


@pytest.mark.parametrize(
    "text",
    [
        "yolo9000",
        "yolox,size",
        "yolox,colour=red",
        "yolox,iou=2",
        "yolox,iou=x",
        "yolox,strides=0",
        "yolox,strides=",
        "yolov8,place=left",
        "",
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_decoder(text)
    assert refused.value.hint


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        decoder, _ = parse_decoder(text)
    except InvalidInputError:
        return
    assert decoder.kind in KINDS
