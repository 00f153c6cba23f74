from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from fakes.room import HereRoom
from sightline.app.training.augmenting import Augmenting, Wish
from sightline.core.errors import InvalidInputError, NotFoundError
from unit.app.conftest import label_by_folder

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench
    from sightline.store.projects import Project


@pytest.fixture
def shows(bench: Workbench, pets: Project) -> Augmenting:
    label_by_folder(bench, pets)
    room: Any = HereRoom()
    bench.augmenting = Augmenting(bench.store, bench.projects, bench.training, room)
    return bench.augmenting


def pixels(url: str) -> np.ndarray:
    data = base64.b64decode(url.split(",", 1)[1])
    return np.array(Image.open(io.BytesIO(data)))


SPEC: dict[str, Any] = {"image_size": 32, "seed": 1}


def test_a_preview_has_pictures_of_every_class_each_with_its_views(
    shows: Augmenting, pets: Project
) -> None:
    told = shows.preview(pets, Wish(spec=SPEC, count=4, views=3))
    assert [one["labels"][0] for one in told["pictures"]].count("cat") == 2
    assert (told["seed"], told["image_size"]) == (1, 32)
    for one in told["pictures"]:
        assert pixels(one["original"]).shape == (32, 32, 3)
        assert [seen["epoch"] for seen in one["seen"]] == [1, 2, 3]
        assert len({one["original"], *one["views"]}) == 4
    again = shows.preview(pets, Wish(spec=SPEC, count=4, views=3))
    assert again["pictures"] == told["pictures"]
    other = shows.preview(pets, Wish(spec=SPEC | {"seed": 2}, count=4, views=3))
    assert [one["image_id"] for one in other["pictures"]] == [
        one["image_id"] for one in told["pictures"]
    ]
    assert other["pictures"] != told["pictures"]
    others = shows.preview(pets, Wish(spec=SPEC, count=4, pick=1))
    assert others["pictures"][0]["image_id"] != told["pictures"][0]["image_id"]


def test_a_mixed_view_names_both_pictures(shows: Augmenting, pets: Project) -> None:
    told = shows.preview(pets, Wish(spec=SPEC | {"augment": {"cutmix": 1.0}}, count=3, views=2))
    for one in told["pictures"]:
        for seen in one["seen"]:
            assert 0 <= seen["share"] <= 1
            assert seen["mixed_with"]["labels"][0] in {"cat", "dog"}


def test_chosen_pictures_are_shown_and_others_are_refused(
    bench: Workbench, shows: Augmenting, pets: Project
) -> None:
    train = [row.image_id for row in rows_of(bench, pets, "train")]
    told = shows.preview(pets, Wish(spec=SPEC, image_ids=train[:2]))
    assert [one["image_id"] for one in told["pictures"]] == train[:2]
    held = [row.image_id for row in rows_of(bench, pets, "test")]
    with pytest.raises(NotFoundError, match="no labelled training picture"):
        shows.preview(pets, Wish(spec=SPEC, image_ids=[held[0]]))


def rows_of(bench: Workbench, project: Project, split: str) -> list[Any]:
    from sightline.app.training.data import samples

    return list(samples(bench.store, project).of(split))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wish", "about"),
    [
        ({"count": 13}, "not shown"),
        ({"views": 0}, "not shown"),
        ({"count": 12, "views": 12, "spec": {"image_size": 1024}}, "too many"),
        ({"spec": {"augment": {"flip": 2}}}, "flip"),
        ({"spec": {"augment": {"policy": "magic"}}}, "policy"),
    ],
)
def test_what_cannot_be_shown_says_why(
    shows: Augmenting, pets: Project, wish: dict[str, Any], about: str
) -> None:
    with pytest.raises(InvalidInputError, match=about):
        shows.preview(pets, Wish(**{"spec": SPEC, **wish}))


def test_without_labels_there_is_nothing_to_vary(bench: Workbench, pets: Project) -> None:
    with pytest.raises(InvalidInputError, match="no labelled"):
        bench.augmenting.preview(pets, Wish(spec=SPEC))


def test_a_picture_that_went_is_grey_as_a_training_sees_it(
    shows: Augmenting, pets: Project, pictures: Path
) -> None:
    for path in pictures.rglob("*.png"):
        path.unlink()
    told = shows.preview(pets, Wish(spec=SPEC, count=1, views=1))
    assert (pixels(told["pictures"][0]["original"]) == 127).all()


@pytest.mark.usefixtures("shows")
def test_the_contact_sheet_is_a_picture_of_rows(bench: Workbench, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "sheet.png"
    told = bench.augment("pets", out, spec=SPEC, count=3, views=2)
    assert told["out"] == str(out)
    with Image.open(out) as sheet:
        assert sheet.size == (3 * 36 + 8, 3 * 36 + 4)
    assert "out" not in bench.augment("pets", spec=SPEC, count=1, views=1)
