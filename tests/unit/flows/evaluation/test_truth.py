from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.colours import write_colours
from sightline.core.errors import InvalidInputError
from sightline.flows.evaluation.truth import class_folders, meet

if TYPE_CHECKING:
    from pathlib import Path


def test_each_folder_is_a_class(tmp_path: Path) -> None:
    folder = write_colours(tmp_path, 2)
    (folder / "red" / "deeper").mkdir()
    (folder / "red" / "000.png").rename(folder / "red" / "deeper" / "7.png")
    (folder / "red" / "notes.txt").write_text("no picture")
    (folder / ".hidden").mkdir()
    found = class_folders(folder)
    assert found.names == ("blue",) * 2 + ("green",) * 2 + ("red",) * 2
    assert found.split == ""
    assert all(one.name.endswith(".png") for one in found.pictures)


@pytest.mark.parametrize(
    ("folders", "asked", "chosen"),
    [
        (("train", "val", "test"), None, "test"),
        (("train", "Validation"), None, "val"),
        (("train",), None, "train"),
        (("train", "test"), "train", "train"),
    ],
)
def test_folders_of_splits_hold_the_classes(
    tmp_path: Path, folders: tuple[str, ...], asked: str | None, chosen: str
) -> None:
    for name in folders:
        write_colours(tmp_path / name, 1)
    found = class_folders(tmp_path, split=asked)
    assert (found.split, set(found.names)) == (chosen, {"red", "green", "blue"})
    assert len(found.names) == 3


def test_classes_that_are_called_like_a_split_among_others_are_classes(tmp_path: Path) -> None:
    found = class_folders(write_colours(tmp_path, 1, names=("test", "car")))
    assert set(found.names) == {"test", "car"}


@pytest.mark.parametrize(
    ("make", "split", "message"),
    [
        (lambda _: None, None, "no folder"),
        (lambda at: at.mkdir(), None, "no pictures in folders"),
        (lambda at: write_colours(at / "train", 1), "val", "no split 'val'"),
        (lambda at: write_colours(at, 1), "val", "has no splits"),
    ],
)
def test_what_cannot_be_judged_on_is_told(
    tmp_path: Path, make: object, split: str | None, message: str
) -> None:
    make(tmp_path / "d")  # type: ignore[operator]
    with pytest.raises(InvalidInputError, match=message):
        class_folders(tmp_path / "d", split=split)


def test_classes_meet_by_name_and_the_others_are_told() -> None:
    found = meet(["cat", "Dog", "traffic light", "bird"], ["dog", "cat", "traffic_light", "cow"])
    assert found.index == {"cat": 1, "Dog": 0, "traffic light": 2}
    assert found.loosely == {"Dog": "dog", "traffic light": "traffic_light"}
    assert (found.unknown, found.unseen) == (("bird",), ("cow",))


def test_a_name_that_could_be_two_classes_is_neither() -> None:
    found = meet(["CAT", "dog"], ["cat", "Cat", "dog"])
    assert found.index == {"dog": 2}
    assert found.unknown == ("CAT",)
    both = meet(["cat", "Cat"], ["Cat", "x"])
    assert (both.index, both.unknown) == ({"Cat": 0}, ("cat",))


def test_a_model_of_other_classes_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="knows none of the classes") as caught:
        meet(["car", "bus"], ["cat", "dog"])
    assert "cat" in caught.value.hint


@settings(max_examples=30)
@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, unique=True))
def test_equal_names_always_meet(names: list[str]) -> None:
    found = meet(names, names)
    assert {name: names[at] for name, at in found.index.items()} == {one: one for one in names}
    assert (found.unknown, found.unseen, found.loosely) == ((), (), {})
