"""Auto class: what is taken, what a person is asked, and what a job finds."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from fakes.heads import BETWEEN, BLUE, GREEN, RED, colour_head, write_colours
from sightline.app.auto_class.auto_class import JOB, Wish
from sightline.app.auto_class.review import FILE
from sightline.core.errors import (
    CancelledError,
    InvalidInputError,
    UnknownClassError,
    UnknownImageError,
    UnknownModelError,
)
from sightline.core.geometry.shapes import Box, Point
from sightline.core.objects import ImageObject, ObjectChange
from sightline.core.progress import Silent

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.geometry.shapes import Bounds
    from sightline.store.projects import Project


@dataclass(frozen=True)
class Desk:
    """A project with three pictures and the classes red, green, other, and a head for it."""

    bench: Workbench
    project: Project
    images: list[int]
    ids: dict[str, int]

    def draw(self, image: int, uid: str, box: Bounds, name: str, **more: Any) -> None:
        one = ImageObject(uid=uid, class_id=self.ids[name], shape=Box(*box), **more)
        change = ObjectChange(image_id=image, put=(one,))
        self.bench.objects.change(self.project, [change])

    def run(self, **wish: Any) -> dict[str, Any]:
        asked = {"project": self.project.name, "image_ids": None, **wish}
        found: dict[str, Any] = self.bench.jobs.run_here(
            self.bench, JOB, asked, project=self.project.name
        )
        return found


@pytest.fixture
def desk(bench: Workbench, tmp_path: Path) -> Desk:
    bench.ingest(write_colours(tmp_path / "pictures", 3), "colours", labels="none")
    project = bench.projects.get("colours")
    ids = {name: bench.labels.add_class(project, name)["id"] for name in ("red", "green", "other")}
    bench.crop_heads.keep(colour_head(bench), "colours")
    bench.crop_heads.activate(project, "colours")
    images = [row.id for row in bench.store.images.page_after(project.id, -1, 10)]
    return Desk(bench, project, images, ids)


def test_a_sure_class_is_taken_and_an_unsure_one_shows_the_three_likeliest(desk: Desk) -> None:
    found = desk.bench.auto_class.classify(desk.images[0], boxes=[RED, GREEN, BETWEEN])
    red, green, between = found["boxes"]
    assert (red["class"], red["class_id"], red["accepted"]) == ("red", desk.ids["red"], True)
    assert green["class_id"] == desk.ids["green"]
    assert (between["class_id"], between["accepted"]) == (None, False)
    assert {one["class"] for one in between["top"]} == {"red", "green", "blue"}
    assert between["why"]
    assert found["guard"] == {"min_prob": 0.5, "margin": 0.2, "bg_margin": 0.1}


def test_a_class_that_the_project_does_not_have_is_never_taken(desk: Desk) -> None:
    (blue,) = desk.bench.auto_class.classify(desk.images[0], boxes=[BLUE])["boxes"]
    assert (blue["class"], blue["class_id"], blue["accepted"]) == ("blue", None, False)
    assert blue["why"] == "the project has no class blue"
    assert desk.bench.auto_class.status(desk.project)["unknown"] == ["blue"]


def test_objects_are_named_by_uid_and_those_that_are_gone_are_left_out(desk: Desk) -> None:
    image = desk.images[0]
    desk.draw(image, "a", RED, "other")
    point = ImageObject(uid="p", class_id=desk.ids["red"], shape=Point(9, 9))
    desk.bench.objects.change(desk.project, [ObjectChange(image_id=image, put=(point,))])
    found = desk.bench.auto_class.classify(image, uids=["a", "p", "gone"])
    assert [(one["uid"], one["class"]) for one in found["boxes"]] == [("a", "red")]


def test_what_an_answer_must_reach_is_asked_else_the_projects_else_the_heads(desk: Desk) -> None:
    def guard(**asked: float) -> Any:
        return desk.bench.auto_class.namer(desk.project, guard=asked).guard.margin

    assert guard() == 0.2
    desk.bench.projects.save_settings(desk.project, {"auto_class_margin": 0.9})
    assert guard() == 0.9
    assert guard(margin=0.3) == 0.3
    (red,) = desk.bench.auto_class.classify(desk.images[0], boxes=[RED], guard={"margin": 1.0})[
        "boxes"
    ]
    assert not red["accepted"]


def test_what_cannot_be_named_is_refused_with_what_to_do(desk: Desk) -> None:
    auto, image = desk.bench.auto_class, desk.images[0]
    with pytest.raises(InvalidInputError, match="which objects"):
        auto.classify(image)
    with pytest.raises(InvalidInputError, match="outside of the picture, which is 120 x 80"):
        auto.classify(image, boxes=[(300, 300, 310, 310)])
    with pytest.raises(InvalidInputError, match="not valid"):
        auto.classify(image, boxes=[(10, 10, 10, 40)])
    with pytest.raises(InvalidInputError, match="1001 boxes"):
        auto.classify(image, boxes=[RED] * 1001)
    with pytest.raises(UnknownImageError):
        auto.classify(10_000, boxes=[RED])
    with pytest.raises(UnknownModelError):
        auto.classify(image, boxes=[RED], head="none")
    with pytest.raises(InvalidInputError, match="margin is 2"):
        auto.classify(image, boxes=[RED], guard={"margin": 2.0})
    with pytest.raises(InvalidInputError, match="no object is drawn"):
        auto.start(desk.project)
    with pytest.raises(UnknownClassError):
        auto.start(desk.project, class_id=10_000)
    desk.bench.crop_heads.activate(desk.project, "")
    with pytest.raises(InvalidInputError, match="no head names objects") as error:
        auto.classify(image, boxes=[RED])
    assert "sightline heads train colours" in error.value.hint


def test_the_status_says_why_no_head_can_be_used(desk: Desk) -> None:
    auto = desk.bench.auto_class
    told = auto.status(desk.project)
    assert (told["head"], told["ready"], told["untaught"]) == ("colours", True, ["other"])
    desk.bench.projects.save_settings(desk.project, {"box_head": "gone"})
    told = auto.status(desk.project)
    assert (told["head"], told["ready"]) == ("gone", False)
    assert "gone" in told["why"]
    older = replace(colour_head(desk.bench), encoder_key="hog-older")
    model = desk.bench.crop_heads.keep(older, "older")["id"]
    desk.bench.projects.save_settings(desk.project, {"box_head": model})
    assert "the encoder hog has changed" in auto.status(desk.project)["why"]
    with pytest.raises(InvalidInputError, match="the encoder hog has changed"):
        auto.classify(desk.images[0], boxes=[RED])
    desk.bench.crop_heads.activate(desk.project, "")
    assert auto.status(desk.project)["head"] is None


def test_a_job_finds_what_should_be_of_another_class_and_changes_nothing(desk: Desk) -> None:
    first, second, _ = desk.images
    desk.draw(first, "wrong", RED, "green")
    desk.draw(first, "right", GREEN, "green")
    desk.draw(first, "unsure", BETWEEN, "green")
    desk.draw(first, "held", RED, "green", locked=True)
    desk.draw(second, "also", GREEN, "other")
    done = desk.run()
    counts = {name: done[name] for name in ("images", "objects", "agree", "unsure", "locked")}
    assert counts == {"images": 2, "objects": 5, "agree": 1, "unsure": 1, "locked": 1}
    assert (done["changes"], done["skipped"], done["head"]) == (2, [], "colours")
    (drawn,) = (desk.bench.store.objects.of([second])[second],)
    assert [one.class_id for one in drawn] == [desk.ids["other"]]
    assert desk.run(class_id=desk.ids["other"])["changes"] == 1
    assert desk.run(image_ids=[first])["objects"] == 4


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_looked_through(
    desk: Desk, tmp_path: Path
) -> None:
    first, second, _ = desk.images
    desk.draw(first, "a", RED, "green")
    desk.draw(second, "b", RED, "green")
    (tmp_path / "pictures" / "000.png").write_bytes(b"no picture")
    done = desk.run()
    assert [one["image_id"] for one in done["skipped"]] == [first]
    assert done["changes"] == 1


class Stopped(Silent):
    """Stops the work after some objects."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.told: list[int] = []

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        del total, note
        self.told.append(done)

    def check(self) -> None:
        if len(self.told) > self.after:
            raise CancelledError("stopped", hint="")


def test_a_job_that_was_stopped_goes_on_where_it_was(desk: Desk, tmp_path: Path) -> None:
    for image in desk.images:
        desk.draw(image, "a", RED, "green")
    scratch = tmp_path / FILE
    auto = desk.bench.auto_class
    with pytest.raises(CancelledError):
        auto.perform(desk.project, Wish(), scratch=scratch, progress=Stopped(2))
    before = scratch.read_text()
    assert len(before.splitlines()) == 1
    scratch.write_text(before + '{"image_id": 2, "torn')
    watched = Stopped(1_000)
    done = auto.perform(desk.project, Wish(), scratch=scratch, progress=watched)
    assert (watched.told[0], watched.told[-1], done["changes"]) == (1, 3, 3)
    rows = [json.loads(line) for line in scratch.read_text().splitlines()]
    assert [row["image_id"] for row in rows] == desk.images


def test_a_thousand_boxes_of_an_image_are_named_in_parts(desk: Desk) -> None:
    image = desk.images[0]
    put = tuple(
        ImageObject(uid=f"o{n}", class_id=desk.ids["other"], shape=Box(5, 20, 15 + n % 20, 50))
        for n in range(1_000)
    )
    desk.bench.objects.change(desk.project, [ObjectChange(image_id=image, put=put)])
    scratch, watched = desk.bench.workspace / "scratch", Stopped(10_000)
    done = desk.bench.auto_class.perform(desk.project, Wish(), scratch=scratch, progress=watched)
    assert (done["objects"], done["changes"]) == (1_000, 1_000)
    assert len(watched.told) > 7
