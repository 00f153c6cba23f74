"""What an array is: its key, type and shape, and what its rows were computed from."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, NotFoundError
from sightline.core.files import read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import DTypeLike

FORMAT: Final = 1
CHUNK_BYTES: Final = 16 * 2**20
MIN_CHUNK_ROWS: Final = 8
NUMBERS: Final = "biuf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayHeader:
    """What an array is. `row_shape` () means one number for each image."""

    key: str
    """What it was computed from and how; another key is another array."""
    dtype: str
    """NumPy's name with the byte order, as in `<f4`."""
    row_shape: tuple[int, ...]
    chunk_rows: int
    generation: int = 0
    journal_seq: int | None = None
    """The journal position it knows of."""
    class_ids: tuple[int, ...] | None = None
    """What its columns stand for."""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return np.dtype(self.dtype).itemsize * math.prod(self.row_shape)


def chunk_rows_for(dtype: np.dtype[Any], row_shape: tuple[int, ...]) -> int:
    """Return the largest power of two of rows that fits a chunk, and at least eight."""
    row_bytes = max(1, dtype.itemsize * math.prod(row_shape))
    return int(max(MIN_CHUNK_ROWS, 2 ** int(math.log2(max(1, CHUNK_BYTES // row_bytes)))))


def save_header(folder: Path, header: ArrayHeader) -> None:
    """Replace the header; readers see the old or the new."""
    write_json(folder / "header.json", {"version": FORMAT, **asdict(header)})


def load_header(folder: Path) -> ArrayHeader:
    """Read the header.

    Raises:
        FileNotFoundError: There is no array here.
        InvalidInputError: It is damaged or from a newer version.
    """
    found = read_json(folder / "header.json")
    hint = f"delete {folder}: it is computed again"
    if not isinstance(found, dict) or found.pop("version", None) != FORMAT:
        raise InvalidInputError(f"{folder}: not an array that this version reads", hint=hint)
    try:
        shape, ids = tuple(found.pop("row_shape")), found.pop("class_ids")
        return ArrayHeader(row_shape=shape, class_ids=None if ids is None else tuple(ids), **found)
    except (KeyError, TypeError) as error:
        raise InvalidInputError(f"{folder}: damaged header: {error}", hint=hint) from error


def new_header(
    folder: Path,
    key: str,
    dtype: DTypeLike | None,
    row_shape: tuple[int, ...] | None,
    *,
    create: bool,
    there: bool,
) -> ArrayHeader:
    """Return the header that is there, or that of a new array.

    Raises:
        NotFoundError: It is not there and `create` is False.
        InvalidInputError: A new one lacks a dtype of numbers or a row_shape.
    """
    if there:
        return load_header(folder)
    if not create:
        raise NotFoundError(f"no array {folder.name}", hint="compute it first")
    if dtype is None or row_shape is None or np.dtype(dtype).kind not in NUMBERS:
        raise InvalidInputError(
            f"{folder.name}: a new array needs a dtype of numbers and a row_shape",
            hint="as in dtype=np.float32, row_shape=(512,)",
        )
    kind = np.dtype(dtype)
    rows = chunk_rows_for(kind, row_shape)
    return ArrayHeader(key=key, dtype=kind.str, row_shape=tuple(row_shape), chunk_rows=rows)


def check_fits(
    header: ArrayHeader, key: str, dtype: DTypeLike | None, row_shape: tuple[int, ...] | None
) -> None:
    """Raise InvalidInputError when the array is not what was asked for; None asks for nothing."""
    wanted = (
        key,
        header.dtype if dtype is None else np.dtype(dtype).str,
        header.row_shape if row_shape is None else tuple(row_shape),
    )
    there = (header.key, header.dtype, header.row_shape)
    if wanted != there:
        raise InvalidInputError(
            f"the array is {there}, not {wanted}",
            hint="open it without row_shape to take what is there, then replace() it",
        )


def changed(header: ArrayHeader, changes: dict[str, Any]) -> ArrayHeader:
    """Return the header with `journal_seq`, `class_ids` or `extra` changed."""
    unknown = changes.keys() - {"journal_seq", "class_ids", "extra"}
    if unknown:
        raise InvalidInputError(f"the header has no {sorted(unknown)[0]!r} to set")
    ids = changes.get("class_ids")
    return replace(header, **changes | ({} if ids is None else {"class_ids": tuple(ids)}))
