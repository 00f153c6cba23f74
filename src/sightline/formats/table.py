"""Tables: CSV as it is written here, and as people, spreadsheets and other tools save it.

Written: RFC 4180 in UTF-8, one row per image, columns in a fixed order. A text that a spreadsheet
would take for a formula (it begins with = + - @, tab or return) gets an apostrophe in front; so
does one that begins with an apostrophe. Reading takes it off again, but only in tables with the
columns `item_id` and `blake3`: those are ours.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, TooLargeError
from sightline.core.labels import STATUSES
from sightline.formats.records import Record, Refused, split_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

COLUMNS: Final = (
    "item_id",
    "path",
    "page",
    "label",
    "tags",
    "status",
    "split",
    "was_unsure",
    "first_labelled_at",
    "labelled_at",
    "width",
    "height",
    "blake3",
    "file",
)
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "path": ("path", "file_name", "filename", "filepath", "file_path", "image_path", "image"),
    "label": ("label", "class", "class_name", "category"),
    "digest": ("blake3", "digest"),
    **{one: (one,) for one in COLUMNS if one not in {"path", "label", "blake3"}},
}
"""A field of a record to the columns that may hold it, the best first."""
MAX_ROWS: Final = 5_000_000
MAX_BYTES: Final = 2_000_000_000
MAX_CELL: Final = 100_000
_REST: Final = "\0rest"
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "'")
_MARKS: Final = frozenset("|;,[")
_YES: Final = frozenset({"1", "true", "yes", "y"})
_SNIFFED: Final = 64_000
_PAGE: Final = re.compile(r"[0-9]{1,6}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(slots=True)
class Table:
    """What was read of a table."""

    records: list[Record] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def write_rows(out: IO[str], records: Iterable[Record]) -> int:
    """Write a table and return how many rows it has; `out` must not translate line ends."""
    write_cells(out, COLUMNS)
    count = 0
    for one in records:
        write_row(out, one)
        count += 1
    return count


def write_row(out: IO[str], one: Record) -> None:
    """Write the row of a record."""
    write_cells(out, row_of(one))


def write_cells(out: IO[str], cells: Iterable[str]) -> None:
    """Write one row."""
    csv.writer(out).writerow(cells)


def row_of(one: Record) -> list[str]:
    """Return the cells of a record in the order of COLUMNS."""
    cells = (
        one.item_id,
        one.path,
        str(one.page or 0),
        one.label,
        join_tags(one.tags or ()),
        one.status,
        one.split,
        "true" if one.was_unsure else "false",
        one.first_labelled_at,
        one.labelled_at,
        str(one.width),
        str(one.height),
        one.digest,
        one.file,
    )
    return [f"'{cell}" if cell.startswith(_RISKY) else cell for cell in cells]


def join_tags(tags: Sequence[str]) -> str:
    """Return tags as one cell: `a|b`, or JSON where a tag itself has one of | ; , [."""
    plain = all(tag and tag == tag.strip() and not _MARKS.intersection(tag) for tag in tags)
    return "|".join(tags) if plain else json.dumps(list(tags), ensure_ascii=False)


def split_tags(cell: str) -> tuple[str, ...]:
    """Return the tags of a cell: JSON, else parted by the first of | ; , that it holds."""
    if cell.startswith("["):
        try:
            found = json.loads(cell)
        except ValueError:
            found = None
        if isinstance(found, list) and all(isinstance(one, str) for one in found):
            return tuple(found)
    mark = next((one for one in "|;," if one in cell), "|")
    return tuple(dict.fromkeys(part for one in cell.split(mark) if (part := one.strip())))


def read_table(file: Path) -> Table:
    """Return what a table on the disk says.

    Raises:
        InvalidInputError: There is no such file, or it is no such table.
        TooLargeError: It is over the limits.
    """
    try:
        with file.open("rb") as handle:
            return read_bytes(handle, file.name)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InvalidInputError(f"there is no file {file}", hint="check the path") from error
    except OSError as error:
        raise _unreadable(file.name, error) from error


def read_bytes(handle: IO[bytes], name: str) -> Table:
    """Return what a table says, whatever its encoding and separator; `name` is told in errors.

    Raises:
        InvalidInputError: It has no column of paths, or none of labels, or is no table.
        TooLargeError: It is over the limits.
    """
    data = handle.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TooLargeError(
            f"{name} is larger than {MAX_BYTES // 1_000_000:,} MB", hint="part it into several"
        )
    table = Table()
    text = _decoded(data, table)
    try:
        _read(text, name, table)
    except csv.Error as error:
        raise _unreadable(name, error) from error
    return table


def _decoded(data: bytes, table: Table) -> str:
    """Return the text; a byte order mark says which, then UTF-8, then Latin-1 with a note."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if data[1:8:2] == b"\0\0\0\0":  # UTF-16 that does not say so
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        table.notes.append("not in UTF-8: read as Latin-1; look at its accents")
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _read(text: str, name: str, table: Table) -> None:
    first = text[:_SNIFFED].lstrip("\r\n").split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(
        io.StringIO(text, newline=""), restkey=_REST, strict=True, delimiter=separator
    )
    columns = _columns(name, list(reader.fieldnames or ()), table)
    is_ours = {"item_id", "digest"} <= columns.keys()
    for row in _rows(reader, name):
        line = reader.line_num
        if any(row.get(_REST) or ()):
            raise InvalidInputError(
                f"line {line} of {name} has too many fields",
                hint='quote what holds a comma: "a,b.png"',
            )
        cells = {field_: _plain(row[column] or "", is_ours) for field_, column in columns.items()}
        if cells["path"]:
            _take(cells, f"line {line}", table)


def _rows(reader: csv.DictReader[str], name: str) -> Iterator[dict[str, Any]]:
    for count, row in enumerate(reader, start=1):
        if count > MAX_ROWS:
            raise TooLargeError(f"{name} has more than {MAX_ROWS:,} rows", hint="part it")
        yield row


def _columns(name: str, header: list[str], table: Table) -> dict[str, str]:
    """Return each field that is there with its column; a note names the columns that are not."""
    by_name = {one.strip().lower(): one for one in reversed(header) if one}
    found = {
        field_: by_name[alias]
        for field_, aliases in NAMES.items()
        if (alias := next((one for one in aliases if one in by_name), ""))
    }
    if "path" not in found and "file" in found:  # a table of another tool
        found["path"] = found.pop("file")
    hint = "the first line must name the columns: path,label"
    if "path" not in found:
        raise InvalidInputError(f"{name} has no column 'path'", hint=hint)
    if not {"label", "tags", "status", "split"} & found.keys():
        raise InvalidInputError(f"{name} has no column 'label'", hint=hint)
    unknown = sorted(one for one in header if one and one not in found.values())
    if unknown:
        table.notes.append(f"columns that say nothing here: {', '.join(unknown[:20])}")
    return found


def _plain(cell: str, is_ours: bool) -> str:
    return cell[1:] if is_ours and cell[:1] == "'" and cell[1:2] in _RISKY else cell


def _take(cells: Mapping[str, str], where: str, table: Table) -> None:
    """Add a row, or the reason why it says nothing that can be used."""
    why = fault(cells)
    if why:
        table.refused.append(Refused(f"{where}: {cells['path'][:200]}", why))
        return
    page = cells.get("page", "").strip()
    table.records.append(
        Record(
            path=cells["path"],
            label=cells.get("label", "").strip(),
            tags=split_tags(cells["tags"].strip()) if "tags" in cells else None,
            status=cells.get("status", "").strip().lower(),
            split=split_name(cells.get("split", "")),
            page=int(page) if page else None,
            digest=cells.get("digest", "").strip().lower(),
            item_id=cells.get("item_id", ""),
            width=_number(cells.get("width", "")),
            height=_number(cells.get("height", "")),
            was_unsure=cells.get("was_unsure", "").strip().lower() in _YES,
            first_labelled_at=cells.get("first_labelled_at", ""),
            labelled_at=cells.get("labelled_at", ""),
            file=cells.get("file", ""),
        )
    )


def fault(cells: Mapping[str, str]) -> str:
    """Return why the cells of a row, by field, cannot be used; nothing if they can."""
    status, split = cells.get("status", "").strip().lower(), cells.get("split", "").strip()
    page, digest = cells.get("page", "").strip(), cells.get("digest", "").strip().lower()
    if status and status not in STATUSES:
        return f"no status {status[:50]!r}"
    if split and not split_name(split):
        return f"no split {split[:50]!r}"
    if page and not _PAGE.fullmatch(page):
        return f"no page {page[:50]!r}"
    if digest and not _DIGEST.fullmatch(digest):
        return "blake3 is no hash of 64 hexadecimal digits"
    return ""


def _number(cell: str) -> int:
    return int(cell) if _PAGE.fullmatch(cell.strip()) else 0


def _unreadable(name: str, error: Exception) -> InvalidInputError:
    return InvalidInputError(
        f"{name} cannot be read as a table: {error}", hint="save it as CSV in UTF-8"
    )
