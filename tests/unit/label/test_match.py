from __future__ import annotations

from sightline.formats.records import Record
from sightline.label.match import Known, match
from sightline.label.paths import PathIndex

PLACES = [("/p/cat/1.png", 1), ("/p/dog/1.png", 2), ("/p/stack.tif", 3), ("/p/only.png", 4)]
KNOWN = Known(
    assets={"a" * 64: 1, "c" * 64: 3},
    paths=PathIndex(PLACES, ("", "/p/")),
    pages={1: {0: 11}, 2: {0: 12}, 3: {0: 31, 1: 32}, 4: {0: 41}},
)


def test_bytes_come_before_paths_and_paths_before_names() -> None:
    found = match(
        [
            Record("dog/1.png", digest="a" * 64),
            Record("dog/1.png", digest="b" * 64),
            Record("/elsewhere/deep/dog/1.png"),
            Record("somewhere/only.png"),
        ],
        KNOWN,
    )
    assert [ids for _, ids in found.images] == [(11,), (12,), (12,), (41,)]
    assert found.by == {"digest": 1, "path": 2, "name": 1}
    assert found.other_bytes == 1


def test_a_bare_name_counts_only_if_it_is_the_only_one() -> None:
    found = match([Record("x/only.png"), Record("y/only.png"), Record("z/1.png")], KNOWN)
    assert found.images == []
    assert len(found.unmatched) == 3


def test_a_record_without_a_page_is_of_all_pages() -> None:
    records = [Record("stack.tif"), Record("stack.tif", page=1), Record("stack.tif", page=9)]
    found = match(records, KNOWN)
    assert [ids for _, ids in found.images] == [(31, 32), (32,)]
    assert found.unmatched == [records[2]]
