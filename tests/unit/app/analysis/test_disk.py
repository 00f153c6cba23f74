from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PIL import Image

from sightline.app.analysis.disk import look_at_folders
from sightline.core.progress import Silent
from sightline.store.images import Location

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def picture(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4)).save(path)
    return path


def place(path: Path, asset: int) -> Location:
    return Location(asset, asset, str(path), 1, 1, None, missing=False, digest=str(asset))


def test_gone_double_and_torn_files_are_told_apart(tmp_path: Path) -> None:
    places = [
        place(picture(tmp_path / "train" / "cat" / "a.png"), 1),
        place(picture(tmp_path / "val" / "cat" / "a.png"), 1),
        place(picture(tmp_path / "train" / "cat" / "b.png"), 2),
        place(picture(tmp_path / "train" / "cat" / "c.png"), 2),
        place(tmp_path / "train" / "cat" / "gone.png", 3),
        place(tmp_path / "train" / "cat" / "moved.png", 4),
        place(picture(tmp_path / "val" / "cat" / "moved.png"), 4),
    ]
    seen = look_at_folders(places, Silent())
    assert (seen.gone, seen.doubles, seen.torn) == ({3}, {1, 2}, {1})
    assert seen.disk.files == 7


def test_a_split_folder_above_all_pictures_tears_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "train"
    places = [place(picture(folder / name / "a.png"), 1) for name in ("x", "y")]
    assert look_at_folders(places, Silent()).torn == set()


def test_what_lies_beside_is_listed_with_its_reason(tmp_path: Path) -> None:
    known = picture(tmp_path / "cat" / "a.png")
    picture(tmp_path / "dog" / "b.png")
    picture(tmp_path / "cat" / "new.png")
    (tmp_path / "cat" / "bad.jpg").write_bytes(b"nothing")
    (tmp_path / "cat" / "a.txt").write_text("red")
    (tmp_path / "cat" / ".hidden.png").write_bytes(b"")
    (tmp_path / "emu").mkdir()
    places = [place(known, 1), place(tmp_path / "dog" / "b.png", 2)]
    disk = look_at_folders(places, Silent()).disk
    assert disk.left_out == 2
    assert dict(disk.left_out_files) == {
        str(tmp_path / "cat" / "bad.jpg"): "not an image",
        str(tmp_path / "cat" / "new.png"): "new",
    }
    assert disk.sidecars == 1
    assert disk.empty_folders == (str(tmp_path / "emu"),)


def test_a_folder_that_went_as_a_whole_is_files_that_are_gone(tmp_path: Path) -> None:
    seen = look_at_folders(
        [place(tmp_path / "nowhere" / f"{n}.png", n) for n in range(3)], Silent()
    )
    assert seen.gone == {0, 1, 2}
    assert look_at_folders([], Silent()).disk.files == 0


def test_each_folder_is_listed_once_however_many_pictures_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[str] = []
    scandir = os.scandir

    def count(path: str) -> object:
        listed.append(path)
        return scandir(path)

    monkeypatch.setattr("sightline.app.analysis.disk.os.scandir", count)
    for pictures in (2, 20):
        listed.clear()
        places = [
            place(tmp_path / name / f"{n}.png", n) for name in ("x", "y") for n in range(pictures)
        ]
        look_at_folders(places, Silent())
        assert len(listed) == 3
