from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import IMAGENET_MEAN, Preprocess
from sightline.store.preprocess_text import parse_preprocess


def test_a_name_takes_the_size_of_the_graph_or_224() -> None:
    assert parse_preprocess("imagenet") == Preprocess(size=224)
    assert parse_preprocess("imagenet", size=96) == Preprocess(size=96)


def test_a_name_with_crop_resizes_to_the_usual_ratio_first() -> None:
    assert parse_preprocess("imagenet-224-crop") == Preprocess(
        size=224, resize="crop", resize_px=256
    )


def test_pairs_may_hold_lists_of_numbers() -> None:
    text = "size=224,resize=crop,resize_px=256,mean=0.1,0.2,0.3,std=0.5,interpolation=bicubic"
    assert parse_preprocess(text) == Preprocess(
        size=224,
        resize="crop",
        resize_px=256,
        mean=(0.1, 0.2, 0.3),
        std=(0.5, 0.5, 0.5),
        interpolation="bicubic",
    )


@pytest.mark.parametrize("value", [1.5, True, "8"])
def test_json_is_checked_like_the_rest(value: object) -> None:
    text = json.dumps({"size": 32, "resize": "letterbox"})
    assert parse_preprocess(text).resize == "letterbox"
    with pytest.raises(InvalidInputError):
        parse_preprocess(json.dumps({"size": 32, "wrong": value}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "resnet",
        "size",
        "size=a",
        "size=1,2",
        "{",
        "[1]",
        "mean=1,2",
        "size=0",
        "depth=3",
        "=,=",
    ],
)
def test_nonsense_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_preprocess(text)
    assert caught.value.hint


@given(
    size=st.integers(1, 512),
    resize=st.sampled_from(["stretch", "crop", "letterbox"]),
    mean=st.tuples(*[st.floats(0, 1)] * 3),
    std=st.tuples(*[st.floats(0.01, 2)] * 3),
)
def test_what_is_written_as_json_or_pairs_is_read_back(
    size: int, resize: str, mean: tuple[float, ...], std: tuple[float, ...]
) -> None:
    rule = Preprocess.from_dict({"size": size, "resize": resize, "mean": mean, "std": std})
    assert parse_preprocess(json.dumps(rule.to_dict())) == rule
    numbers = {"mean": mean, "std": std}
    lists = ",".join(f"{key}={','.join(map(repr, one))}" for key, one in numbers.items())
    assert parse_preprocess(f"size={size},resize={resize},{lists}") == rule


def test_imagenet_values_are_the_default() -> None:
    assert parse_preprocess("size=8").mean == IMAGENET_MEAN


def test_only_a_detectors_own_folder_may_keep_the_shape_of_pictures() -> None:
    with pytest.raises(InvalidInputError, match="resize=keep"):
        parse_preprocess("size=800,resize=keep,resize_px=1333")
