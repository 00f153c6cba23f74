"""Everything of models on disk: what uses them, whether they are whole, the trash, the totals."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.app.models.uses import ModelUses
from sightline.core.errors import SightlineError
from sightline.core.progress import Silent
from sightline.engines import BUILT_IN, SEGMENTERS
from sightline.nets.catalogue import CATALOGUE, how_to_get
from sightline.store.model_trash import ModelTrash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sightline.app.models.models import Models
    from sightline.app.models.pulling import Pulling
    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.models import ModelRecord
    from sightline.store.store import Store

JOB: Final = "verify-models"
BIG_BYTES: Final = 256 << 20
"""From here on a check is a job: it reads every byte."""
CACHES: Final = {
    "pulls": "downloads that have begun",
    "arrays": "vectors of pictures, maps, answers of models",
    "crops": "vectors of crops, for heads",
    "assist": "encoded pictures, for drawing",
    "thumbs": "thumbnails",
    "pixels": "decoded pictures, for trainings",
    "explain": "explanations",
    "uploads": "files that were dropped on the page",
}
"""Folders of cache/; each may be deleted at any time."""


class ModelShelf:
    """The models of a workspace as files."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        jobs: JobRunner,
        parts: tuple[Projects, Models, Pulling],
    ) -> None:
        self._store = store
        self._settings = settings
        self._jobs = jobs
        self._projects, self._models, self._pulling = parts
        self._uses = ModelUses(store, self._projects)
        self._trash = ModelTrash(store.models.root, store.workspace / "trash")

    def all(self) -> list[dict[str, Any]]:
        """Return every model, newest first, with what uses it and what it lacks."""
        records = self._store.models.list()
        uses = self._uses.all(records)
        return [_row(one, uses.get(one.id, [])) for one in records]

    def get(self, ref: str) -> dict[str, Any]:
        """Return one model as `all` does.

        Raises:
            UnknownModelError: There is none.
        """
        record = self._store.models.record(self._store.models.get(ref))
        return _row(record, self._used_by(record))

    def overview(self) -> dict[str, Any]:
        """Return what lies where and how large it is, what is missing, and the trash."""
        records = self._store.models.list()
        sizes: dict[str, int] = {}
        for one in records:
            kind = "damaged" if one.card is None else one.card.kind
            sizes[kind] = sizes.get(kind, 0) + one.bytes
        usage = shutil.disk_usage(self._store.workspace)
        return {
            "folder": str(self._store.models.root),
            "models": [{"kind": kind, "bytes": size} for kind, size in sorted(sizes.items())],
            "caches": list(self._caches()),
            "checkpoints_bytes": sum(map(_bytes, self._run_folders())),
            "free_bytes": usage.free,
            "total_bytes": usage.total,
            "partial": self._pulling.partial(),
            "missing": self._missing(records),
            "trash": [one.to_dict() for one in self._trash.list()],
        }

    def remove(self, ref: str) -> dict[str, Any]:
        """Move a model to the trash and say what used it.

        Raises:
            UnknownModelError: There is none.
        """
        record = self._record(ref)
        used_by = self._used_by(record)
        return {**self._models.delete(record.id), "name": _name(record), "used_by": used_by}

    def trash(self) -> list[dict[str, Any]]:
        """Return the models in the trash, those removed last first."""
        return [one.to_dict() for one in self._trash.list()]

    def restore(self, ref: str) -> dict[str, Any]:
        """Put a model back from the trash.

        Raises:
            NotFoundError: There is none.
            ConflictError: It is there already.
        """
        model_id = self._trash.restore(ref)
        self._tell(model_id, "added")
        return next(one for one in self.all() if one["id"] == model_id)

    def empty_trash(self, ref: str = "") -> dict[str, Any]:
        """Erase a model in the trash for good, or all.

        Raises:
            NotFoundError: There is none of this name.
        """
        return {"erased": self._trash.erase(ref)}

    def verify(self, ref: str = "", progress: Progress | None = None) -> dict[str, Any]:
        """Compare a model's files with the hashes on its card; without a name, every model's.

        Raises:
            UnknownModelError: There is none of this name.
        """
        told = progress or Silent()
        records = self._records(ref)
        rows = []
        for at, one in enumerate(records):
            told.check()
            told.advance(at, len(records), one.id)
            rows.append(self._verified(one))
        told.advance(len(records), len(records), "")
        return {"ok": all(row["ok"] for row in rows), "models": rows, "job": None}

    def start_verify(self, ref: str = "") -> dict[str, Any]:
        """Check models now, or by a job where that takes long; then `job` is set.

        Raises:
            UnknownModelError: There is none of this name.
        """
        records = self._records(ref)
        if sum(one.bytes for one in records) < BIG_BYTES:
            return self.verify(ref)
        arguments = {"model": ref and records[0].id}
        job = self._jobs.start(JOB, arguments, actor=self._settings.person)
        return {"ok": None, "models": [], "job": job.to_dict()}

    def _records(self, ref: str) -> list[ModelRecord]:
        if not ref:
            return self._store.models.list()
        return [self._record(ref)]

    def _record(self, ref: str) -> ModelRecord:
        """Return a model by id or name, a damaged one by id."""
        for one in self._store.models.list():
            if one.id == ref:
                return one
        return self._store.models.record(self._store.models.get(ref, allow_paths=False))

    def _used_by(self, record: ModelRecord) -> list[dict[str, Any]]:
        named = self._uses.all(self._store.models.list()).get(record.id, [])
        return named + self._uses.vectors(record)

    def _verified(self, record: ModelRecord) -> dict[str, Any]:
        fault, hint = record.fault, "remove it, and add it again" if record.fault else ""
        if not fault:
            try:
                self._store.models.verify(record.id)
            except SightlineError as error:
                fault, hint = str(error), error.hint
        digest = "" if record.card is None else record.card.blake3
        row = {"id": record.id, "name": _name(record), "blake3": digest, "bytes": record.bytes}
        return row | {"ok": not fault, "fault": fault, "hint": hint}

    def _missing(self, records: list[ModelRecord]) -> list[dict[str, Any]]:
        built_in = frozenset(spec.name for spec in (*BUILT_IN, *SEGMENTERS))
        return [
            one | {"how": _how(one), "pullable": one["name"] in CATALOGUE}
            for one in self._uses.missing(records, built_in)
        ]

    def _caches(self) -> Iterator[dict[str, Any]]:
        root = self._store.workspace / "cache"
        for name, about in CACHES.items():
            folder = root / name
            if name == "crops" and self._settings.crop_cache_dir:
                folder = Path(self._settings.crop_cache_dir).expanduser()
            size = _bytes(folder)
            if size:
                yield {"name": name, "about": about, "path": str(folder), "bytes": size}

    def _run_folders(self) -> Iterator[Path]:
        return (self._store.workspace / "projects").glob("*/runs/*/checkpoints")

    def _tell(self, model_id: str, change: str) -> None:
        self._store.tell("model", None, {"id": model_id, "change": change})


def _name(record: ModelRecord) -> str:
    return record.id if record.card is None else record.card.name


def _row(record: ModelRecord, used_by: list[dict[str, Any]]) -> dict[str, Any]:
    return record.to_dict() | {"used_by": used_by, "lacks": _lacks(record)}


def _how(missing: dict[str, Any]) -> str:
    """Return the command that brings what is missing."""
    if missing["wanted_by"][0]["setting"] in {"box_head", "image_head"}:
        return "sightline heads import FILE, or convert a pickle: sightline heads convert FILE"
    return how_to_get(missing["name"])


def _lacks(record: ModelRecord) -> list[dict[str, str]]:
    """Return which file goes where, of those that a model has lost."""
    card = record.card
    if card is None:
        return []
    wanted = {card.file: card.blake3, **card.files}
    gone = {name: one for name, one in wanted.items() if not (record.folder / name).is_file()}
    return [
        {"file": name, "folder": str(record.folder), "blake3": digest}
        for name, digest in gone.items()
    ]


def _bytes(folder: Path) -> int:
    """Return the bytes under a folder; links are not followed."""
    total = 0
    todo = [str(folder)]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:  # it has just gone, or may not be read
            continue
    return total
