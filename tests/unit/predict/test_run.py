from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes.onnx_graphs import colour_model
from fakes.plain_pictures import picture_bytes, write_picture
from sightline.core.errors import CancelledError, InvalidInputError
from sightline.core.progress import Silent
from sightline.predict.rows import Picture
from sightline.predict.run import predict_files
from sightline.predict.session import OnnxClassifier, open_classifier

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8


class StopsAfter(Silent):
    """Asks to stop once `limit` pictures are done."""

    def __init__(self, limit: int) -> None:
        self.limit, self.done = limit, 0

    def advance(self, done: int, total: int | None, note: str = "") -> None:  # noqa: ARG002
        self.done = done

    def check(self) -> None:
        if self.done >= self.limit:
            raise CancelledError("stop")


@pytest.fixture
def colours(tmp_path: Path) -> OnnxClassifier:
    return open_classifier(colour_model(tmp_path / "model" / "m.onnx"))


def test_each_picture_gets_a_row_in_the_order_given(
    colours: OnnxClassifier, tmp_path: Path
) -> None:
    names = ["blue", "red", "green", "red"] * 5
    paths = [write_picture(tmp_path / f"{at}.png", name) for at, name in enumerate(names)]
    rows = list(predict_files(colours, paths, threads=3))
    assert [row["label"] for row in rows] == names
    assert [row["path"] for row in rows] == [str(path) for path in paths]
    row = rows[0]
    assert list(row["probabilities"]) == ["red", "green", "blue"]
    assert row["probability"] == row["probabilities"]["blue"] > 0.99
    assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    json.dumps(rows)


def test_bad_files_get_a_reason_and_never_stop_the_rest(
    colours: OnnxClassifier, tmp_path: Path
) -> None:
    good = write_picture(tmp_path / "a.png", "red")
    empty, text, cut = (tmp_path / name for name in ("empty.png", "text.jpg", "cut.png"))
    empty.write_bytes(b"")
    text.write_text("no picture", "utf-8")
    cut.write_bytes(picture_bytes("red", side=400)[:-200])
    dead = tmp_path / "dead.png"
    dead.symlink_to(tmp_path / "nowhere.png")
    sources = [empty, good, tmp_path / "none.png", text, cut, dead, good]
    rows = list(predict_files(colours, sources))
    assert [row.get("label") for row in rows] == [None, "red", None, None, None, None, "red"]
    for row in rows:
        assert "label" in row or (row["error"] and row["reason"])
    assert rows[2]["reason"] == "no such file"
    assert rows[0]["reason"] == "empty file"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_a_file_without_permission_gets_a_row(colours: OnnxClassifier, tmp_path: Path) -> None:
    path = write_picture(tmp_path / "a.png", "red")
    path.chmod(0)
    assert next(predict_files(colours, [path]))["reason"]


def test_a_folder_stands_for_its_pictures_at_any_depth(
    colours: OnnxClassifier, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    for name in ("b/2.png", "a/1.png", "3.PNG", ".hidden/4.png", "a/.5.png"):
        write_picture(folder / name, "green")
    (folder / "notes.txt").write_text("no picture", "utf-8")
    rows = list(predict_files(colours, [folder, str(folder / "3.PNG")]))
    names = [Path(row["path"]).relative_to(folder).as_posix() for row in rows]
    assert names == ["3.PNG", "a/1.png", "b/2.png", "3.PNG"]


def test_bytes_are_answered_under_their_name(colours: OnnxClassifier) -> None:
    drop = Picture("drop.jpg", picture_bytes("blue", kind="JPEG"))
    sources: list[Picture | Path | str | bytes] = [drop, picture_bytes("red")]
    rows = list(predict_files(colours, sources))
    assert [(row["path"], row["label"]) for row in rows] == [("drop.jpg", "blue"), ("bytes", "red")]


def test_top_keeps_the_best_first(colours: OnnxClassifier) -> None:
    row = next(predict_files(colours, [picture_bytes("blue")], top=2))
    assert next(iter(row["probabilities"])) == "blue"
    assert len(row["probabilities"]) == 2
    with pytest.raises(InvalidInputError):
        next(predict_files(colours, [picture_bytes("blue")], top=0))


def test_it_stops_when_asked_to(colours: OnnxClassifier) -> None:
    progress = StopsAfter(3)
    rows = predict_files(colours, [picture_bytes("red")] * 50, progress=progress, threads=2)
    with pytest.raises(CancelledError):
        list(rows)
    assert progress.done == 3


def test_pictures_go_in_batches_where_the_device_wants_them(colours: OnnxClassifier) -> None:
    class Gathers:
        classes, preprocess, max_batch = colours.classes, colours.preprocess, 4

        def __init__(self) -> None:
            self.sizes: list[int] = []

        def classify(self, images: U8) -> F32:
            self.sizes.append(len(images))
            return colours.classify(images)

    gathers = Gathers()
    sources = [picture_bytes("red"), b"bad", *[picture_bytes("blue")] * 8]
    rows = list(predict_files(gathers, sources, threads=1))
    assert [row.get("label") for row in rows] == ["red", None] + ["blue"] * 8
    assert gathers.sizes == [3, 4, 2]


def test_nothing_in_nothing_out(colours: OnnxClassifier, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert list(predict_files(colours, [tmp_path / "empty"])) == []


def test_no_broken_picture_of_a_large_collection_stops_the_rest(
    colours: OnnxClassifier, shared_data: Path
) -> None:
    files = sorted(one for one in (shared_data / "robust_pillow").rglob("*") if one.is_file())
    rows = list(predict_files(colours, files))
    assert [row["path"] for row in rows] == [str(file) for file in files]
    assert all("label" in row or (row["error"] and row["reason"]) for row in rows)
    assert sum("label" in row for row in rows) > len(rows) / 4
