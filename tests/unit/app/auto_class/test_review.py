"""What a job of auto class found: listed, and carried out as one step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.heads import GREEN, RED
from sightline.app.auto_class import review as auto_class_review
from sightline.app.auto_class.auto_class import JOB
from sightline.app.auto_class.review import Choice
from sightline.core.errors import ConflictError, InvalidInputError, UnknownJobError
from sightline.core.geometry.shapes import Box
from sightline.core.objects import ImageObject, ObjectChange
from unit.app.auto_class.test_auto_class import Desk, desk

if TYPE_CHECKING:
    from sightline.app import Workbench

__all__ = ["desk"]
EVERY = Choice(every=True)


def classes(desk: Desk) -> dict[tuple[int, str], int]:
    drawn = desk.bench.store.objects.of(desk.images)
    return {(image, one.uid): one.class_id for image, found in drawn.items() for one in found}


@pytest.fixture
def job(desk: Desk) -> str:
    """A job that would make three objects red and one green."""
    for image in desk.images:
        desk.draw(image, "a", RED, "green")
    desk.draw(desk.images[0], "b", GREEN, "other")
    asked = {"project": "colours", "image_ids": None}
    desk.bench.jobs.run_here(desk.bench, JOB, asked, project="colours")
    (found,) = desk.bench.jobs.list(project="colours", limit=1)
    return found.id


def test_changes_are_listed_the_surest_first_with_how_many_are_above(desk: Desk, job: str) -> None:
    found = desk.bench.auto_class_review.listed(desk.project, job, limit=3)
    assert (found["total"], found["next"], len(found["items"])) == (4, "3", 3)
    shares = [one["p"] for one in found["items"]]
    assert shares == sorted(shares, reverse=True)
    assert (len(found["above"]), found["above"][0], found["above"][100]) == (101, 4, 0)
    rest = desk.bench.auto_class_review.listed(desk.project, job, offset=3)
    assert (rest["next"], len(rest["items"])) == (None, 1)
    one = found["items"][0]
    assert (one["width"], one["height"], one["bounds"]) == (120, 80, list(RED))


def test_all_are_changed_as_one_step_that_undo_takes_back(desk: Desk, job: str) -> None:
    before = classes(desk)
    done = desk.bench.auto_class_review.apply(desk.project, job, EVERY)
    assert (done["objects"], done["images"], done["left_out"]) == (4, 3, 0)
    assert done["description"] == "Auto class by colours"
    after = classes(desk)
    assert {after[image, "a"] for image in desk.images} == {desk.ids["red"]}
    assert after[desk.images[0], "b"] == desk.ids["green"]
    desk.bench.labels.undo(desk.project)
    assert classes(desk) == before


def test_many_images_are_changed_in_parts_and_still_one_step(
    desk: Desk, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_class_review, "PART", 1)
    before = classes(desk)
    done = desk.bench.auto_class_review.apply(desk.project, job, EVERY)
    assert (done["objects"], done["images"]) == (4, 3)
    assert {classes(desk)[image, "a"] for image in desk.images} == {desk.ids["red"]}
    desk.bench.labels.undo(desk.project)
    assert classes(desk) == before
    desk.bench.labels.redo(desk.project)
    assert {classes(desk)[image, "a"] for image in desk.images} == {desk.ids["red"]}


def test_a_choice_names_objects_a_threshold_and_exceptions(desk: Desk, job: str) -> None:
    first, second, third = desk.images
    review = desk.bench.auto_class_review
    done = review.apply(desk.project, job, Choice(objects=((first, "b"),)))
    assert done["objects"] == 1
    done = review.apply(desk.project, job, Choice(every=True, but=((first, "b"), (second, "a"))))
    now = classes(desk)
    assert done["objects"] == 2
    assert (now[second, "a"], now[third, "a"]) == (desk.ids["green"], desk.ids["red"])
    for nothing in (Choice(), Choice(every=True, min_p=1.0)):
        with pytest.raises(InvalidInputError, match="nothing is chosen"):
            review.apply(desk.project, job, nothing)


def test_what_is_not_as_it_was_is_left_out_and_named(desk: Desk, job: str) -> None:
    first, second, third = desk.images
    desk.draw(first, "a", RED, "other")
    desk.draw(second, "a", (0, 0, 9, 9), "green")
    desk.bench.objects.change(desk.project, [ObjectChange(image_id=third, delete=("a",))])
    desk.draw(first, "b", GREEN, "other", locked=True)
    done = desk.bench.auto_class_review.apply(desk.project, job, EVERY)
    assert (done["objects"], done["seq"], done["left_out"]) == (0, None, 4)
    reasons = {(one["image_id"], one["uid"]): one["reason"] for one in done["stale"]}
    assert reasons == {
        (first, "a"): "it got another class",
        (first, "b"): "it is locked",
        (second, "a"): "it was drawn anew",
        (third, "a"): "it is gone",
    }


def test_an_image_that_somebody_else_drew_in_is_still_changed(desk: Desk, job: str) -> None:
    desk.draw(desk.images[0], "new", (50, 50, 60, 60), "other")
    done = desk.bench.auto_class_review.apply(desk.project, job, EVERY)
    assert (done["objects"], done["left_out"]) == (4, 0)
    again = desk.bench.auto_class_review.apply(desk.project, job, EVERY)
    assert {one["reason"] for one in again["stale"]} == {"it has the class already"}


def test_who_draws_at_the_same_moment_is_not_overwritten(
    desk: Desk, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, real = desk.bench.store.objects, desk.bench.store.objects.bulk
    first = desk.images[0]

    def bulk(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(store, "bulk", real)
        desk.draw(first, "a", RED, "other")
        return real(*args, **more)

    monkeypatch.setattr(store, "bulk", bulk)
    done = desk.bench.auto_class_review.apply(desk.project, job, EVERY)
    assert (done["objects"], done["left_out"]) == (3, 1)
    assert classes(desk)[first, "a"] == desk.ids["other"]


def test_an_image_that_nobody_drew_in_stays_to_be_done(bench: Workbench, desk: Desk) -> None:
    image = desk.images[0]
    one = ImageObject(uid="a", class_id=desk.ids["green"], shape=Box(*RED))
    change = ObjectChange(image_id=image, put=(one,), review="todo")
    bench.objects.change(desk.project, [change])
    asked = {"project": "colours", "image_ids": [image]}
    bench.jobs.run_here(bench, JOB, asked, project="colours")
    (job,) = bench.jobs.list(project="colours", limit=1)
    bench.auto_class_review.apply(desk.project, job.id, EVERY)
    assert bench.objects.form(image)["review"] == "todo"
    assert classes(desk)[image, "a"] == desk.ids["red"]


def test_only_jobs_of_the_project_that_ended_well_are_listed(
    desk: Desk, job: str, bench: Workbench
) -> None:
    review = bench.auto_class_review
    with pytest.raises(UnknownJobError):
        review.listed(desk.project, "0" * 12)
    other = bench.projects.create("other")
    with pytest.raises(UnknownJobError, match="other has no auto class"):
        review.listed(other, job)
    bench.store.jobs.create("waits", JOB, {}, project="colours", actor="ann", resumable=True)
    with pytest.raises(ConflictError, match="is queued"):
        review.listed(desk.project, "waits")
