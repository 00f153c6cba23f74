"""Networks that find what words name answer as under transformers' own preparation."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from fakes.tiny_detectors import KINDS, SIDE, save_detector
from sightline.core.cards import ModelCard
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.ports import TextDetector
from sightline.engines import text_detector_spec
from sightline.store.model_folder import plan_folder
from sightline.store.model_plan import ImportOptions

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8
    from sightline.core.assist import Detections

TEXTS = ["a cat", "red car"]
pytestmark = pytest.mark.nightly


def card_of(folder: Path) -> ModelCard:
    fields = plan_folder(folder, ImportOptions(name="m")).fields
    data = {**fields, "preprocess": fields["preprocess"].to_dict()}
    made = {"id": "m", "file": "model.safetensors", "blake3": "0", "created_at": ""}
    return ModelCard.from_dict(data | made)


def load(folder: Path, **changes: Any) -> TextDetector:
    card = ModelCard.from_dict(card_of(folder).to_dict() | changes)
    spec = text_detector_spec(card)
    assert spec is not None
    module, _, function = spec.factory.partition(":")
    found = getattr(import_module(module), function)(
        path=folder / "model.safetensors", card=card, threads=1
    )
    assert isinstance(found, TextDetector)
    return found


def picture(width: int = SIDE, height: int = SIDE) -> U8:
    generator = np.random.default_rng(3)
    return generator.integers(0, 255, (height, width, 3), dtype=np.uint8)


def theirs(folder: Path, kind: str, pixels: U8) -> tuple[np.ndarray, np.ndarray]:
    """Scores and boxes of all queries by transformers' own processor, for one text."""
    import torch
    import transformers

    if kind == "sam3":
        return _sam3(folder, pixels)
    name = {"owlv2": "Owlv2", "owlvit": "OwlViT"}.get(kind, "GroundingDino")
    words = transformers.AutoTokenizer.from_pretrained(str(folder), model_max_length=16)
    images = getattr(transformers, f"{name}ImageProcessor").from_pretrained(str(folder))
    processor = getattr(transformers, f"{name}Processor")(images, words)
    net: Any = transformers.AutoModelForZeroShotObjectDetection.from_pretrained(str(folder))
    net.eval()
    inputs = processor(images=pixels, text=[["a cat"]], return_tensors="pt")
    with torch.no_grad():
        answer = net(**inputs)
    size = [pixels.shape[:2]]
    if kind.startswith("owl"):
        (found,) = processor.post_process_grounded_object_detection(answer, 0.0, size)
        return found["scores"].numpy(), found["boxes"].numpy()
    (found,) = processor.post_process_grounded_object_detection(
        answer, inputs["input_ids"], threshold=0.0, target_sizes=size
    )
    own = answer.logits[0].sigmoid()[:, 1:3].amax(1)  # theirs counts the full stop, too
    return own.numpy(), found["boxes"].numpy()


def _sam3(folder: Path, pixels: U8) -> tuple[np.ndarray, np.ndarray]:
    import torch
    import transformers

    images = transformers.Sam3ImageProcessor.from_pretrained(str(folder))
    words = transformers.AutoTokenizer.from_pretrained(str(folder))
    processor: Any = transformers.Sam3Processor(images, words)
    net: Any = transformers.Sam3Model.from_pretrained(str(folder))
    net.eval()
    inputs = processor(images=pixels, text="a cat", return_tensors="pt")
    with torch.no_grad():
        answer = net(**inputs)
    (found,) = processor.post_process_instance_segmentation(
        answer, threshold=0.0, target_sizes=[pixels.shape[:2]]
    )
    return found["scores"].numpy(), found["boxes"].numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_answers_as_it_does_under_transformers(tmp_path: Path, kind: str) -> None:
    folder = save_detector(tmp_path / kind, kind)
    pixels = picture()
    scores, boxes = theirs(folder, kind, pixels)
    found = load(folder).detect_text(pixels, ["a cat"], min_score=0.001)
    assert len(found.boxes)
    for score, box in zip(found.scores, found.boxes, strict=True):
        at = int(np.abs(scores - score).argmin())
        assert score == pytest.approx(scores[at], abs=1e-4)
        np.testing.assert_allclose(box, np.clip(boxes[at], 0, SIDE), atol=0.02)
    assert float(found.scores[0]) == pytest.approx(float(scores.max()), abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_boxes_lie_within_a_picture_of_any_shape(tmp_path: Path, kind: str) -> None:
    detector = load(save_detector(tmp_path / kind, kind))
    for width, height in ((200, 50), (30, 90), (1, 40)):
        found = detector.detect_text(picture(width, height), TEXTS, min_score=0.001)
        whole(found, width, height)
    assert len(detector.detect_text(picture(90, 60), TEXTS, min_score=0.001, limit=2).boxes) <= 2
    assert len(detector.detect_text(picture(90, 60), TEXTS, min_score=1.0).boxes) == 0


def whole(found: Detections, width: int, height: int) -> None:
    assert (found.boxes >= 0).all()
    assert (found.boxes <= [width, height, width, height]).all()
    assert (np.diff(found.scores) <= 0).all()
    assert set(found.class_index.tolist()) <= {0, 1}
    for mask, (x, y) in found.masks:
        assert x + mask.shape[1] <= width
        assert y + mask.shape[0] <= height


@pytest.mark.parametrize("kind", ["owlv2", "owlvit", "sam3"])
def test_what_a_text_finds_does_not_depend_on_the_place_of_the_text(
    tmp_path: Path, kind: str
) -> None:
    detector = load(save_detector(tmp_path / kind, kind))
    pixels = picture(90, 60)
    one = detector.detect_text(pixels, TEXTS, min_score=0.001)
    other = detector.detect_text(pixels, TEXTS[::-1], min_score=0.001)
    np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)
    np.testing.assert_array_equal(one.class_index, 1 - other.class_index)


def test_the_folder_of_sam3s_video_model_answers_as_its_network_for_pictures(
    tmp_path: Path,
) -> None:
    plain = save_detector(tmp_path / "plain", "sam3")
    video = save_detector(tmp_path / "video", "sam3")
    config = json.loads((plain / "config.json").read_text())
    whole = {"model_type": "sam3_video", "detector_config": config}
    (video / "config.json").write_text(json.dumps(whole))
    weights = load_file(plain / "model.safetensors")
    inner = {f"detector_model.{name}": one for name, one in weights.items()}
    save_file(inner, video / "model.safetensors", metadata={"format": "pt"})
    rule = card_of(plain).to_dict()["preprocess"]
    one = load(plain).detect_text(picture(90, 60), TEXTS, min_score=0.001)
    other = load(video, preprocess=rule).detect_text(picture(90, 60), TEXTS, min_score=0.001)
    np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)
    np.testing.assert_allclose(one.boxes, other.boxes, atol=1e-3)


@pytest.mark.parametrize("kind", ["owlv2", "grounding-dino"])
def test_weights_that_do_not_belong_are_refused(tmp_path: Path, kind: str) -> None:
    folder = save_detector(tmp_path / kind, kind)
    with pytest.raises(InvalidInputError, match="the network reads"):
        load(folder).detect_text(picture(), ["a cat " * 20], min_score=0.1)
    card = card_of(folder).to_dict()
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "clip"}))
    with pytest.raises(InvalidInputError, match="unknown kind 'clip'"):
        load_card(folder, card)
    (folder / "config.json").write_text(json.dumps(config))
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-64])
    with pytest.raises(InvalidInputError, match="cannot be loaded"):
        load_card(folder, card)
    weights.unlink()
    with pytest.raises(MissingWeightsError):
        load_card(folder, card)


def load_card(folder: Path, data: dict[str, Any]) -> Any:
    card = ModelCard.from_dict(data)
    spec = text_detector_spec(card)
    assert spec is not None
    module, _, function = spec.factory.partition(":")
    return getattr(import_module(module), function)(path=folder / "model.safetensors", card=card)
