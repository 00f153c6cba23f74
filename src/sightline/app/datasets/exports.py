"""Data sets as people take them along: labels, with or without pictures, in five formats."""

from __future__ import annotations

import hashlib
import os
import platform
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline import __version__
from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    SightlineError,
    did_you_mean,
)
from sightline.core.labels import split_code, status_code
from sightline.core.progress import Silent
from sightline.formats import table
from sightline.formats.layout import Written, write
from sightline.formats.parquet import write_parquet
from sightline.formats.records import ClassInfo, DataSet, Record, item_id
from sightline.formats.sinks import FolderSink, ZipSink, new_file, new_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sightline.app.embedding.encoders import Encoders
    from sightline.app.live_head.heads import Heads
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.store.exchange import LabelTimes
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

SUFFIX: Final = {"zip": ".zip", "csv": ".csv", "imagefolder": "", "hf": "", "parquet": ".parquet"}
"""Formats and how their files end; those without are folders."""
IMAGES: Final = {"zip": "none", "csv": "none", "imagefolder": "copy", "hf": "copy"}
"""What is done with pictures unless something else is asked for; none elsewhere."""
CHOICES: Final = ("none", "copy", "link")
MOST_SHOWN: Final = 1_000
CHUNK: Final = 1_000
PACKAGES: Final = ("numpy", "onnxruntime", "pillow", "scikit-learn", "torch")
DIGITS: Final = 4
"""To which the head's figures are told: a fit that began elsewhere ends within that."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of an export."""

    format: str
    images: str
    splits: tuple[str, ...] = ()
    """Empty: all."""
    statuses: tuple[str, ...] = ()


def asked(
    form: str, images: str | None, splits: Sequence[str] = (), statuses: Sequence[str] = ()
) -> Asked:
    """Return a checked wish.

    Raises:
        InvalidInputError: There is no such format, choice, split or status.
    """
    if form not in SUFFIX:
        raise InvalidInputError(f"no format {form!r}", hint=did_you_mean(form, SUFFIX))
    chosen = images or IMAGES.get(form, "none")
    if chosen not in CHOICES:
        raise InvalidInputError(f"images cannot be {images!r}", hint="none, copy or link")
    for one in splits:
        split_code(one)
    for one in statuses:
        status_code(one)
    if form == "csv" and chosen != "none":
        raise InvalidInputError("a CSV file holds no pictures", hint="take the format zip")
    return Asked(form, chosen, tuple(splits), tuple(statuses))


class Exports:
    """Writes the labels of a project for others to use."""

    def __init__(
        self,
        store: Store,
        jobs: JobRunner,
        person: str,
        folder: Callable[[Project], Path],
        parts: tuple[Encoders, Heads],
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._person = person
        self._folder = folder
        self._encoders, self._heads = parts

    def export(
        self, project: Project, out: Path, wish: Asked, *, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Write a data set to `out` and return the report; it is there whole or not at all.

        Raises:
            InvalidInputError: `out` is in the workspace, or is a picture of the project.
            ConflictError: There is something at `out` that is not replaced.
            CancelledError: Somebody asked it to stop; nothing is left behind.
            StorageError: The disk refuses; nothing is left behind.
        """
        target = self.target(project, out, SUFFIX[wish.format])
        return self._write(project, target, wish, progress or Silent(), packed=False)

    def start(self, project: Project, wish: Asked) -> dict[str, Any]:
        """Hand an export to a job; its file is fetched with `file`."""
        arguments = {"project": project.name, "form": wish.format, "images": wish.images}
        arguments |= {"splits": list(wish.splits), "statuses": list(wish.statuses)}  # type: ignore[dict-item]
        job = self._jobs.start("export-labels", arguments, project=project.name, actor=self._person)
        return job.to_dict()

    def perform(self, project: Project, wish: Asked, *, progress: Progress) -> dict[str, Any]:
        """Write a data set into the project's `exports/`, as one file, and return the report."""
        name = self.file_name(project, wish)
        target = self.folder(project) / name
        return self._write(project, target, wish, progress, packed=True) | {"file": name}

    def file_name(self, project: Project, wish: Asked) -> str:
        """Return how a data set is called as one file."""
        return f"{project.name}-{wish.format}{SUFFIX[wish.format] or '.zip'}"

    def pack(self, project: Project, target: Path, wish: Asked) -> dict[str, Any]:
        """Write a data set as one file, wherever the caller keeps it."""
        return self._write(project, target, wish, Silent(), packed=True)

    def file(self, project: Project, name: str) -> Path:
        """Return a finished export by its name.

        Raises:
            NotFoundError: There is none.
        """
        folder = self.folder(project)
        path = folder / name
        if name != Path(name).name or not path.is_file() or path.is_symlink():
            raise NotFoundError(f"no export {name[:100]!r}", hint="export the labels first")
        return path

    def files(self, project: Project) -> list[dict[str, Any]]:
        """Return the finished exports, newest first."""
        folder = self.folder(project)
        found = [one for one in folder.glob("*") if one.is_file() and one.name[0] != "."]
        found.sort(key=lambda one: one.stat().st_mtime_ns, reverse=True)
        return [{"file": one.name, "bytes": one.stat().st_size} for one in found]

    def _write(
        self, project: Project, target: Path, wish: Asked, progress: Progress, *, packed: bool
    ) -> dict[str, Any]:
        data = self._data(project, wish, progress)
        folder_form = not SUFFIX[wish.format]
        if folder_form and not packed:
            with new_folder(target) as folder:
                sink = FolderSink(folder, links=wish.images == "link")
                done = self._layout(sink, data, wish, progress)
        else:
            with new_file(target) as out:
                done = self._one_file(out, data, wish, progress)
        report = asdict(done)
        report["missing"] = report["missing"][:MOST_SHOWN]
        report |= {"missing_count": len(done.missing), "pictures": report.pop("images")}
        kept = {"project": project.name, "format": wish.format, "path": str(target)}
        size = None if target.is_dir() else target.stat().st_size
        hashed = None if target.is_dir() else sha256_of(target)
        return kept | report | {"file_bytes": size, "sha256": hashed}

    def _one_file(self, out: Any, data: DataSet, wish: Asked, progress: Progress) -> Written:
        if wish.format == "parquet":
            return write_parquet(out, data, images=wish.images, progress=progress)
        if wish.format == "csv":
            return _write_table(out, data, progress)
        with ZipSink(out) as sink:
            return self._layout(sink, data, wish, progress)

    def _layout(self, sink: Any, data: DataSet, wish: Asked, progress: Progress) -> Written:
        layout: Any = wish.format
        images: Any = wish.images
        return write(sink, data, layout=layout, images=images, progress=progress)

    def _data(self, project: Project, wish: Asked, progress: Progress) -> DataSet:
        progress.advance(0, None, "reading the labels")
        times = self._store.exchange.times(project.id)
        order = self._order(project, wish, progress)
        classes = self._store.classes.list(project.id)
        names = {row.id: row.name for row in classes}
        return DataSet(
            name=project.name,
            records=self._records(project, order, names, times),
            count=len(order),
            classes=tuple(ClassInfo(c.name, c.colour, c.hotkey or "") for c in classes),
            facts=self._facts(project, times),
        )

    def _order(self, project: Project, wish: Asked, progress: Progress) -> list[tuple[str, int]]:
        """Return (path in the data set, ordinal) of every image asked for, by path and page."""
        found: list[tuple[str, int, int, bool]] = []
        aliases: dict[int, str] = {}
        after = -1
        while rows := self._store.images.page_after(project.id, after, CHUNK):
            progress.check()
            after = rows[-1].ordinal
            found += [(row.path, row.page, row.ordinal, _is_wanted(row, wish)) for row in rows]
            aliases |= {row.ordinal: row.alias for row in rows if row.alias}
        shown = shown_paths({one[0] for one in found}, self._folder(project))
        keys = sorted(
            (called(shown[path], aliases.get(ordinal)), page, ordinal)
            for path, page, ordinal, wanted in found
            if wanted
        )
        return [(path, ordinal) for path, _, ordinal in keys]

    def _records(
        self,
        project: Project,
        order: list[tuple[str, int]],
        names: dict[int, str],
        times: LabelTimes,
    ) -> Iterator[Record]:
        for start in range(0, len(order), CHUNK):
            part = order[start : start + CHUNK]
            rows = self._store.images.by_ordinals(project.id, [ordinal for _, ordinal in part])
            known = {row.ordinal: row for row in rows}
            for path, ordinal in part:
                if ordinal in known:
                    yield _record(known[ordinal], path, names, times)

    def _facts(self, project: Project, times: LabelTimes) -> dict[str, Any]:
        """Return what the manifest tells besides counts and files."""
        packages = {name: found for name in PACKAGES if (found := _version(name))}
        return {
            "encoder": self._encoder(project),
            "head": self._head(project),
            "journal": {"position": times.seq},
            "versions": {
                "sightline": __version__,
                "python": platform.python_version(),
                **packages,
            },
        }

    def _encoder(self, project: Project) -> dict[str, Any] | None:
        """Return the encoder that the project uses, and the hash of its weights if it has any."""
        every = self._encoders.of_project(project)
        found = next((one for one in every if one["current"]), None)
        if found is None:
            return None
        facts = {key: found[key] for key in ("name", "key", "dim")}
        weights = None
        with suppress(SightlineError):
            weights = self._store.models.get(found["name"], allow_paths=False).blake3
        return facts | {"weights_blake3": weights}

    def _head(self, project: Project) -> dict[str, Any] | None:
        """Return how the head on these labels is calibrated and how good it is; None: no head."""
        head = self._heads.get(project)
        if head is not None and head["stale"]:
            with suppress(SightlineError):
                head = self._heads.refit(project) or head
        if head is None:
            return None
        kept = ("encoder", "labels", "method", "measured_on", "accuracy", "log_loss", "ece")
        return {key: _rounded(head.get(key)) for key in kept}

    def folder(self, project: Project) -> Path:
        """Return where finished exports lie."""
        return self._folder(project) / "exports"

    def project_folder(self, project: Project) -> Path:
        """Return a project's folder."""
        return self._folder(project)

    def target(self, project: Project, out: Path, suffix: str) -> Path:
        """Return where to write, once that overwrites nothing of worth.

        Args:
            project: Whose labels.
            out: As a person wrote it; a folder that is there gets a file of the project's name.
            suffix: How the file ends; empty: it is a folder.

        Raises:
            InvalidInputError: It lies in the workspace.
            ConflictError: There is a file of another kind.
        """
        target = Path(os.path.abspath(out.expanduser()))  # noqa: PTH100  links stay as they are
        real = target.parent.resolve() / target.name
        workspace = self._store.workspace.resolve()
        inside = real.is_relative_to(workspace)
        if inside and not real.is_relative_to(self.folder(project).resolve()):
            raise InvalidInputError(
                f"{target} lies in the workspace", hint="write to a folder outside of it"
            )
        if suffix and target.is_dir():
            target = target / f"{project.name}{suffix}"
        if suffix and target.exists() and target.suffix.lower() != suffix:
            raise ConflictError(
                f"{target} is there already and is no {suffix} file", hint="choose a new name"
            )
        return target


def _write_table(out: Any, data: DataSet, progress: Progress) -> Written:
    import io

    done = Written()
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    table.write_cells(text, table.COLUMNS)
    for number, one in enumerate(data.records, start=1):
        progress.check()
        table.write_row(text, one)
        progress.advance(number, data.count, "writing")
        done.items = number
    text.detach()
    return done


def _is_wanted(row: ImageRow, wish: Asked) -> bool:
    return (not wish.splits or row.split in wish.splits) and (
        not wish.statuses or row.status in wish.statuses
    )


def shown_paths(paths: set[str], folder: Path) -> dict[str, str]:
    """Return each path below what all have in common, the same on whatever disk they lie."""
    own = (f"{folder}/images/", f"{folder}/")
    inside = {path: start for path in paths for start in reversed(own) if path.startswith(start)}
    outside = paths - inside.keys()
    folders = {os.path.dirname(path) for path in outside if path}  # noqa: PTH120  many
    base = ""
    with suppress(ValueError):  # drives differ
        base = os.path.commonpath(folders) if folders else ""
    found = {path: path.removeprefix(start) for path, start in inside.items()}
    found |= {path: path.removeprefix(base) for path in outside}
    return {path: re.sub(r"^(\w:)?/+", "", one.replace("\\", "/")) for path, one in found.items()}


def called(path: str, alias: str | None) -> str:
    """Return a path with the name that a person gave the picture."""
    if alias is None:
        return path
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{alias}{Path(name).suffix}"


def _record(row: ImageRow, path: str, names: dict[int, str], times: LabelTimes) -> Record:
    return Record(
        path=path,
        label=names.get(row.class_id or 0, ""),
        tags=tuple(sorted(names[tag] for tag in row.tags if tag in names)),
        status=row.status,
        split=row.split,
        page=row.page,
        digest=row.digest,
        item_id=item_id(row.digest, row.page),
        width=row.width,
        height=row.height,
        was_unsure=row.id in times.unsure,
        first_labelled_at=times.first.get(row.id, ""),
        labelled_at=times.last.get(row.id, ""),
        source=row.path,
    )


def _rounded(value: Any) -> Any:
    return round(value, DIGITS) if isinstance(value, float) else value


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
