"""Read what `layout.py` writes, and what others pack alike: a table with classes beside it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.formats import table
from sightline.formats.archive import Below, guarded, open_text, read_json
from sightline.formats.layout import KIND, VERSION
from sightline.formats.records import ClassInfo, ReadSet, Record, Refused, split_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sightline.formats.archive import Container

TABLE: Final = "labels.csv"
LINES: Final = "metadata.jsonl"
TABLES: Final = (TABLE, LINES, "metadata.csv")
MAX_LINE: Final = 1_000_000
MAX_CLASSES: Final = 10_000
MAX_KEYS: Final = 1_000
KEYS: Final = frozenset({*table.COLUMNS, "file_name"})
_PART: Final = 1 << 20


def root_of(container: Container) -> Container:
    """Return the container, or its only top folder, where the data set's own files lie."""
    names = container.names()
    if any("/" not in one for one in names) or not names:
        return container
    tops = {one.partition("/")[0] for one in names}
    if len(tops) > 1 or split_name(next(iter(tops))):
        return container
    return root_of(Below(container, f"{tops.pop()}/"))


def read_bundle(container: Container) -> ReadSet:
    """Return the records of a data set with a `labels.csv`.

    The manifest's hashes are checked for the tables here; for pictures when they are taken.

    Raises:
        InvalidInputError: It has none, is damaged, or is not what its manifest says.
    """
    names = set(container.names())
    if TABLE not in names:
        raise InvalidInputError(f"{container.name} holds no {TABLE}", hint="name another --format")
    manifest = _manifest(container, names)
    found = ReadSet("zip" if manifest else "hoshina")
    with guarded(container.name, TABLE), container.open(TABLE) as file:
        rows = table.read_bytes(file, f"{TABLE} in {container.name}")
    found.records, found.refused, found.notes = rows.records, rows.refused, rows.notes
    ids: dict[str, str] = {}
    if "classes.json" in names:
        found.classes, ids = read_classes(read_json(container, "classes.json"))
    if not manifest:
        found.records = [_named(one, ids, found.classes) for one in found.records]
    hashes = _hashes(manifest)
    found.records = [_without_bytes(one, names, hashes) for one in found.records]
    return found


def read_hf(container: Container) -> ReadSet:
    """Return the records of a Hugging Face imagefolder: a metadata file in each split.

    Raises:
        InvalidInputError: It has none, or is damaged.
    """
    names = container.names()
    there = set(names)
    hashes = _hashes(_manifest(container, there))
    tables = [one for one in names if one.rpartition("/")[2] in {LINES, "metadata.csv"}]
    if not tables:
        raise InvalidInputError(f"{container.name} holds no {LINES}", hint="name another --format")
    found = ReadSet("hf")
    for name in tables:
        folder = name.rpartition("/")[0]
        split = next((split for one in folder.split("/") if (split := split_name(one))), "")
        rows = _hf_table(container, name, found)
        placed = (_placed(one, folder, split) for one in rows)
        found.records += [_without_bytes(one, there, hashes) for one in placed]
    if "classes.json" in there:
        found.classes, _ = read_classes(read_json(container, "classes.json"))
    return found


def read_classes(value: Any) -> tuple[list[ClassInfo], dict[str, str]]:
    """Return the classes of a `classes.json`, and names by the ids and keys that tables may hold.

    Understood: a list of names or of objects, alone or under `classes`; an object of names by id.

    Raises:
        InvalidInputError: It is neither.
    """
    rows = value.get("classes", value) if isinstance(value, dict) else value
    if isinstance(rows, dict):
        rows = [
            {"id": key, "name": one} if isinstance(one, str) else {"id": key, "name": key}
            for key, one in rows.items()
        ]
    if not isinstance(rows, list) or len(rows) > MAX_CLASSES:
        raise InvalidInputError("classes.json holds no list of classes", hint="export it again")
    found: dict[str, ClassInfo] = {}
    ids: dict[str, str] = {}
    for row in rows:
        one = _class(row)
        if one is None:
            raise InvalidInputError(
                f"classes.json holds a class without a name: {str(row)[:100]}", hint="name it"
            )
        found.setdefault(one.name, one)
        if isinstance(row, dict):
            ids |= {str(row[key]): one.name for key in ("id", "key") if row.get(key) is not None}
    return list(found.values()), ids


def _class(row: Any) -> ClassInfo | None:
    if isinstance(row, str):
        return ClassInfo(row) if row.strip() else None
    if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not row["name"].strip():
        return None
    colour = row.get("colour") or row.get("color") or ""
    hotkey = row.get("hotkey") or ""
    return ClassInfo(row["name"], str(colour)[:20], str(hotkey)[:20])


def _manifest(container: Container, names: set[str]) -> dict[str, Any] | None:
    """Return our manifest if there is one, once the tables are as it says."""
    if "manifest.json" not in names:
        return None
    manifest = read_json(container, "manifest.json")
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        return None
    version, files = manifest.get("version"), manifest.get("files")
    if not isinstance(version, int) or version > VERSION or not isinstance(files, dict):
        raise InvalidInputError(
            f"{container.name} is of a later version", hint="update Sightline, then import it"
        )
    for name, facts in files.items():
        wanted = facts.get("sha256") if isinstance(facts, dict) else None
        if name not in names:
            raise InvalidInputError(
                f"{container.name} lacks {name[:200]}", hint="fetch or export the data set again"
            )
        is_table = name.endswith((".csv", ".json", ".jsonl"))
        if is_table and _sha256(container, name) != wanted:
            raise InvalidInputError(
                f"{name} in {container.name} is not what its manifest says",
                hint=f"if you changed it on purpose, import {name} by itself",
            )
    return manifest


def _sha256(container: Container, name: str) -> str:
    hasher = hashlib.sha256()
    with guarded(container.name, name), container.open(name) as file:
        while part := file.read(_PART):
            hasher.update(part)
    return hasher.hexdigest()


def _hf_table(container: Container, name: str, found: ReadSet) -> list[Record]:
    if name.endswith(".csv"):
        with guarded(container.name, name), container.open(name) as file:
            rows = table.read_bytes(file, f"{name} in {container.name}")
        found.refused += rows.refused
        found.notes += rows.notes
        return rows.records
    records: list[Record] = []
    unknown: set[str] = set()
    with guarded(container.name, name):
        for number, line in enumerate(_lines(container, name), start=1):
            where = f"{name} line {number}"
            one = _record(line, unknown)
            if isinstance(one, str):
                found.refused.append(Refused(where, one))
            else:
                records.append(one)
    if unknown:
        keys = ", ".join(sorted(unknown)[:20])
        found.notes.append(f"{name}: keys that say nothing here: {keys}")
    return records


def _lines(container: Container, name: str) -> Iterator[str]:
    with open_text(container, name) as text:
        while line := text.readline(MAX_LINE):
            if line.strip():
                yield line


def _record(line: str, unknown: set[str]) -> Record | str:
    """Return what a line says, or why it cannot be used; `unknown` learns keys of other tools."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return "is no JSON"
    if not isinstance(row, dict) or not isinstance(row.get("file_name"), str):
        return "has no file_name"
    unknown |= {key[:100] for key in row.keys() - KEYS} if len(unknown) < MAX_KEYS else set()
    return record_of(row, path=row["file_name"])


def record_of(row: Mapping[str, Any], *, path: str) -> Record | str:
    """Return the record of a row with typed values, or why it cannot be used."""
    tags = row.get("tags")
    if tags is not None and not (
        isinstance(tags, list) and all(isinstance(one, str) for one in tags)
    ):
        return "its tags are no list of names"
    label = row.get("label")
    if label is not None and not isinstance(label, str):
        return "its label is no name"
    cells = {
        "path": row.get("path") if isinstance(row.get("path"), str) else path,
        "status": _text(row, "status"),
        "split": _text(row, "split"),
        "page": str(row["page"]) if isinstance(row.get("page"), int) else "",
        "digest": _text(row, "blake3"),
    }
    why = table.fault({key: str(one) for key, one in cells.items()})
    if why:
        return why
    return Record(
        path=str(cells["path"]) or path,
        label=(label or "").strip(),
        tags=None if tags is None else tuple(dict.fromkeys(tags)),
        status=str(cells["status"]),
        split=split_name(str(cells["split"])),
        page=int(str(cells["page"])) if cells["page"] else None,
        digest=str(cells["digest"]),
        item_id=_text(row, "item_id"),
        width=_whole(row, "width"),
        height=_whole(row, "height"),
        was_unsure=row.get("was_unsure") is True,
        first_labelled_at=_text(row, "first_labelled_at"),
        labelled_at=_text(row, "labelled_at"),
        file=path,
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _whole(row: Mapping[str, Any], key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) and 0 <= value < 1_000_000 else 0  # noqa: PLR2004


def _placed(one: Record, folder: str, split: str) -> Record:
    """Return a record of a metadata file with its place in the whole."""
    file = one.file or one.path
    return replace(one, file=f"{folder}/{file}" if folder else file, split=one.split or split or "")


def _named(one: Record, ids: Mapping[str, str], classes: list[ClassInfo]) -> Record:
    """Return a record whose label is a name, where a table gives the class's id or key."""
    known = {row.name for row in classes}
    if one.label in ids and one.label not in known:
        return replace(one, label=ids[one.label])
    return one


def _hashes(manifest: dict[str, Any] | None) -> dict[str, str]:
    files = manifest["files"] if manifest else {}
    return {name: str(facts.get("sha256")) for name, facts in files.items()}


def _without_bytes(one: Record, names: set[str], hashes: Mapping[str, str]) -> Record:
    """Return a record with the file that holds its bytes and that file's hash, if it has one."""
    tried = (one.file, one.path, f"images/{one.path}")
    file = next((name for name in tried if name in names), "")
    return replace(one, file=file, sha256=hashes.get(file, ""))
