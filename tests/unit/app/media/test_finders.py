"""Who finds faces follows from what is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from sightline.app.media.finders import FaceFinders
from sightline.core.assist import Detections
from sightline.core.errors import MissingWeightsError
from sightline.core.media import Blur

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8


class Detectors:
    """Detectors of a workspace: one that sees a person in the upper left corner."""

    def __init__(self, *classes: str) -> None:
        self.classes = classes

    def all(self) -> list[dict[str, Any]]:
        """List it."""
        return [{"name": "street", "classes": list(self.classes)}] if self.classes else []

    def load(self, name: str) -> Detectors:
        """Return it."""
        assert name == "street"
        return self

    def detect(self, image: U8, *, min_score: float) -> Detections:
        """Return the person."""
        assert 0 < min_score < 0.5 < image.size
        return Detections(
            boxes=np.array([[0, 0, 20, 40]], np.float32),
            scores=np.array([0.9], np.float32),
            class_index=np.array([0], np.int32),
        )


def finders(*classes: str, face_model: str = "") -> FaceFinders:
    """Return what chooses among these."""
    return FaceFinders(face_model, lambda: cast("Any", Detectors(*classes)))


@pytest.mark.parametrize(
    ("classes", "face_model", "by"),
    [
        ((), "", ["cascade"]),
        (("dog",), "", ["cascade"]),
        (("Person", "dog"), "", ["heads"]),
        ((), "face.onnx", ["yunet"]),
        (("person",), "face.onnx", ["yunet", "heads"]),
    ],
)
def test_the_best_that_is_here(classes: tuple[str, ...], face_model: str, by: list[str]) -> None:
    told = finders(*classes, face_model=face_model).describe()

    assert told["by"] == by
    assert told["note"]
    assert told["detector"] == ("street" if "heads" in by else "")


def test_heads_are_blurred() -> None:
    image = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)

    out = finders("person").blurrer(Blur(faces=True))(image)

    assert not np.array_equal(out[:10, :20], image[:10, :20])
    assert np.array_equal(out[:, 30:], image[:, 30:])


def test_a_face_network_that_is_not_there_is_missed(tmp_path: Path) -> None:
    with pytest.raises(MissingWeightsError, match=r"face\.onnx"):
        finders(face_model=str(tmp_path / "face.onnx")).blurrer(Blur(faces=True))
