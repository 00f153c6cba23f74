from __future__ import annotations

import pytest

from sightline.label.paths import PathIndex

PLACES = [
    ("/p/pets/images/cat/1.png", 1),
    ("/p/pets/images/dog/1.png", 2),
    ("/data/cat/7.png", 3),
    ("C:\\pictures\\8.png", 4),
    ("/elsewhere/copy/7b.png", 5),
    ("/elsewhere/same/7b.png", 5),
]
INDEX = PathIndex(PLACES, ("", "/p/pets/", "/p/pets/images/", "/tables/"))


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("/data/cat/7.png", 3),
        ("images/cat/1.png", 1),
        ("cat/1.png", 1),
        ("./dog/1.png", 2),
        ("../data/cat/7.png", 3),
        ("cat//1.png", 1),
        ("7.png", 3),
        ("cat\\7.png", 3),
        ("images\\dog\\1.png", 2),
        ("C:\\pictures\\8.png", 4),
        ("C:/pictures/8.png", 4),
        ("8.png", 4),
        ("7b.png", 5),
        ("1.png", None),
        ("at/7.png", None),
        ("/cat/7.png", None),
        ("none.png", None),
        ("", None),
        (".", None),
    ],
)
def test_a_path_is_found_whole_below_a_base_or_by_an_end_that_names_one(
    written: str, key: int | None
) -> None:
    assert INDEX.find(written) == key


def test_earlier_bases_come_first() -> None:
    places = [("/table/a.png", 1), ("/project/a.png", 2)]
    assert PathIndex(places, ("/project/", "/table/")).find("a.png") == 2
    assert PathIndex(places, ("/table/", "/project/")).find("a.png") == 1
