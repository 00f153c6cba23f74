"""Write a data set as files: where each picture goes, and the tables that tell about it.

Three layouts share one way of writing:

- `zip`: `labels.csv`, `classes.json`, `splits.json`, `manifest.json`; pictures below `images/`;
- `imagefolder`: the same beside `train/`, `val/` and `test/` with a folder for each class, as
  torchvision's ImageFolder reads them; images with tags lie in the split itself, with a `.txt`;
- `hf`: `train/`, `validation/` and `test/` with a `metadata.jsonl` each, as Hugging Face's
  `imagefolder` builder reads them.

The same records give the same bytes: `DataSet.records` come in an order that does not depend on
when they were added, and nothing tells the time of writing.
"""

from __future__ import annotations

import io
import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal

from blake3 import blake3

from sightline.formats import table
from sightline.formats.names import Taken, folders_of, safe_path
from sightline.formats.records import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.core.progress import Progress
    from sightline.formats.records import DataSet, Record
    from sightline.formats.sinks import Sink

Layout = Literal["zip", "imagefolder", "hf"]
Images = Literal["none", "copy", "link"]
KIND: Final = "sightline-dataset"
VERSION: Final = 1
HF_SPLITS: Final = {"train": "train", "val": "validation", "test": "test"}
LINKS: Final = "links.csv"
_SPOOL: Final = 8 << 20
_PART: Final = 8 << 20


@dataclass(slots=True)
class Written:
    """What was written."""

    items: int = 0
    images: int = 0
    """Pictures that were copied or linked."""
    bytes: int = 0
    left_out: int = 0
    """Images that the layout has no place for."""
    missing: list[Refused] = field(default_factory=list)
    """Pictures that are gone, or changed since they were added."""


def write(
    sink: Sink, data: DataSet, *, layout: Layout, images: Images, progress: Progress
) -> Written:
    """Write a data set.

    Args:
        sink: Where to.
        data: Its records are taken once.
        layout: Where pictures go, and which tables there are.
        images: none: tables only; link: hard links in a folder, a list of places in a ZIP.
        progress: Is told after each image, and may stop it.

    Raises:
        CancelledError: Somebody asked it to stop.
        OSError: The disk refuses.
    """
    with ExitStack() as stack:
        writer = _Writer(sink, data, layout, images, stack)
        progress.advance(0, data.count, "writing")
        for done, one in enumerate(data.records, start=1):
            progress.check()
            writer.take(one)
            progress.advance(done, data.count, "writing")
        writer.finish()
        return writer.done


def manifest_of(data: DataSet, counts: dict[str, Any], files: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest: what the data set is, and the hash of each of its files."""
    return {
        "kind": KIND,
        "version": VERSION,
        "name": data.name,
        "counts": counts,
        **data.facts,
        "files": files,
    }


class Counts:
    """How many images there are of each kind."""

    def __init__(self) -> None:
        kinds = ("status", "split", "label", "tag")
        self._counts: dict[str, dict[str, int]] = {kind: {} for kind in kinds}
        self._images = 0

    def add(self, one: Record) -> None:
        """Count an image."""
        self._images += 1
        found = [("status", one.status), ("split", one.split), ("label", one.label)]
        found += [("tag", tag) for tag in one.tags or ()]
        for kind, name in found:
            if name:
                self._counts[kind][name] = self._counts[kind].get(name, 0) + 1

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON, sorted."""
        kinds = {kind: dict(sorted(one.items())) for kind, one in self._counts.items()}
        return {"images": self._images, **kinds}


class _Writer:
    """Pictures first, each as its record comes; the tables, which tell of all, at the end."""

    def __init__(
        self, sink: Sink, data: DataSet, layout: Layout, images: Images, stack: ExitStack
    ) -> None:
        self.done = Written()
        self._sink = sink
        self._data = data
        self._layout = layout
        self._images = images
        self._stack = stack
        self._taken = Taken()
        self._folders = folders_of([one.name for one in data.classes])
        self._placed: dict[tuple[str, str], str] = {}
        self._files: dict[str, dict[str, Any]] = {}
        self._splits: dict[str, list[str]] = {"train": [], "val": [], "test": []}
        self._counts = Counts()
        self._tables: dict[str, IO[str]] = {}

    def take(self, one: Record) -> None:
        """Write an image's picture and its row."""
        folder = self._folder(one)
        if folder is None:
            self.done.left_out += 1
            return
        placed = replace(one, file=self._picture(one, folder))
        if self._layout == "hf" and not placed.file:  # its reader wants a file for each line
            return
        self.done.items += 1
        self._counts.add(one)
        if one.split:
            self._splits[one.split].append(one.item_id)
        if self._layout == "hf":
            self._line(placed)
        else:
            rows = self._table("labels.csv", ",".join(table.COLUMNS) + "\r\n")
            table.write_row(rows, placed)

    def finish(self) -> None:
        """Write the tables and the manifest."""
        if not self._tables and self._layout != "hf":
            self._table("labels.csv", ",".join(table.COLUMNS) + "\r\n")
        for name in sorted(self._tables):
            text = self._tables[name]
            text.flush()
            raw = text.buffer  # type: ignore[attr-defined]
            raw.seek(0)
            self._add(name, raw)
        self._json("classes.json", classes_json(self._data, self._folders))
        if self._layout != "hf":
            self._json("splits.json", {key: sorted(ids) for key, ids in self._splits.items()})
        facts = {"layout": self._layout, "images": self._images, **self._data.facts}
        made = replace(self._data, facts=facts)
        manifest = manifest_of(made, self._counts.to_dict(), dict(sorted(self._files.items())))
        self._json("manifest.json", manifest)

    def _folder(self, one: Record) -> str | None:
        """Return where a picture belongs; None: nowhere in this layout."""
        if self._layout == "zip":
            return "images"
        split = one.split or "train"
        if self._layout == "hf":
            return HF_SPLITS[split]
        if one.label in self._folders and one.label:
            return f"{split}/{self._folders[one.label]}"
        return split if one.tags else None

    def _picture(self, one: Record, folder: str) -> str:
        """Write a picture unless it is there already; return its name, empty if it has none."""
        if self._images == "none" and self._layout == "zip":
            return ""
        key = (folder, one.digest or one.path)
        if key in self._placed:
            return self._placed[key]
        name = self._taken.claim(f"{folder}/{self._short(one)}", one.digest or "0")
        if self._images == "none":
            self._placed[key] = name
            return name
        self._placed[key] = ""
        why = source_fault(one)
        if why:
            self.done.missing.append(Refused(one.path, why))
            return ""
        if self._images == "link" and self._layout == "zip":
            rows = self._table(LINKS, "file,location\r\n")
            table.write_cells(rows, (name, one.source))
        else:
            sha256, count = self._sink.place(name, Path(one.source))
            self._files[name] = {"sha256": sha256, "bytes": count}
            self.done.images += 1
            self.done.bytes += count
            self._placed[key] = name
            self._sidecar(one, name)
        return self._placed[key]

    def _short(self, one: Record) -> str:
        """Return a picture's name below its folder; a class folder holds no further ones."""
        path = safe_path(one.path)
        return path if self._layout == "zip" else path.rpartition("/")[2]

    def _sidecar(self, one: Record, name: str) -> None:
        if self._layout == "imagefolder" and one.tags and not one.label:
            text = ", ".join(one.tags) + "\n"
            self._add(f"{name.rpartition('.')[0] or name}.txt", io.BytesIO(text.encode()))

    def _line(self, one: Record) -> None:
        folder = HF_SPLITS[one.split or "train"]
        lines = self._table(f"{folder}/metadata.jsonl", "")
        lines.write(json.dumps(hf_line(one, folder), ensure_ascii=False) + "\n")

    def _table(self, name: str, head: str) -> IO[str]:
        """Return a table's text, which waits in memory, or on the disk when it is long."""
        if name not in self._tables:
            spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115  the stack's
            raw = self._stack.enter_context(spool)
            text = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
            self._stack.callback(text.detach)
            text.write(head)
            self._tables[name] = text
        return self._tables[name]

    def _json(self, name: str, value: Any) -> None:
        text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        self._add(name, io.BytesIO(text.encode("utf-8", "surrogatepass")))

    def _add(self, name: str, raw: IO[bytes]) -> None:
        size = raw.seek(0, io.SEEK_END)
        raw.seek(0)
        sha256, count = self._sink.add(name, raw, size)
        self._files[name] = {"sha256": sha256, "bytes": count}


def classes_json(data: DataSet, folders: dict[str, str]) -> dict[str, Any]:
    """Return the classes in their order."""
    rows = [
        {
            "name": one.name,
            "colour": one.colour,
            "hotkey": one.hotkey or None,
            "folder": folders[one.name],
        }
        for one in data.classes
    ]
    return {"classes": rows}


def hf_line(one: Record, folder: str) -> dict[str, Any]:
    """Return a line of metadata.jsonl: every line has every key, as its reader wants it."""
    return {
        "file_name": one.file.removeprefix(f"{folder}/"),
        "label": one.label or None,
        "tags": list(one.tags or ()),
        "status": one.status,
        "was_unsure": one.was_unsure,
        "item_id": one.item_id,
        "path": one.path,
        "page": one.page or 0,
        "first_labelled_at": one.first_labelled_at or None,
        "labelled_at": one.labelled_at or None,
        "width": one.width,
        "height": one.height,
        "blake3": one.digest,
    }


def source_fault(one: Record) -> str:
    """Return why a picture cannot be taken in, nothing if it can: never other bytes than known."""
    if not one.source:
        return "missing"
    hasher = blake3()
    try:
        with Path(one.source).open("rb") as file:
            for part in _parts(file):
                hasher.update(part)
    except OSError as error:
        return "missing" if isinstance(error, FileNotFoundError) else f"{error.strerror}"
    changed = one.digest and hasher.hexdigest() != one.digest
    return "changed since it was added" if changed else ""


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    while part := file.read(_PART):
        yield part
