"""Labels in a table: a CSV file with the columns path and label."""

from __future__ import annotations

import csv
import posixpath
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COLUMNS: Final = ("path", "label")
REST: Final = "\0rest"
"""Under which a row keeps the fields that have no column."""


def read_table(file: Path) -> dict[str, str]:
    """Return path to label, both as written; a path that comes twice has its last label.

    Raises:
        InvalidInputError: There is no such file, or it is no such table.
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle, restkey=REST, strict=True)
            missing = [one for one in COLUMNS if one not in (reader.fieldnames or [])]
            if missing:
                raise InvalidInputError(
                    f"{file} has no column {missing[0]!r}",
                    hint="the first line must be: path,label",
                )
            return {
                row["path"]: (_whole(file, reader.line_num, row)["label"] or "").strip()
                for row in reader
                if row["path"]
            }
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InvalidInputError(f"there is no file {file}", hint="check the path") from error
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise InvalidInputError(
            f"{file} cannot be read as a table: {error}", hint="save it as CSV in UTF-8"
        ) from error


def _whole(file: Path, line: int, row: dict[str, Any]) -> dict[str, Any]:
    """Return the row unless a comma in a path made more fields of it than there are columns."""
    if any(row.get(REST) or ()):
        raise InvalidInputError(
            f"line {line} of {file} has too many fields", hint='quote what holds a comma: "a,b.png"'
        )
    return row


class PathIndex:
    """Finds files by how a person writes their path.

    Args:
        places: Each known path with a key of what lies there.
        bases: Tried in order before a written path, each ending in "/" or empty.
    """

    def __init__(self, places: Iterable[tuple[str, int]], bases: Sequence[str]) -> None:
        self._bases = tuple(bases)
        self._keys: dict[str, int] = {}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for place, key in places:
            path = place.replace("\\", "/")
            self._keys[path] = key
            self._by_name[PurePosixPath(path).name].append(path)

    def find(self, written: str) -> int | None:
        """Return the key of a path: whole, below a base, or by its end when that names one."""
        path = written.replace("\\", "/").removeprefix("./")
        for base in self._bases:
            key = self._keys.get(posixpath.normpath(base + path))
            if key is not None:
                return key
        ends = [
            known
            for known in self._by_name.get(PurePosixPath(path).name, ())
            if known.endswith(f"/{path}")
        ]
        keys = {self._keys[known] for known in ends}
        return keys.pop() if len(keys) == 1 else None
