"""What a data set on the disk is, and what it says: one question whatever its format."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from blake3 import blake3

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.formats import parquet, table
from sightline.formats.archive import container_of, guarded
from sightline.formats.bundle import LINES, TABLE, read_bundle, read_hf, root_of
from sightline.formats.hoshina import is_database, read_database
from sightline.formats.records import ClassInfo, ReadSet, Record, Refused
from sightline.imaging.sniff import ALL_EXTENSIONS
from sightline.ingest.labels import find_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.core.progress import Progress
    from sightline.formats.archive import Container

FORMATS: Final = ("auto", "zip", "csv", "imagefolder", "hf", "parquet", "hoshina", "hootsight")
DATABASES: Final = ("app.db", "store/app.db")
_SIDECAR: Final = 64_000
_PART: Final = 1 << 20
_TABLES: Final = frozenset({".csv", ".tsv", ".txt"})


@dataclass(slots=True)
class Opened:
    """A data set that has been read, and the way to its pictures."""

    found: ReadSet
    container: Container | None = None
    file: Path | None = None
    """The Parquet file with the pictures' bytes."""

    def identify(self, progress: Progress) -> None:
        """Hash the pictures whose records do not tell their bytes.

        Raises:
            InvalidInputError: One is damaged.
            CancelledError: Somebody asked it to stop.
        """
        at = [n for n, one in enumerate(self.found.records) if one.file and not one.digest]
        records = self.found.records
        digests: dict[str, str] = {}
        for done, (one, parts) in enumerate(self.bytes_of([records[n] for n in at]), start=1):
            progress.check()
            hasher = blake3()
            for part in parts:
                hasher.update(part)
            digests[one.file] = hasher.hexdigest()
            progress.advance(done, len(at), "hashing")
        for n in at:
            records[n] = replace(records[n], digest=digests.get(records[n].file, ""))

    def bytes_of(self, records: Sequence[Record]) -> Iterator[tuple[Record, Iterator[bytes]]]:
        """Yield each record that has its picture here, with the picture's bytes in parts."""
        if self.file is not None:
            by_row = {int(one.file): one for one in records if one.file}
            for row, data in parquet.pictures(self.file, sorted(by_row)):
                yield by_row[row], iter((data,))
        elif self.container is not None:
            for one in records:
                if one.file:
                    yield one, _parts(self.container, one.file)


@contextmanager
def opened(source: Path, form: str) -> Iterator[Opened]:
    """Read a data set; its pictures can be asked for within the block.

    Raises:
        InvalidInputError: There is none, it is none of this format, or it is damaged.
        TooLargeError: It is over the limits.
    """
    if form not in FORMATS:
        raise InvalidInputError(f"no format {form!r}", hint=did_you_mean(form, FORMATS))
    if not source.exists():
        raise InvalidInputError(f"there is no {source}", hint="check the path")
    form = _kind(source) if form == "auto" else form
    if form == "csv":
        rows = table.read_table(source)
        yield Opened(ReadSet("csv", rows.records, [], rows.refused, rows.notes))
    elif form == "parquet":
        yield Opened(parquet.read_parquet(source), file=source)
    elif form == "hoshina" and (database := _database(source)):
        yield Opened(read_database(database))
    else:
        with container_of(source) as outer:
            inner = root_of(outer)
            yield Opened(_read(inner, form), container=inner)


def is_labels(source: Path) -> bool:
    """Say whether something is surely a data set of labels of whole pictures, by its tables.

    Raises:
        InvalidInputError: It is not safe.
    """
    if not source.is_dir() and not zipfile.is_zipfile(source):
        ending = source.suffix.lower()
        return ending in {".csv", ".tsv", ".parquet"} or is_database(source)
    if source.is_dir() and _database(source):
        return True
    with container_of(source) as outer:
        names = root_of(outer).names()
        last = {one.rpartition("/")[2] for one in names}
        return TABLE in names or LINES in last


def _kind(source: Path) -> str:
    """Return the format of a data set by what it holds."""
    if source.is_dir():
        return "hoshina" if _database(source) else "container"
    if source.suffix.lower() == ".parquet":
        return "parquet"
    if is_database(source):
        return "hoshina"
    if zipfile.is_zipfile(source) or source.suffix.lower() == ".zip":
        return "container"
    if source.suffix.lower() in _TABLES:
        return "csv"
    raise InvalidInputError(f"{source.name} is no data set that is known", hint="name its --format")


def _database(source: Path) -> Path | None:
    """Return the HOSHINA database that a path names, or that lies in its folder."""
    tried = [source / one for one in DATABASES] if source.is_dir() else [source]
    if source.is_dir() and (source / TABLE).exists():
        return None
    return next((one for one in tried if one.is_file() and is_database(one)), None)


def _read(container: Container, form: str) -> ReadSet:
    names = container.names()
    last = {one.rpartition("/")[2] for one in names}
    if form in {"container", "imagefolder", "zip", "hoshina"} and TABLE in names:
        found = read_bundle(container)
        folders = any(name.startswith(("train/", "val/", "test/")) for name in names)
        return replace(found, format="imagefolder") if folders else found
    if form == "hf" or (form == "container" and LINES in last):
        return read_hf(container)
    if form in {"zip", "hoshina"}:
        raise InvalidInputError(
            f"{container.name} holds no {TABLE}", hint="let --format auto find out what it is"
        )
    return _read_folders(container, "imagefolder" if form == "container" else form)


def _read_folders(container: Container, form: str) -> ReadSet:
    """Return what class folders, split folders and `.txt` tags say, as an ingest reads them."""
    names = container.names()
    pictures = [one for one in names if PurePosixPath(one).suffix.lower() in ALL_EXTENSIONS]
    if not pictures:
        raise InvalidInputError(
            f"{container.name} holds neither a table of labels nor pictures",
            hint="see the guide's page about data sets for what is read",
        )
    texts = [one for one in names if one.lower().endswith(".txt")]

    def read_text(name: str) -> str | None:
        with guarded(container.name, name), container.open(name) as file:
            return file.read(_SIDECAR).decode("utf-8", "replace")

    labels = find_labels(pictures, texts=texts, read_text=read_text)
    found = ReadSet(form, classes=[ClassInfo(one) for one in labels.classes])
    found.refused = [Refused(one, "cannot be the name of a class") for one in labels.refused]
    for name in pictures:
        said = labels.of.get(name, ())
        is_tags = labels.kind == "tags"
        found.records.append(
            Record(
                path=name,
                label="" if is_tags or not said else said[0],
                tags=said if is_tags else None,
                split=labels.splits.get(name, ""),
                file=name,
            )
        )
    return found


def _parts(container: Container, name: str) -> Iterator[bytes]:
    with guarded(container.name, name), container.open(name) as file:
        while part := file.read(_PART):
            yield part
