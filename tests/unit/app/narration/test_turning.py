"""A detector that finds out that its camera looks straight down; it is a fake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightline.app.narration.eyes import DetectorEye
from sightline.app.narration.looker import Engine
from sightline.app.narration.narration import Narration, Pace
from sightline.app.narration.turning import TurningEye
from sightline.core.assist import Detections
from sightline.core.media import Frame

if TYPE_CHECKING:
    from sightline.core.arrays import U8

HEIGHT, WIDTH, SIDE = 200, 640, 60


@dataclass
class Road:
    """Finds the white square: a cell phone, and a car where the picture is flat."""

    key: str = "road"
    classes: tuple[str, ...] = ("cell phone", "car")
    drives: bool = True
    looks: int = 0

    def detect(self, image: U8, *, min_score: float = 0.05, limit: int = 300) -> Detections:
        del min_score, limit
        self.looks += 1
        y, x = np.nonzero(image[..., 0] > 128)
        count = int(bool(len(x)))
        box = [x.min(), y.min(), x.max() + 1, y.max() + 1] if count else []
        flat = self.drives and image.shape[0] < HEIGHT
        return Detections(
            np.array(box, np.float32).reshape(-1, 4),
            np.full(count, 0.9, np.float32),
            np.full(count, int(flat), np.int32),
        )


def narration(road: Road) -> Narration:
    eye = TurningEye(DetectorEye(road, {}), DetectorEye(road, {}, from_above=True))
    engine = Engine("template:road", (eye,))
    return Narration(engine, "en", Pace(2.0), lambda _: engine)


def pass_by(told: Narration, begins: int) -> list[str]:
    """A square crosses the view within two seconds; return what is told."""
    texts = []
    for step in range(begins, begins + 24):
        image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        x = 40 * (step - begins)
        if x < WIDTH:
            image[60 : 60 + SIDE, x : x + SIDE] = 255
        telling = told.see(Frame(step, step / 8, image))
        texts += [telling.text] if telling is not None else []
    return texts


def test_what_drives_is_called_a_car_also_in_the_summary_of_what_came_before() -> None:
    road = Road()
    told = narration(road)
    assert not told.notes
    texts = pass_by(told, 0) + pass_by(told, 24)
    assert any("car" in one for one in texts)
    assert told.finish().counts == (("car", 2),)
    assert [one for one in told.notes if "straight down" in one]


def test_once_it_is_known_each_frame_is_looked_at_once() -> None:
    road = Road()
    told = narration(road)
    pass_by(told, 0)
    before = road.looks, told.looks
    pass_by(told, 24)
    assert road.looks - before[0] <= told.looks - before[1]


def test_a_thing_that_is_no_vehicle_either_way_keeps_its_name() -> None:
    told = narration(Road(drives=False))
    pass_by(told, 0)
    assert told.finish().counts == (("cell phone", 1),)
    assert not told.notes
