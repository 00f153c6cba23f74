"""Clips from the wild, counted by a person who watched them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from fakes.tiny_captioners import save_captioner
from sightline.flows.narrate.catalogue import catalogue
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.narration import Telling

COCO = tuple(catalogue("en").data["things"])


def told(bench: Workbench, clip: Path, **options: object) -> list[Telling]:
    begin = partial(bench.narrating.open, **options)  # type: ignore[arg-type]
    with bench.narrating.watch(str(clip), begin) as watch:
        return list(watch.tellings())


@pytest.fixture
def nano(bench: Workbench, shared_data: Path) -> Workbench:
    """A workspace with YOLOX-nano."""
    weights = shared_data / "weights_yolox_nano" / "yolox_nano.onnx"
    bench.models.add(weights, ImportOptions(name="nano", decoder="yolox", classes=COCO))
    return bench


@pytest.mark.nightly
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_bottles_are_named_placed_and_counted(
    nano: Workbench, shared_data: Path, lang: str
) -> None:
    texts = told(nano, shared_data / "video" / "bottle-detection.mp4", lang=lang)
    first = {"en": "There are three bottles.", "zh": "画面中有三个瓶子。"}[lang]
    assert texts[0].text == first
    assert abs(dict(texts[-1].counts)["bottle"] - 7) <= 0.2 * 7
    assert len(texts) == 5


@pytest.mark.nightly
@pytest.mark.parametrize("from_above", [None, True])
def test_every_car_that_passes_is_named_and_followed(
    nano: Workbench, shared_data: Path, from_above: bool | None
) -> None:
    clip = shared_data / "video" / "car-detection.mp4"
    texts = told(nano, clip, from_above=from_above)
    assert "a car passed by." in texts[1].text.lower()
    assert dict(texts[-1].counts) == {"car": 4}


@pytest.mark.nightly
def test_a_captioner_narrates_a_clip(bench: Workbench, shared_data: Path, tmp_path: Path) -> None:
    bench.models.add(save_captioner(tmp_path / "blip", "blip"), ImportOptions(name="writer"))
    texts = told(bench, shared_data / "video" / "car-detection.mp4", lang="de")
    assert texts[0].engine == "captioner:writer"
    assert texts[0].text
    assert (texts[0].lang, texts[0].asked_lang) == ("en", "de")
    assert texts[-1].kind == "summary"
