"""All objects of a class made tight: one undo step, nothing lost, nobody's work overwritten."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes.segmenter import SquareSegmenter, use_squares
from sightline.app.assist.batch import AssistBatch, Wish
from sightline.core.errors import InvalidInputError, UnknownClassError, UnknownEngineError
from sightline.core.geometry.masks import decode, encode
from sightline.core.geometry.shapes import Box, Mask, Point, Polygon
from sightline.core.objects import ImageObject, ObjectChange
from sightline.core.progress import Silent
from unit.app.conftest import label_by_folder

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.core.geometry.shapes import Shape
    from sightline.store.projects import Project


@pytest.fixture
def squares(bench: Workbench) -> SquareSegmenter:
    return use_squares(bench)


@pytest.fixture
def drawn(bench: Workbench, pets: Project) -> tuple[list[int], int]:
    """The first three images, each with a box of the first class, and that class."""
    label_by_folder(bench, pets)
    class_id = bench.store.classes.list(pets.id)[0].id
    ids = [row.id for row in bench.store.images.page_after(pets.id, -1, 3)]
    for image_id in ids:
        draw(bench, pets, image_id, class_id, Box(2, 2, 20, 20))
    return ids, class_id


def draw(
    bench: Workbench, project: Project, image_id: int, class_id: int, shape: Shape, **more: Any
) -> None:
    one = ImageObject(uid=more.pop("uid", "a"), class_id=class_id, shape=shape, **more)
    bench.objects.change(project, [ObjectChange(image_id=image_id, put=(one,))])


def run(bench: Workbench, project: Project, class_id: int, ids: list[int]) -> dict[str, Any]:
    arguments = {
        "project": project.name,
        "class_id": class_id,
        "engine": "auto",
        "min_iou": 0.4,
        "image_ids": ids,
    }
    found: dict[str, Any] = bench.jobs.run_here(bench, "tweak", arguments, project=project.name)
    return found


def shapes(bench: Workbench, image_id: int) -> dict[str, Shape]:
    return {one.uid: one.shape for one in bench.store.objects.of([image_id])[image_id]}


def test_a_class_is_tweaked_everywhere_and_undone_in_one_step(
    bench: Workbench,
    pets: Project,
    squares: SquareSegmenter,
    drawn: tuple[list[int], int],
) -> None:
    ids, class_id = drawn
    result = run(bench, pets, class_id, ids)
    assert result == {"images": 3, "objects": 3, "changed": 3, "skipped": []}
    assert squares.encoded == 3
    assert all(shapes(bench, one)["a"] == Box(3, 3, 19, 19) for one in ids)
    bench.labels.undo(pets)
    assert all(shapes(bench, one)["a"] == Box(2, 2, 20, 20) for one in ids)


def test_every_kind_keeps_its_kind_and_what_cannot_be_tweaked_stays(
    bench: Workbench,
    pets: Project,
    squares: SquareSegmenter,
    drawn: tuple[list[int], int],
) -> None:
    del squares
    (image_id, *_), class_id = drawn
    row = bench.store.images.get(image_id)
    pixels = np.zeros((row.height, row.width), np.bool_)
    pixels[4:24, 4:24] = True
    ring = (4.0, 4.0, 24.0, 4.0, 24.0, 24.0, 4.0, 24.0)
    for uid, shape in (("m", encode(pixels)), ("p", Polygon(((ring,),))), ("o", Point(9, 9))):
        draw(bench, pets, image_id, class_id, shape, uid=uid)
    draw(bench, pets, image_id, class_id, Box(2, 2, 20, 20), uid="k", locked=True)
    result = run(bench, pets, class_id, [image_id])
    assert result["changed"] == 3
    after = shapes(bench, image_id)
    mask = after["m"]
    assert isinstance(mask, Mask)
    assert decode(mask).sum() == 18 * 18
    assert isinstance(after["p"], Polygon)
    assert after["p"].bounds() == pytest.approx((5, 5, 23, 23))
    assert (after["o"], after["k"]) == (Point(9, 9), Box(2, 2, 20, 20))


def test_an_answer_that_is_another_object_is_not_taken(
    bench: Workbench,
    pets: Project,
    squares: SquareSegmenter,
    drawn: tuple[list[int], int],
) -> None:
    del squares
    (image_id, *_), class_id = drawn
    draw(bench, pets, image_id, class_id, Box(2, 2, 5, 5))
    assert run(bench, pets, class_id, [image_id])["changed"] == 0
    assert shapes(bench, image_id)["a"] == Box(2, 2, 5, 5)


def test_what_somebody_drew_meanwhile_is_not_overwritten_and_the_rest_is_done(
    bench: Workbench,
    pets: Project,
    squares: SquareSegmenter,
    drawn: tuple[list[int], int],
    tmp_path: Path,
) -> None:
    del squares
    ids, class_id = drawn
    batch = AssistBatch(bench.store, bench.assist, bench.jobs, "ann")
    wish = Wish(class_id, "auto", 0.4, tuple(ids))
    drawing = DrawsAt(2, lambda: draw(bench, pets, ids[0], class_id, Box(1, 1, 30, 30)))
    result = batch.perform(pets, wish, scratch=tmp_path / "s.jsonl", progress=drawing)
    assert (result["images"], result["changed"]) == (2, 2)
    assert result["skipped"] == [{"image_id": ids[0], "reason": "somebody drew there meanwhile"}]
    assert shapes(bench, ids[0])["a"] == Box(1, 1, 30, 30)


class DrawsAt(Silent):
    """A progress during which somebody else works."""

    def __init__(self, step: int, work: Any) -> None:
        self._step, self._work = step, work

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        del total, note
        if done == self._step:
            self._work()


def test_a_resumed_job_asks_no_picture_twice(
    bench: Workbench,
    pets: Project,
    squares: SquareSegmenter,
    drawn: tuple[list[int], int],
    tmp_path: Path,
) -> None:
    ids, class_id = drawn
    scratch = tmp_path / "s.jsonl"
    wish = Wish(class_id, "auto", 0.4, tuple(ids))
    batch = AssistBatch(bench.store, bench.assist, bench.jobs, "ann")
    batch.perform(pets, wish, scratch=scratch, progress=Silent())
    bench.labels.undo(pets)
    lines = scratch.read_text().splitlines()
    versions = {row.id: row.version for row in bench.store.images.by_ids(ids)}
    known = [json.loads(line) for line in lines[:2]]
    text = "".join(json.dumps(one | {"version": versions[one["image_id"]]}) + "\n" for one in known)
    scratch.write_text(text + lines[2][:20])
    asked = len(squares.asked)
    result = batch.perform(pets, wish, scratch=scratch, progress=Silent())
    assert result["changed"] == 3
    assert len(squares.asked) == asked + 1


def test_a_picture_that_cannot_be_read_is_named_and_the_rest_is_done(
    bench: Workbench,
    pets: Project,
    squares: SquareSegmenter,
    drawn: tuple[list[int], int],
) -> None:
    del squares
    from pathlib import Path

    ids, class_id = drawn
    Path(bench.store.images.get(ids[1]).path).unlink()
    result = run(bench, pets, class_id, ids)
    assert result["changed"] == 2
    assert [one["image_id"] for one in result["skipped"]] == [ids[1]]


def test_what_cannot_be_tweaked_is_refused_before_a_job_starts(
    bench: Workbench,
    pets: Project,
    squares: SquareSegmenter,
    drawn: tuple[list[int], int],
) -> None:
    del squares
    ids, class_id = drawn
    other = bench.labels.add_class(pets, "empty")["id"]
    with pytest.raises(InvalidInputError, match="no box, polygon or mask of empty"):
        bench.tweaking.start(pets, other)
    with pytest.raises(InvalidInputError):
        bench.tweaking.start(pets, other, image_ids=ids)
    with pytest.raises(UnknownEngineError):
        bench.tweaking.start(pets, class_id, engine="nobody")
    strange = bench.projects.create("strange")
    with pytest.raises(UnknownClassError):
        bench.tweaking.start(strange, class_id)
