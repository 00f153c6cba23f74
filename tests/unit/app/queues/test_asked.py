"""What a person writes becomes what a queue takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sightline.app.queues.asked import band_of, options_of
from sightline.core.errors import InvalidInputError, UnknownClassError, UnknownImageError
from unit.app.conftest import label_by_folder, rows

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project


def test_words_become_numbers_and_ids(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets, every=10)
    first = rows(bench, pets)[0]
    asked = options_of(
        bench.store,
        pets,
        band="0.3-0.8",
        class_="dog",
        like=["7", first.path],
        measure="entropy",
        text=None,
    )
    dog = {one["name"]: one["id"] for one in bench.labels.classes(pets)}["dog"]
    expected = {"measure": "entropy", "band": (0.3, 0.8), "class_id": dog}
    assert asked == expected | {"images": [7, first.id]}
    assert options_of(bench.store, pets) == {}


@pytest.mark.parametrize("text", ["", "0.3", "a-b", "0.3..0.8", "-0.1-0.5"])
def test_a_band_is_two_numbers_with_a_dash(text: str) -> None:
    with pytest.raises(InvalidInputError, match="no band"):
        band_of(text)


def test_what_is_not_there_is_named(bench: Workbench, pets: Project) -> None:
    label_by_folder(bench, pets, every=10)
    with pytest.raises(UnknownClassError) as caught:
        options_of(bench.store, pets, class_="dogs")
    assert "dog" in caught.value.hint
    with pytest.raises(UnknownImageError, match="nowhere"):
        options_of(bench.store, pets, like=["nowhere.png"])
