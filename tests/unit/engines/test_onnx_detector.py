"""A detector's raw answer becomes boxes of the picture, whatever its decoder and shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.onnx_graphs import constant_model
from sightline.core.assist import Detections
from sightline.core.decoders import parse_decoder
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.ports import Detector
from sightline.engines.onnx_detector.decode import decode
from sightline.engines.onnx_detector.engine import load_detector
from sightline.store.model_plan import ImportOptions
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIZE = 64
CLASSES = ("cat", "dog")
CAT = (16.0, 8.0, 48.0, 24.0)
"""In pixels of the graph's input."""


def shares(box: tuple[float, ...]) -> list[float]:
    x1, y1, x2, y2 = box
    return [(x1 + x2) / 2 / SIZE, (y1 + y2) / 2 / SIZE, (x2 - x1) / SIZE, (y2 - y1) / SIZE]


def centred(box: tuple[float, ...]) -> list[float]:
    return [one * SIZE for one in shares(box)]


def yolox_row() -> NDArray[np.float32]:
    """The cell of stride 8 at (4, 2): its centre is the box's."""
    rows = np.zeros((64 + 16 + 4, 7), np.float32)
    rows[2 * 8 + 4] = [0.0, 0.0, np.log(32 / 8), np.log(16 / 8), 0.9, 1.0, 0.1]
    return rows


def answers(kind: str) -> dict[str, NDArray[Any]]:
    """Outputs that say: one cat with .9."""
    if kind == "yolox":
        return {"out": yolox_row()[None]}
    if kind == "yolov5":
        return {"out": np.array([[[*centred(CAT), 0.9, 1.0, 0.1]]], np.float32)}
    if kind == "yolov8":
        return {"out": np.array([[*centred(CAT), 0.9, 0.1]], np.float32).T[None]}
    quads = np.array([[shares(CAT)]], np.float32)
    if kind == "detr":
        logits = np.log(np.array([[[0.9, 0.05, 0.05]]], np.float32))
        return {"logits": logits, "boxes": quads}
    if kind == "rtdetr":
        return {"logits": np.array([[[np.log(9.0), -4.0]]], np.float32), "boxes": quads}
    found = {"boxes": np.array([CAT, CAT], np.float32), "scores": np.array([0.9, 0.8], np.float32)}
    return found | {"labels": np.array([0, 7], np.int64)}


KINDS = ("yolox", "yolov5", "yolov8", "detr", "rtdetr", "boxes")


@pytest.mark.parametrize("kind", KINDS)
def test_every_decoder_reads_the_same_cat(kind: str) -> None:
    decoder, _ = parse_decoder(kind)
    boxes, scores = decode(answers(kind), decoder, size=SIZE, classes=2)
    best = int(scores.max(axis=1).argmax())
    np.testing.assert_allclose(boxes[best], CAT, atol=1e-4)
    assert scores[best, 0] == pytest.approx(0.9, abs=1e-4)


@pytest.mark.parametrize("batch", [True, False])
def test_a_single_box_is_read_with_a_batch_and_without(batch: bool) -> None:
    decoder, _ = parse_decoder("boxes")
    found = {name: one[:1] for name, one in answers("boxes").items()}
    given = {name: one[None] if batch else one for name, one in found.items()}
    boxes, scores = decode(given, decoder, size=SIZE, classes=2)
    np.testing.assert_allclose(boxes, [CAT])
    np.testing.assert_allclose(scores, [[0.9, 0]])


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_of_another_form_is_refused(kind: str) -> None:
    decoder, _ = parse_decoder(kind)
    with pytest.raises(InvalidInputError, match=r"\[3, 11\]"):
        decode({"out": np.zeros((1, 3, 11), np.float32)}, decoder, size=SIZE, classes=2)


def added(tmp_path: Path, kind: str, outputs: dict[str, NDArray[Any]]) -> Detector:
    file = constant_model(tmp_path / "detector.onnx", outputs, size=SIZE)
    store = ModelStore(tmp_path / "models")
    card = store.add_file(file, ImportOptions(name="pets", decoder=kind, classes=CLASSES))
    found = load_detector(path=store.path_of(card), card=card)
    assert isinstance(found, Detector)
    assert found.classes == CLASSES
    return found


@pytest.mark.parametrize(
    ("kind", "box"),
    [
        ("yolox", (32, 16, 96, 48)),  # at the top left: the bars are below
        ("yolov8", (32, -16, 96, 16)),  # in the middle: the bars are above and below
        ("detr", (32, 8, 96, 24)),  # stretched
    ],
)
def test_boxes_come_back_in_pixels_of_the_picture(
    tmp_path: Path, kind: str, box: tuple[int, ...]
) -> None:
    picture = np.zeros((64, 128, 3), np.uint8)
    found = added(tmp_path, kind, answers(kind)).detect(picture, min_score=0.5)
    np.testing.assert_allclose(found.boxes, [np.clip(box, 0, (128, 64, 128, 64))], atol=1e-3)
    assert found.class_index.tolist() == [0]


def test_of_two_boxes_of_one_class_the_stronger_stays_and_of_two_classes_both(
    tmp_path: Path,
) -> None:
    near = (17.0, 8.0, 49.0, 24.0)
    rows = [[*centred(CAT), 0.9, 1, 0], [*centred(near), 0.8, 1, 0], [*centred(near), 0.7, 0, 1]]
    detector = added(tmp_path, "yolov5", {"out": np.array([rows], np.float32)})
    found = detector.detect(np.zeros((64, 64, 3), np.uint8))
    assert found.class_index.tolist() == [0, 1]
    np.testing.assert_allclose(found.scores, [0.9, 0.7], atol=1e-6)
    assert len(detector.detect(np.zeros((64, 64, 3), np.uint8), limit=1).scores) == 1


def test_nothing_sure_is_no_error(tmp_path: Path) -> None:
    found = added(tmp_path, "yolox", answers("yolox")).detect(
        np.zeros((1, 1, 3), np.uint8), min_score=0.95
    )
    assert isinstance(found, Detections)
    assert found.boxes.shape == (0, 4)


def test_a_detector_without_classes_is_refused(tmp_path: Path) -> None:
    file = constant_model(tmp_path / "detector.onnx", answers("yolox"), size=SIZE)
    with pytest.raises(InvalidInputError, match="needs its classes"):
        ModelStore(tmp_path / "models").add_file(file, ImportOptions(name="x", decoder="yolox"))


def test_a_detector_whose_file_is_gone_says_so(tmp_path: Path) -> None:
    file = constant_model(tmp_path / "detector.onnx", answers("yolox"), size=SIZE)
    store = ModelStore(tmp_path / "models")
    card = store.add_file(file, ImportOptions(name="x", decoder="yolox", classes=CLASSES))
    with pytest.raises(MissingWeightsError):
        load_detector(path=tmp_path / "gone.onnx", card=card)


def test_boxes_without_an_area_neither_stay_nor_cover_others(tmp_path: Path) -> None:
    flat = (16.0, 8.0, 48.0, 8.0)
    rows = [[*centred(flat), 0.99, 1, 0], [*centred(CAT), 0.9, 1, 0]]
    detector = added(tmp_path, "yolov5", {"out": np.array([rows], np.float32)})
    found = detector.detect(np.zeros((64, 64, 3), np.uint8))
    np.testing.assert_allclose(found.boxes, [CAT], atol=1e-4)
