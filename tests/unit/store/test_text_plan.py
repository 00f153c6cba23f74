"""What the folder of a detector by words becomes, and what is refused with the next step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sightline.core.errors import InvalidInputError
from sightline.core.preprocess import IMAGENET_MEAN
from sightline.store.model_folder import plan_folder
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.store.transformer_plan import FolderPlan

WORDS = ("tokenizer.json", "tokenizer_config.json")


def folder(path: Path, config: dict[str, Any], *words: str, **rule: Any) -> Path:
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps(config))
    (path / "model.safetensors").write_bytes(b"")
    for name in words:
        (path / name).write_text("{}")
    if rule:
        (path / "preprocessor_config.json").write_text(json.dumps(rule))
    return path


def plan(path: Path, **more: Any) -> FolderPlan:
    return plan_folder(path, ImportOptions(name="finder", **more))


def test_owlv2_becomes_a_detector_that_is_asked_by_words(tmp_path: Path) -> None:
    config = {"model_type": "owlv2", "vision_config": {"image_size": 960}}
    made = plan(folder(tmp_path / "m", config, *WORDS, image_mean=[0.4] * 3, image_std=[0.2] * 3))
    fields = made.fields
    assert (fields["kind"], fields["text"], fields["network"]) == ("detector", True, "owlv2")
    rule = fields["preprocess"]
    assert (rule.size, rule.resize, rule.mean) == (960, "letterbox", (0.4, 0.4, 0.4))
    assert {"config.json", *WORDS} <= set(made.extras)


def test_grounding_dino_keeps_the_shape_of_pictures(tmp_path: Path) -> None:
    size = {"shortest_edge": 600, "longest_edge": 1000}
    made = plan(folder(tmp_path / "m", {"model_type": "grounding-dino"}, "vocab.txt", size=size))
    rule = made.fields["preprocess"]
    assert (rule.resize, rule.size, rule.resize_px, rule.mean) == ("keep", 600, 1000, IMAGENET_MEAN)
    assert "vocab.txt" in made.extras
    usual = plan(folder(tmp_path / "n", {"model_type": "mm-grounding-dino"}, "vocab.txt"))
    assert (usual.fields["preprocess"].size, usual.fields["preprocess"].resize_px) == (800, 1333)


def test_sam3_is_found_by_words_and_its_video_model_is_a_segmenter_too(tmp_path: Path) -> None:
    vision = {"vision_config": {"backbone_config": {"image_size": 1008}}}
    plain = plan(folder(tmp_path / "m", {"model_type": "sam3"} | vision, *WORDS))
    assert (plain.fields["kind"], plain.fields["preprocess"].size) == ("detector", 1008)
    video = plan(folder(tmp_path / "v", {"model_type": "sam3_video"}, *WORDS))
    assert (video.fields["kind"], video.fields["text"]) == ("segmenter", True)


def test_a_folder_that_reads_no_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="holds no tokenizer") as refused:
        plan(folder(tmp_path / "m", {"model_type": "owlvit"}))
    assert "tokenizer.json" in refused.value.hint


@pytest.mark.parametrize(
    ("kind", "said", "why"),
    [
        ("owlv2", "half-224", "takes 960 px"),
        ("grounding-dino", "half-224", "any shape"),
    ],
)
def test_preprocessing_that_does_not_fit_is_refused(
    tmp_path: Path, kind: str, said: str, why: str
) -> None:
    config = {"model_type": kind}
    if kind == "owlv2":
        config |= {"vision_config": {"image_size": 960}}  # type: ignore[dict-item]
    path = folder(tmp_path / "m", config, *WORDS)
    with pytest.raises(InvalidInputError, match=why):
        plan(path, preprocess=said)
