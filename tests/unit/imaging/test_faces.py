"""Faces are found, or the heads of whoever is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from sightline.core.assist import Detections
from sightline.core.errors import InvalidInputError
from sightline.imaging.faces import Cascade, Heads, YuNet, all_of, head_of

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8


class Sees:
    """A detector that sees a person and a dog."""

    key = "fake"
    classes = ("dog", "Person")

    def detect(self, image: U8, *, min_score: float = 0.05, limit: int = 300) -> Detections:
        """Return both."""
        assert image.ndim == 3
        assert min_score < limit
        boxes = np.array([[0, 0, 50, 50], [10, 20, 50, 180]], np.float32)
        return Detections(
            boxes=boxes,
            scores=np.array([0.9, 0.5], np.float32),
            class_index=np.array([0, 1], np.int32),
        )


def test_the_upper_part_of_a_person_is_a_head_and_a_dog_has_none() -> None:
    found = Heads(Sees())(np.zeros((200, 200, 3), np.uint8))

    assert len(found) == 1
    assert found[0] == pytest.approx((8, 18, 52, 62))


def test_of_somebody_cut_off_by_the_frame_most_is_head() -> None:
    _, y1, _, y2 = head_of((0, 0, 100, 100))

    assert y2 - y1 > 60


def test_a_picture_without_faces_gives_none_however_small() -> None:
    for shape in ((1, 1, 3), (20, 300, 3), (200, 200, 3)):
        assert Cascade()(np.full(shape, 90, np.uint8)) == []


def test_finders_add_up() -> None:
    both = all_of([Heads(Sees()), Heads(Sees())])

    assert len(both(np.zeros((200, 200, 3), np.uint8))) == 2


def test_a_file_that_finds_no_faces_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "face.onnx"
    path.write_bytes(b"no network")

    with pytest.raises(InvalidInputError, match="does not find faces"):
        YuNet(path)
