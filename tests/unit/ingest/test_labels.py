from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.ingest.labels import FolderLabels, find_labels, parse_tags


def of(*names: str, **texts: str) -> FolderLabels:
    sidecars = {f"{name}.txt": text for name, text in texts.items()}
    return find_labels(names, texts=sidecars, read_text=sidecars.get)


def test_two_leaf_folders_are_classes() -> None:
    found = of("cat/1.jpg", "dog/1.jpg", "dog/2.jpg", "3.jpg")
    assert found.kind == "folders"
    assert found.classes == ("cat", "dog")
    assert found.of == {"cat/1.jpg": ("cat",), "dog/1.jpg": ("dog",), "dog/2.jpg": ("dog",)}
    assert not found.splits


def test_one_folder_is_no_class() -> None:
    assert of("cat/1.jpg", "cat/2.jpg").kind == "none"
    assert of("train/cat/1.jpg", "val/cat/2.jpg").kind == "none"
    assert of("1.jpg", "2.jpg").kind == "none"


@pytest.mark.parametrize("name", ["images", "Labels", "masks", "train", "VAL", "valid", "test"])
def test_some_folders_are_never_classes(name: str) -> None:
    found = of(f"{name}/1.jpg", "cat/1.jpg", "dog/1.jpg")
    assert found.classes == ("cat", "dog")
    assert f"{name}/1.jpg" not in found.of
    assert of(f"a/{name}/1.jpg", f"b/{name}/1.jpg").kind == "none"


def test_only_leaf_folders_are_classes() -> None:
    found = of("pets/cat/1.jpg", "pets/dog/1.jpg", "pets/stray.jpg")
    assert found.classes == ("cat", "dog")
    assert "pets/stray.jpg" not in found.of


def test_split_folders_hold_class_folders() -> None:
    found = of("train/cat/1.jpg", "Train/dog/2.jpg", "valid/cat/3.jpg", "test/dog/4.jpg")
    assert found.classes == ("cat", "dog")
    assert found.splits == {
        "train/cat/1.jpg": "train",
        "Train/dog/2.jpg": "train",
        "valid/cat/3.jpg": "val",
        "test/dog/4.jpg": "test",
    }


def test_flat_split_folders_give_splits_and_no_labels() -> None:
    found = of("images/train/1.jpg", "images/val/2.jpg")
    assert found.kind == "none"
    assert found.splits == {"images/train/1.jpg": "train", "images/val/2.jpg": "val"}


def test_numbers_are_ordered_as_numbers_and_case_does_not_split_a_class() -> None:
    found = of("10/1.jpg", "9/1.jpg", "2/1.jpg")
    assert found.classes == ("2", "9", "10")
    found = of("Cat/1.jpg", "b/cat/2.jpg", "dog/3.jpg")
    assert found.classes == ("Cat", "dog")
    assert found.of["b/cat/2.jpg"] == ("Cat",)


def test_folders_that_cannot_name_a_class_are_told() -> None:
    found = of("a?/1.jpg", "cat/1.jpg", "dog/1.jpg", "CON/2.jpg")
    assert found.classes == ("cat", "dog")
    assert set(found.refused) == {"a?", "CON"}


def test_sidecars_with_short_comma_separated_words_are_tags() -> None:
    found = of("1.jpg", "2.jpg", "3.jpg", **{"1": "cat, red sofa", "2": "dog", "3": "Cat,\ndog,"})
    assert found.kind == "tags"
    assert found.classes == ("cat", "dog", "red sofa")
    assert found.of["3.jpg"] == ("cat", "dog")


def test_tags_win_over_folders() -> None:
    found = of("a/1.jpg", "b/2.jpg", **{"a/1": "x, y", "b/2": "y"})
    assert found.kind == "tags"


def test_too_few_sidecars_are_no_tags() -> None:
    names = [f"{number}.jpg" for number in range(10)]
    assert of(*names, **{str(number): "cat, dog" for number in range(7)}).kind == "none"
    assert of(*names, **{str(number): "cat, dog" for number in range(8)}).kind == "tags"


def test_yolo_lines_are_never_tags() -> None:
    yolo = "0 0.5 0.5 0.1 0.2\n3 0.25 0.75 .1 1e-2"
    assert of("1.jpg", "2.jpg", **{"1": yolo, "2": ""}).kind == "none"
    found = of("1.jpg", "2.jpg", "3.jpg", **{"1": yolo, "2": "cat, dog", "3": "dog"})
    assert "1.jpg" not in found.of
    assert parse_tags("1 0.1 0.2 0.3 0.4 0.5 0.6") == {}
    assert parse_tags("0, 1, 2") == {}
    assert parse_tags("7") == {}


def test_tags_may_say_how_probable_they_are() -> None:
    tags = parse_tags("cat:0.7, dog : .2, bird, Cat:0.1, fish:?, a:b, ratio:16, on:1, off:0.0")
    unknown = tags.pop("fish")
    assert math.isnan(unknown)
    assert tags == {
        "cat": 0.7, "dog": 0.2, "bird": 1.0, "a:b": 1.0, "ratio:16": 1.0, "on": 1.0, "off": 0.0,
    }  # fmt: skip
    found = of("1.jpg", "2.jpg", **{"1": "cat:0.7, dog:0.2", "2": "dog:0.4, bird:0"})
    assert found.of == {"1.jpg": ("cat",), "2.jpg": ()}
    assert found.odds == {"1.jpg": {"cat": 0.7, "dog": 0.2}, "2.jpg": {"dog": 0.4}}
    assert found.classes == ("bird", "cat", "dog")


def test_captions_are_no_tags() -> None:
    text = "A photograph of a small dog that sits on a red sofa."
    assert of("1.jpg", "2.jpg", **{"1": text, "2": text}).kind == "none"


def test_a_sidecar_that_cannot_be_read_is_passed_over() -> None:
    names = [f"{number}.jpg" for number in range(5)]
    texts = [f"{number}.txt" for number in range(5)]
    found = find_labels(
        names, texts=texts, read_text=lambda name: None if name == "0.txt" else "cat, dog"
    )
    assert found.kind == "tags"
    assert "0.jpg" not in found.of


WORD = st.text("ab C/.🐱", min_size=1, max_size=6)


@given(st.lists(st.lists(WORD, min_size=1, max_size=4).map("/".join), max_size=12), st.text())
def test_any_names_and_texts_give_consistent_labels(names: list[str], text: str) -> None:
    found = find_labels(
        names, texts={f"{name.rpartition('.')[0]}.txt" for name in names}, read_text=lambda _: text
    )
    assert set(found.of) <= set(names)
    assert {label for labels in found.of.values() for label in labels} <= set(found.classes)
    assert len({name.casefold() for name in found.classes}) == len(found.classes)


@given(st.text())
def test_parsed_tags_are_short_and_unique(text: str) -> None:
    tags = parse_tags(text)
    assert len({tag.casefold() for tag in tags}) == len(tags)
    assert all(tag.strip() == tag and tag and "," not in tag for tag in tags)


@pytest.mark.parametrize(("have", "kind"), [(79, "folders"), (80, "tags")])
def test_four_fifths_of_the_pictures_need_a_sidecar(have: int, kind: str) -> None:
    names = [f"{'ab'[number % 2]}/{number}.jpg" for number in range(100)]
    found = of(*names, **{name.removesuffix(".jpg"): "cat, dog" for name in names[:have]})
    assert found.kind == kind
    assert found.rule.startswith(f"{have} of 100 pictures have a .txt, ")


@pytest.mark.parametrize(("tags", "kind"), [(5, "folders"), (6, "tags")])
def test_most_sidecars_have_to_hold_tags(tags: int, kind: str) -> None:
    names = [f"{'ab'[number % 2]}/{number}.jpg" for number in range(10)]
    prose = "A photograph of a small dog that sits on a red sofa."
    texts = {name[:-4]: "cat, dog" if at < tags else prose for at, name in enumerate(names)}
    found = of(*names, **texts)
    assert found.kind == kind
    assert f"{tags} of 10 that say something hold short tags" in found.rule


def test_a_person_overrules_the_threshold_both_ways() -> None:
    names = [f"{'ab'[number % 2]}/{number}.jpg" for number in range(10)]
    few = {"a/0.txt": "cat, dog"}
    every = {f"{name[:-4]}.txt": "cat, dog" for name in names}
    assert find_labels(names, texts=few, read_text=few.get, want="tags").kind == "tags"
    found = find_labels(names, texts=every, read_text=every.get, want="folders")
    assert (found.kind, found.classes) == ("folders", ("a", "b"))
    assert find_labels(names, texts=(), want="tags").kind == "folders"
