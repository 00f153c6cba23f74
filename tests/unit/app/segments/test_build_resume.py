"""A build that ends before it is done goes on, and does nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sightline.app.segments.shapes import SegmentWish
from sightline.app.segments.work import BROKEN
from sightline.core.errors import (
    BusyError,
    CancelledError,
    ConflictError,
    EngineFailedError,
)
from sightline.core.geometry.shapes import Box
from sightline.core.progress import Silent
from sightline.store.locks import FileLock
from sightline.store.model_plan import ImportOptions
from unit.app.conftest import draw_boxes, rows
from unit.app.segments.conftest import OUT, build, drawn

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.segmenter import SquareSegmenter
    from sightline.app import Workbench
    from sightline.store.projects import Project


class Stops(Silent):
    """Stops once so many pictures are done."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.done = 0

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        del total, note
        self.done = done

    def check(self) -> None:
        if self.done >= self.at:
            raise CancelledError("stop", hint="")


@pytest.mark.parametrize("workers", [1, 3])
def test_a_stopped_build_repeats_no_finished_picture(
    bench: Workbench, boxed: Project, squares: SquareSegmenter, workers: int
) -> None:
    with pytest.raises(CancelledError):
        build(bench, boxed, workers=workers, progress=Stops(2))
    assert bench.store.projects.find(OUT) is None
    first = squares.encoded
    report = build(bench, boxed, workers=workers)
    assert report["made"] <= 6 - 2
    assert squares.encoded - 5 <= workers
    assert squares.encoded - first == report["made"] - 1  # one holds no box


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from fakes.segmenter import use_squares
from sightline.app import open_workbench
from sightline.app.segments.shapes import SegmentWish
from sightline.core.progress import Silent

class Killed(Silent):
    def advance(self, done, total, note=""):
        if note.endswith(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)

with open_workbench(sys.argv[1], job_threads=1) as bench:
    use_squares(bench)
    bench.segments.perform(
        bench.projects.get("pets"), "pets_seg", SegmentWish(), workers=1, progress=Killed()
    )
"""


@pytest.mark.parametrize(
    ("note", "left"),
    [
        ("002.png", 3),
        pytest.param("writing the folders", 0, marks=pytest.mark.nightly),
        pytest.param("drawing the polygons", 0, marks=pytest.mark.nightly),
    ],
)
def test_a_killed_build_goes_on_and_repeats_one_picture_at_most(
    bench: Workbench, boxed: Project, squares: SquareSegmenter, note: str, left: int
) -> None:
    tests = Path(__file__).parents[3]
    command = [sys.executable, "-c", KILLED, str(bench.workspace), str(tests), note]
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode == -9, done.stderr.decode()
    report = build(bench, boxed)
    assert report["made"] == left
    assert squares.encoded == max(0, left - 1)  # one holds no box
    assert sorted(map(len, drawn(bench, OUT).values())) == [0] + [2] * 5
    whole = build(bench, boxed, "whole")
    assert content(bench, OUT) == content(bench, "whole")
    assert {**report, "made": 0, "out": "", "path": ""} == {
        **whole,
        "made": 0,
        "out": "",
        "path": "",
    }


def content(bench: Workbench, name: str) -> dict[str, bytes]:
    folder = bench.store.project_dir(name)
    return {
        str(one.relative_to(folder)): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file() and one.name != "segment.json"
    }


def test_a_finished_build_is_left_as_it_is(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    report = build(bench, boxed)
    out = bench.projects.get(OUT)
    seq = bench.store.projects.by_id(out.id).seq
    squares.encoded = 0
    assert build(bench, boxed) == report | {"made": 0}
    assert squares.encoded == 0
    assert bench.store.projects.by_id(out.id).seq == seq
    with pytest.raises(ConflictError, match="other boxes"):
        build(bench, boxed, wish=SegmentWish(min_size=3))
    draw_boxes(bench, boxed, rows(bench, boxed)[7].id, Box(3, 3, 20, 20))
    with pytest.raises(ConflictError, match="other boxes"):
        build(bench, boxed)


def test_what_changed_while_a_build_was_stopped_is_worked_out_anew(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    with pytest.raises(CancelledError):
        build(bench, boxed, progress=Stops(3))
    draw_boxes(bench, boxed, rows(bench, boxed)[0].id, Box(1, 1, 23, 23))
    squares.encoded = 0
    assert build(bench, boxed)["made"] == squares.encoded + 1 >= 3
    assert (2, 2, 22, 22) in {one.shape.bounds() for one in drawn(bench, OUT)["000.png"]}


def test_two_of_the_same_build_do_not_meet(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    del squares
    folder = bench.segments.folder(boxed)
    folder.mkdir(parents=True)
    lock = FileLock(folder / f".{OUT}.lock")
    assert lock.try_acquire()
    with pytest.raises(BusyError):
        build(bench, boxed)
    lock.release()


def fails_at(squares: SquareSegmenter, fails: Callable[[int], bool]) -> None:
    """Let a segmenter break down at some of its encodings, by their number."""
    encode, count = squares.encode, iter(range(10_000))

    def broken(image: Any) -> Any:
        if fails(next(count)):
            raise EngineFailedError("it died", hint="")
        return encode(image)

    squares.encode = broken  # type: ignore[method-assign]


def test_a_segmenter_that_dies_once_is_asked_again(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    fails_at(squares, lambda n: n % 3 == 0)
    assert build(bench, boxed)["fallbacks"] == 0


def test_a_picture_at_which_the_segmenter_dies_keeps_its_boxes(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    fails_at(squares, lambda n: n in {2, 3})
    report = build(bench, boxed)
    assert report["fallback_reasons"] == {BROKEN: 2}
    assert (report["polygons"], report["objects"]) == (8, 10)
    lines = (bench.store.project_dir(OUT) / "train" / "labels").glob("*.txt")
    assert {len(line.split()) for one in lines for line in one.read_text().splitlines()} == {9}
    boxes = [
        one for found in drawn(bench, OUT).values() for one in found if one.shape.kind == "box"
    ]
    assert len(boxes) == 2


def test_a_segmenter_that_always_dies_stops_the_build_and_keeps_what_is_done(
    bench: Workbench, boxed: Project, squares: SquareSegmenter
) -> None:
    encode = squares.encode
    fails_at(squares, lambda n: n >= 2)
    with pytest.raises(EngineFailedError):
        build(bench, boxed)
    squares.encode = encode  # type: ignore[method-assign]
    squares.encoded = 0
    assert build(bench, boxed)["fallbacks"] == 0
    assert squares.encoded == 3


class Kills(Silent):
    """Kills the segmenter's process once a picture is done."""

    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.killed = 0

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        del total, note
        for process in self.bench.room._processes.values():
            if done and not self.killed and process.pid is not None:
                self.killed = process.pid
                os.kill(process.pid, signal.SIGKILL)


@pytest.mark.nightly
def test_a_build_outlives_the_process_of_its_segmenter(
    bench: Workbench, boxed: Project, tmp_path: Path
) -> None:
    from fakes.tiny_sam import save_sam

    bench.models.add(save_sam(tmp_path / "sam"), ImportOptions(name="tiny"))
    killing = Kills(bench)
    wish = SegmentWish(engine="tiny", min_box_iou=0.0)
    report = build(bench, boxed, wish=wish, workers=2, progress=killing)
    assert killing.killed
    assert (report["polygons"] + report["fallbacks"], report["skipped"]) == (10, [])
    assert BROKEN not in report["fallback_reasons"]
