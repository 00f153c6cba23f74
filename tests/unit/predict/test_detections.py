"""Many pictures through a detector: in batches, stopped by nothing but a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sightline.core.assist import Detections
from sightline.core.errors import CancelledError, InvalidInputError
from sightline.core.progress import Silent
from sightline.predict.detections import BATCH, Look, Wish, detect_all

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.arrays import U8


class Corner:
    """Finds one object: as wide as the picture is bright."""

    key = "corner"
    classes = ("thing",)

    def detect(self, image: U8, *, min_score: float = 0.05, limit: int = 300) -> Detections:
        del min_score, limit
        side = float(image[0, 0, 0])
        return Detections(
            np.array([[0, 0, side, side]], np.float32),
            np.array([0.5], np.float32),
            np.zeros(1, np.int32),
        )


class Broken(Corner):
    def detect(self, image: U8, *, min_score: float = 0.05, limit: int = 300) -> Detections:
        del image, min_score, limit
        raise InvalidInputError("the graph fails", hint="add it again")


class Impatient(Silent):
    def check(self) -> None:
        raise CancelledError("stopped", hint="")


def looks(folder: Path, count: int) -> list[Look]:
    for number in range(count):
        Image.new("RGB", (8, 8), (number + 1, 0, 0)).save(folder / f"{number}.png")
    return [Look(number + 1, folder / f"{number}.png") for number in range(count)]


def test_each_answer_belongs_to_its_picture_and_comes_in_batches(tmp_path: Path) -> None:
    batches: list[dict[int, Detections]] = []
    asked = looks(tmp_path, BATCH + 3)
    wish = Wish(threads=2)
    result = detect_all(Corner(), asked, batches.append, Silent(), total=len(asked), wish=wish)
    assert [len(one) for one in batches] == [BATCH, 3]
    found = {key: one.boxes[0, 2] for batch in batches for key, one in batch.items()}
    assert found == {number: number for number in range(1, BATCH + 4)}
    assert (result.done, result.objects, result.unreadable) == (BATCH + 3, BATCH + 3, [])


def test_a_broken_picture_is_named_and_stops_nothing(tmp_path: Path) -> None:
    asked = looks(tmp_path, 3)
    asked[1].path.write_bytes(b"no picture")
    batches: list[dict[int, Detections]] = []
    result = detect_all(Corner(), asked, batches.append, Silent(), total=3, wish=Wish(threads=1))
    assert sorted(batches[0]) == [1, 3]
    assert [path for path, _ in result.unreadable] == [str(asked[1].path)]


def test_a_broken_detector_stops_at_once(tmp_path: Path) -> None:
    batches: list[dict[int, Detections]] = []
    asked = looks(tmp_path, 3)
    with pytest.raises(InvalidInputError, match="the graph fails"):
        detect_all(Broken(), asked, batches.append, Silent(), total=3, wish=Wish(threads=1))
    assert batches == []


def test_what_was_found_before_a_stop_is_kept(tmp_path: Path) -> None:
    batches: list[dict[int, Detections]] = []
    with pytest.raises(CancelledError):
        detect_all(
            Corner(),
            looks(tmp_path, 3),
            batches.append,
            Impatient(),
            total=3,
            wish=Wish(threads=1),
        )
    assert [sorted(one) for one in batches] == [[1]]
