"""Which image a label file means."""

from __future__ import annotations

import pytest

from sightline.label.object_match import Finder, Picture

PLACES = ("/d/a/one.jpg", "/d/b/one.jpg", "/d/two.png", "/d/scan.tif")
DIGESTS = {f"digest{n}": n for n in range(1, 5)}


def finder() -> Finder:
    images = [Picture(n, n, 0, 10, 10, 10, 10, 1, 0) for n in (1, 2, 3)]
    images += [Picture(40 + page, 4, page, 10, 10, 10, 10, 1, 0) for page in range(3)]
    places = [(path, n) for n, path in enumerate(PLACES, start=1)]
    return Finder(images, DIGESTS, places, ("", "/d/"), {".jpg", ".png", ".tif"})


@pytest.mark.parametrize(
    ("written", "image", "how"),
    [
        ("/d/a/one.jpg", 1, "path"),
        ("b/one.jpg", 2, "path"),
        ("x/y/b/one.jpg", 2, "path"),
        ("train/a/one", 1, "path"),
        ("two.png", 3, "name"),
        ("images/two.png", 3, "name"),
        ("two.jpg", 3, "stem"),
        ("labels/two", 3, "stem"),
        ("x\\b\\one.jpg", 2, "path"),
        ("scan_page2.tif", 41, "page"),
        ("scan_page3", 42, "page"),
    ],
)
def test_a_path_is_found_by_its_ends(written: str, image: int, how: str) -> None:
    found = finder().find(written)
    assert found.image is not None
    assert (found.image.id, found.how) == (image, how)


@pytest.mark.parametrize(
    ("written", "twins", "why"),
    [
        ("one.jpg", (), "2 pictures here"),
        ("train/two.png", ("two",), "several pictures called 'two'"),
        ("scan.tif", (), "3 pages"),
        ("three.png", (), ""),
        ("scan_page9.tif", (), ""),
    ],
)
def test_what_is_unclear_is_not_guessed_at(written: str, twins: tuple[str, ...], why: str) -> None:
    found = finder().find(written, twins=twins)
    assert found.image is None
    assert why in found.reason
    assert bool(why) == bool(found.reason)


def test_bytes_come_before_names() -> None:
    found = finder().find("two.png", digest="digest1")
    assert found.image is not None
    assert (found.image.id, found.how) == (1, "digest")
