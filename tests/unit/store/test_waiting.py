from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.store import waiting as module
from sightline.store.waiting import WaitingStore, stem_of

if TYPE_CHECKING:
    import pytest

    from sightline.store.db import Database
    from sightline.store.projects import Project


def test_what_waits_is_found_by_the_name_of_its_picture(
    db: Database, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PART", 2)
    store = WaitingStore(db)
    given = [("a/One.jpg", b"1"), ("b/one.png", b"2"), ("two", b"3")]
    assert store.put(project.id, "coco", given) == 3
    assert store.put(project.id, "coco", [("two", b"4")]) == 1
    assert store.put(project.id, "voc", [("two", b"5")]) == 1
    assert store.count(project.id) == 4
    assert [row.payload for row in store.of_stems(project.id, {"one"})] == [b"1", b"2"]
    assert {row.payload for row in store.of_stems(project.id, ["two", "three"])} == {b"4", b"5"}
    first, second = store.page(project.id, after=0, limit=2)
    assert (first.path, first.source, second.path) == ("a/One.jpg", "coco", "b/one.png")
    assert store.delete(project.id, [first.id]) == 1
    assert store.delete(project.id) == 3
    assert store.count(project.id) == 0


def test_a_stem_is_the_name_without_folders_ending_and_case() -> None:
    assert stem_of("C:\\Pictures\\IMG_1.JPG") == "img_1"
    assert stem_of("a/b.tar.gz") == "b.tar"
    assert len(stem_of("x" * 500)) == 200
