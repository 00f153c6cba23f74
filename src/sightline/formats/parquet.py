"""Parquet: one row per image, in the columns that Hugging Face's `datasets` takes for pictures.

`image` is a struct of `bytes` and `path`, as `datasets.Image` stores it. Read are these files and
those of others with a column of paths or of such structs; a `label` may be a name, or a number
whose names stand in the file's `huggingface` metadata (ClassLabel).
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, MissingExtraError, TooLargeError
from sightline.formats.bundle import read_classes, record_of
from sightline.formats.layout import Counts, Written, manifest_of, source_fault
from sightline.formats.names import safe_path
from sightline.formats.records import ClassInfo, ReadSet, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from sightline.core.progress import Progress
    from sightline.formats.records import DataSet, Record

ROWS: Final = 1_000
"""In a row group with pictures' bytes up to `GROUP_BYTES`, whichever comes first."""
GROUP_BYTES: Final = 64 << 20
MOST_ROWS: Final = 5_000_000
MOST_PICTURE: Final = 2 << 30
_PATHS: Final = ("path", "file_name", "filename", "image_path")
_TEXTS: Final = ("item_id", "path", "label", "status", "split", "blake3")


def write_parquet(out: IO[bytes], data: DataSet, *, images: str, progress: Progress) -> Written:
    """Write a data set into one file; `images` other than `none` puts the bytes in.

    Raises:
        MissingExtraError: pyarrow is not installed.
        CancelledError: Somebody asked it to stop.
        OSError: The disk refuses.
    """
    arrow, parquet = _arrow()
    done, counts = Written(), Counts()
    schema = _schema(arrow)
    facts = {"layout": "parquet", "images": "none" if images == "none" else "copy", **data.facts}
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        rows: list[dict[str, Any]] = []
        waiting = 0
        progress.advance(0, data.count, "writing")
        for number, one in enumerate(data.records, start=1):
            progress.check()
            row, size = _row(one, embed=images != "none", done=done)
            counts.add(one)
            rows.append(row)
            waiting += size
            if len(rows) >= ROWS or waiting >= GROUP_BYTES:
                writer.write_table(arrow.Table.from_pylist(rows, schema))
                rows, waiting = [], 0
            progress.advance(number, data.count, "writing")
        writer.write_table(arrow.Table.from_pylist(rows, schema))
        manifest = manifest_of(replace(data, facts=facts), counts.to_dict(), {})
        writer.add_key_value_metadata(
            {
                "huggingface": json.dumps({"info": {"features": _features()}}),
                "sightline": json.dumps(manifest | _classes(data), ensure_ascii=False),
            }
        )
    return done


def read_parquet(file: Path) -> ReadSet:
    """Return the records of a file; the bytes of its pictures stay there (`pictures`).

    Raises:
        MissingExtraError: pyarrow is not installed.
        InvalidInputError: It is damaged, or has no column of paths.
        TooLargeError: It has too many rows.
    """
    found = ReadSet("parquet")
    source = _open(file)
    if source.metadata.num_rows > MOST_ROWS:
        raise TooLargeError(f"{file.name} has more than {MOST_ROWS:,} rows", hint="part it")
    metadata = {
        key.decode("utf-8", "replace"): value
        for key, value in (source.schema_arrow.metadata or {}).items()
    } | {
        key.decode("utf-8", "replace"): value
        for key, value in (source.metadata.metadata or {}).items()
    }
    names = _label_names(metadata)
    found.classes = _known_classes(metadata) or [ClassInfo(one) for one in names]
    columns = set(source.schema_arrow.names)
    wanted = _wanted(columns, source.schema_arrow, file)
    unknown = sorted(columns - {*wanted, "image"} - set(_TEXTS))
    if unknown:
        found.notes.append(f"columns that say nothing here: {', '.join(unknown[:20])}")
    holds = "image" in columns and not _is_bare(metadata)
    try:
        for at, row in enumerate(_rows(source, wanted)):
            _take(row, at, names, found, holds=holds)
    except (OSError, ValueError) as error:  # what pyarrow's errors are
        raise _damaged(file, error) from error
    return found


def pictures(file: Path, rows: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the bytes of the pictures in these rows, ascending, a group in memory at a time.

    Raises:
        InvalidInputError: The file is damaged.
    """
    wanted = set(rows)
    source = _open(file)
    if "image" not in source.schema_arrow.names:
        return
    first = 0
    try:
        for group in range(source.num_row_groups):
            count = source.metadata.row_group(group).num_rows
            if wanted.intersection(range(first, first + count)):
                for at, row in enumerate(_group(source, group), start=first):
                    data = (row["image"] or {}).get("bytes") if at in wanted else None
                    if data:
                        yield at, data
            first += count
    except (OSError, ValueError) as error:
        raise _damaged(file, error) from error


def _group(source: Any, group: int) -> Iterator[dict[str, Any]]:
    for batch in source.iter_batches(64, row_groups=[group], columns=["image"]):
        yield from batch.to_pylist()


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError(
            "Parquet needs pyarrow", hint='install it with: pip install "sightline[tables]"'
        ) from error
    return pyarrow, pyarrow.parquet


def _open(file: Path) -> Any:
    _, parquet = _arrow()
    try:
        return parquet.ParquetFile(file)
    except FileNotFoundError as error:
        raise InvalidInputError(f"there is no file {file}", hint="check the path") from error
    except (OSError, ValueError) as error:
        raise _damaged(file, error) from error


def _damaged(file: Path, error: Exception) -> InvalidInputError:
    return InvalidInputError(
        f"{file.name} is no Parquet file that can be read: {str(error)[:200]}",
        hint="fetch or export it again; nothing was changed",
    )


def _schema(arrow: Any) -> Any:
    text, whole = arrow.string(), arrow.int32()
    picture = arrow.struct([("bytes", arrow.binary()), ("path", text)])
    return arrow.schema(
        [
            ("image", picture),
            ("item_id", text),
            ("path", text),
            ("page", whole),
            ("label", text),
            ("tags", arrow.list_(text)),
            ("status", text),
            ("split", text),
            ("was_unsure", arrow.bool_()),
            ("first_labelled_at", text),
            ("labelled_at", text),
            ("width", whole),
            ("height", whole),
            ("blake3", text),
        ]
    )


def _features() -> dict[str, Any]:
    """Return the columns as `datasets` writes them down."""
    kinds = {"page": "int32", "width": "int32", "height": "int32", "was_unsure": "bool"}
    columns = (*_TEXTS, "first_labelled_at", "labelled_at", *kinds)
    values = {one: {"dtype": kinds.get(one, "string"), "_type": "Value"} for one in sorted(columns)}
    tags = {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"}
    return {"image": {"_type": "Image"}, "tags": tags} | values


def _classes(data: DataSet) -> dict[str, Any]:
    rows = [{"name": c.name, "colour": c.colour, "hotkey": c.hotkey or None} for c in data.classes]
    return {"classes": rows}


def _row(one: Record, *, embed: bool, done: Written) -> tuple[dict[str, Any], int]:
    name, raw = safe_path(one.path).rpartition("/")[2], None
    if embed:
        why = source_fault(one)
        if why:
            done.missing.append(Refused(one.path, why))
        else:
            raw = Path(one.source).read_bytes()
            done.images += 1
            done.bytes += len(raw)
    done.items += 1
    return {
        "image": {"bytes": raw, "path": name},
        "item_id": one.item_id,
        "path": one.path,
        "page": one.page or 0,
        "label": one.label or None,
        "tags": list(one.tags or ()),
        "status": one.status,
        "split": one.split,
        "was_unsure": one.was_unsure,
        "first_labelled_at": one.first_labelled_at or None,
        "labelled_at": one.labelled_at or None,
        "width": one.width,
        "height": one.height,
        "blake3": one.digest,
    }, len(raw or b"")


def _label_names(metadata: dict[str, bytes]) -> list[str]:
    """Return the names of ClassLabel numbers, if the file tells any."""
    try:
        said = json.loads(metadata.get("huggingface", b"{}"))
        names = said["info"]["features"]["label"]["names"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [one for one in names if isinstance(one, str)] if isinstance(names, list) else []


def _known_classes(metadata: dict[str, bytes]) -> list[ClassInfo]:
    try:
        said = json.loads(metadata.get("sightline", b"{}"))
    except (ValueError, RecursionError):
        return []
    return read_classes(said)[0] if isinstance(said, dict) and "classes" in said else []


def _wanted(columns: set[str], schema: Any, file: Path) -> list[str]:
    """Return the columns to read: all that is understood, and of pictures only their paths."""
    known = ("page", "tags", "was_unsure", "first_labelled_at", "labelled_at", "width", "height")
    wanted = [one for one in (*_TEXTS, *known, *_PATHS) if one in columns]
    if "image" in columns:
        kind = schema.field("image").type
        has_path = getattr(kind, "num_fields", 0) and kind.get_field_index("path") >= 0
        wanted += ["image.path"] if has_path else []
    elif not columns.intersection(_PATHS):
        raise InvalidInputError(
            f"{file.name} has no column 'path' or 'image'", hint="name the column so"
        )
    return list(dict.fromkeys(wanted))


def _rows(source: Any, columns: list[str]) -> Iterator[dict[str, Any]]:
    for batch in source.iter_batches(4_096, columns=columns):
        yield from batch.to_pylist()


def _is_bare(metadata: dict[str, bytes]) -> bool:
    """Tell whether a file of ours was written without the pictures' bytes."""
    try:
        said = json.loads(metadata.get("sightline", b"{}"))
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("images") == "none"


def _take(row: dict[str, Any], at: int, names: list[str], found: ReadSet, *, holds: bool) -> None:
    shown = (row.get("image") or {}).get("path")
    paths = [row.get(one) for one in _PATHS] + [shown]
    path = next((one for one in paths if isinstance(one, str) and one), f"row-{at}")
    label = row.get("label")
    if isinstance(label, int) and not isinstance(label, bool):
        row = row | {"label": names[label] if 0 <= label < len(names) else str(label)}
    one = record_of(row, path=path)
    if isinstance(one, str):
        found.refused.append(Refused(f"row {at}", one))
    else:
        found.records.append(replace(one, file=str(at) if holds else ""))
