"""Read a HOSHINA database: SQLite whose tables differ between versions.

Nothing is known of them but their idea: a table of items with a path, a table of classes with a
name, and labels, in a table of their own or in columns of the items. Columns are found by their
names; where that fails the answer says so, and HOSHINA's own export is the way.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.formats.records import ClassInfo, ReadSet, Record, split_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAGIC: Final = b"SQLite format 3\0"
MOST_ROWS: Final = 5_000_000
_PATHS: Final = ("path", "file_path", "filepath", "image_path", "filename", "file_name", "file")
_ITEM: Final = ("item_id", "image_id", "sample_id", "item", "image")
_LABEL: Final = ("class_name", "label", "class_id", "label_id", "category", "category_id", "class")
_NAME: Final = ("name", "class_name", "label", "title")
_UNSURE: Final = ("unsure", "is_unsure", "was_unsure")
_SKIPPED: Final = ("skip", "skipped", "is_skipped")
_TIME: Final = ("updated_at", "labeled_at", "labelled_at", "created_at", "timestamp", "ts", "at")
_TRUE: Final = frozenset({"1", "true", "yes"})
_WORDS: Final = {"unsure": "unsure", "skip": "skipped", "skipped": "skipped"}


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: dict[str, str]
    """In lower case to as they are written."""

    def one_of(self, names: Sequence[str], default: str = "") -> str:
        """Return the first of these columns that is there, as SQL writes it."""
        return next((_quoted(self.columns[one]) for one in names if one in self.columns), default)

    def read(self, connection: sqlite3.Connection, *columns: str, order: str) -> Iterator[Any]:
        """Yield these columns, which `one_of` gave, of every row."""
        what = ", ".join(columns)
        query = f"SELECT {what} FROM {_quoted(self.name)} ORDER BY {order} LIMIT {MOST_ROWS}"  # noqa: S608  quoted names of the file's own catalogue
        yield from connection.execute(query)


def is_database(file: Path) -> bool:
    """Tell whether a file is a SQLite database."""
    try:
        with file.open("rb") as handle:
            return handle.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def read_database(file: Path) -> ReadSet:
    """Return the items with their labels, the newest of each.

    Raises:
        InvalidInputError: It is damaged, or its tables are not understood.
    """
    with _opened(file) as connection:
        tables = _tables(connection)
        items = _table_of_items(tables, file)
        names = _class_names(connection, tables)
        said = _labels(connection, tables, items, file)
        found = ReadSet("hoshina")
        found.classes = [ClassInfo(one) for one in dict.fromkeys(names.values())]
        key = items.one_of(("id", "item_id"), "rowid")
        columns = (key, items.one_of(_PATHS), items.one_of(("split",), "NULL"))
        for item, path, split in items.read(connection, *columns, order=columns[1]):
            if isinstance(path, str) and path:
                label, status = said.get(item, ("", ""))
                found.records.append(
                    Record(
                        path,
                        label=names.get(label, label),
                        status=status,
                        split=split_name(str(split or "")),
                    )
                )
    found.notes.append(f"{len(said):,} labels found in the tables of {file.name}")
    return found


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that is only looked at."""
    try:
        address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection
    except sqlite3.Error as error:
        raise InvalidInputError(
            f"{file.name} cannot be read as a HOSHINA database: {error}",
            hint="use Export in HOSHINA and import its ZIP",
        ) from error


def _tables(connection: sqlite3.Connection) -> list[_Table]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    ).fetchall()
    return [
        _Table(
            name,
            {
                str(row[1]).lower(): str(row[1])
                for row in connection.execute(f"PRAGMA table_info({_quoted(name)})")
            },
        )
        for (name,) in names
    ]


def _table_of_items(tables: list[_Table], file: Path) -> _Table:
    having = [one for one in tables if one.one_of(_PATHS)]
    known = [one for one in having if one.name.lower() in {"items", "item", "images", "image"}]
    if len(known) != 1 and len(having) != 1:
        shown = ", ".join(one.name for one in tables) or "none"
        raise InvalidInputError(
            f"{file.name} has no table of items that is understood (its tables: {shown})",
            hint="use Export in HOSHINA and import its ZIP",
        )
    return (known if len(known) == 1 else having)[0]


def _class_names(connection: sqlite3.Connection, tables: list[_Table]) -> dict[str, str]:
    """Return the name of each class by its id and its key."""
    for one in tables:
        name = one.one_of(_NAME)
        if one.name.lower() not in {"classes", "class", "labels_def", "categories"} or not name:
            continue
        keys = [one.one_of((key,)) for key in ("id", "key") if key in one.columns] or ["rowid"]
        return {
            str(key): str(label)
            for *ids, label in one.read(connection, *keys, name, order=keys[0])
            for key in reversed(ids)
            if key is not None and label
        }
    return {}


def _labels(
    connection: sqlite3.Connection, tables: list[_Table], items: _Table, file: Path
) -> dict[Any, tuple[str, str]]:
    """Return (label, status) of each item, the newest row last."""
    apart = [
        one
        for one in tables
        if one is not items
        and one.name.lower() in {"labels", "label", "annotations", "annotation"}
        and one.one_of(_ITEM)
        and one.one_of(_LABEL)
    ]
    source = apart[0] if apart else items
    if not source.one_of(_LABEL):
        raise InvalidInputError(
            f"{file.name} has no labels that are understood",
            hint="use Export in HOSHINA and import its ZIP",
        )
    key = source.one_of(_ITEM) if apart else source.one_of(("id", "item_id"), "rowid")
    unsure, skipped = source.one_of(_UNSURE, "0"), source.one_of(_SKIPPED, "0")
    order = source.one_of(_TIME, "rowid")
    columns = (key, source.one_of(_LABEL), unsure, skipped)
    return {
        item: _said(label, unsure, skipped)
        for item, label, unsure, skipped in source.read(connection, *columns, order=order)
    }


def _said(label: Any, unsure: Any, skipped: Any) -> tuple[str, str]:
    text = "" if label is None else str(label).strip()
    if text.lower() in _WORDS:
        return "", _WORDS[text.lower()]
    if text:
        return text, "labelled"
    if str(skipped).lower() in _TRUE:
        return "", "skipped"
    return "", "unsure" if str(unsure).lower() in _TRUE else ""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
