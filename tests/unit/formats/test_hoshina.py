from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from sightline.core.errors import InvalidInputError
from sightline.formats.hoshina import is_database, read_database

if TYPE_CHECKING:
    from pathlib import Path

APART = """
CREATE TABLE items (id INTEGER PRIMARY KEY, path TEXT, split TEXT);
CREATE TABLE classes (id INTEGER PRIMARY KEY, name TEXT, key TEXT);
CREATE TABLE labels (
  id INTEGER PRIMARY KEY, item_id INT, class_id INT, unsure INT, skip INT, updated_at TEXT
);
INSERT INTO items VALUES (1, '/d/a.png', 'train'), (2, '/d/b.png', NULL);
INSERT INTO items VALUES (3, '/d/c.png', 'valid'), (4, '/d/d.png', '');
INSERT INTO classes VALUES (1, 'cat', '1'), (2, 'dog', '2');
INSERT INTO labels VALUES (1, 1, 2, 0, 0, '2'), (2, 1, 1, 0, 0, '1');
INSERT INTO labels VALUES (3, 2, NULL, 1, 0, '1'), (4, 3, NULL, 0, 1, '1');
"""
TOGETHER = """
CREATE TABLE images (item_id TEXT, file_path TEXT, label TEXT);
INSERT INTO images VALUES ('x', 'a.png', 'cat'), ('y', 'b.png', 'unsure'), ('z', 'c.png', NULL);
"""


def database(file: Path, script: str) -> Path:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(script)
    return file


def test_labels_in_a_table_of_their_own_are_read_and_the_newest_counts(tmp_path: Path) -> None:
    found = read_database(database(tmp_path / "app.db", APART))
    said = [(one.path, one.label, one.status, one.split) for one in found.records]
    assert said == [
        ("/d/a.png", "dog", "labelled", "train"),
        ("/d/b.png", "", "unsure", ""),
        ("/d/c.png", "", "skipped", "val"),
        ("/d/d.png", "", "", ""),
    ]
    assert [one.name for one in found.classes] == ["cat", "dog"]


def test_labels_in_a_column_of_the_items_are_read(tmp_path: Path) -> None:
    found = read_database(database(tmp_path / "app.db", TOGETHER))
    said = [(one.path, one.label, one.status) for one in found.records]
    assert said == [("a.png", "cat", "labelled"), ("b.png", "", "unsure"), ("c.png", "", "")]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("CREATE TABLE things (a INT);", "no table of items"),
        ("CREATE TABLE a (path TEXT); CREATE TABLE b (path TEXT);", "no table of items"),
        ("CREATE TABLE items (id INT, path TEXT);", "no labels"),
    ],
)
def test_tables_that_are_not_understood_are_refused_with_the_way_out(
    tmp_path: Path, script: str, why: str
) -> None:
    with pytest.raises(InvalidInputError, match=why) as caught:
        read_database(database(tmp_path / "app.db", script))
    assert "Export" in caught.value.hint


def test_a_damaged_database_is_told_and_none_is_changed(tmp_path: Path) -> None:
    file = database(tmp_path / "app.db", APART)
    whole = file.read_bytes()
    read_database(file)
    assert file.read_bytes() == whole
    file.write_bytes(whole[:100] + b"\xff" * 3_000)
    assert is_database(file)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_database(file)
    assert not is_database(tmp_path / "none.db")
