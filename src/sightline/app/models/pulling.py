"""Fetch a published model: files, checks, the store. Only when somebody asks for it by name."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import BusyError, InvalidInputError, NotFoundError
from sightline.core.progress import Silent
from sightline.nets.catalogue import (
    CATALOGUE,
    HUB_URL,
    by_hand,
    pullable,
    terms,
    torchvision_weights,
)
from sightline.store.caption_plan import CAPTION_FILES
from sightline.store.fetch import fetch
from sightline.store.locks import FileLock
from sightline.store.model_folder import WEIGHTS
from sightline.store.model_plan import ImportOptions
from sightline.store.transformer_plan import CONFIG, PREPARING, SHARDS, TOKENIZER, shard_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sightline.app.models.models import Models
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.nets.published import Pullable
    from sightline.settings import Settings
    from sightline.store.fetch import Fetched
    from sightline.store.store import Store

JOB: Final = "pull"


class Pulling:
    """The catalogue of published models, and what of it is here."""

    def __init__(self, store: Store, settings: Settings, jobs: JobRunner, models: Models) -> None:
        self._store = store
        self._settings = settings
        self._jobs = jobs
        self._models = models

    def catalogue(self) -> list[dict[str, Any]]:
        """Return what can be pulled by name; `state` is absent, partial, pulling or here."""
        here = {
            record.card.source.partition("@")[0]: record.id
            for record in self._store.models.list()
            if record.card is not None and not record.fault
        }
        active = {
            job.arguments.get("name"): job
            for job in self._jobs.list(state=("queued", "running"))
            if job.kind == JOB
        }
        return [
            {
                **self._shown(entry),
                "model": here.get(_origin(entry)),
                "job": active[name].id if name in active else None,
                "state": self._state(entry, here, active),
            }
            for name, entry in CATALOGUE.items()
        ]

    def start(self, name: str) -> dict[str, Any]:
        """Hand the fetching to a job; one that is at it already is given back.

        Raises:
            InvalidInputError: Nothing of this name can be pulled.
        """
        self._open(pullable(name))
        for job in self._jobs.list(state=("queued", "running")):
            if job.kind == JOB and job.arguments.get("name") == name:
                return job.to_dict()
        return self._jobs.start(JOB, {"name": name}, actor=self._settings.person).to_dict()

    def pull(self, name: str, *, progress: Progress | None = None) -> dict[str, Any]:
        """Fetch a model and add it to the store, unless these very weights are there.

        What has come stays when it is stopped, and is not fetched again.

        Raises:
            InvalidInputError: Nothing of this name can be pulled, or it cannot be used here.
            DownloadError, NotFoundError: It cannot be fetched.
            BusyError: Another process fetches it.
        """
        entry = pullable(name)
        self._open(entry)
        folder = self._folder(entry)
        folder.mkdir(parents=True, exist_ok=True)
        told = progress or Silent()
        try:
            with FileLock(folder / "lock") as lock:
                lock.acquire(timeout_s=1)
                result = self._how(entry)(entry, folder, told)
                for path in folder.iterdir():
                    if path.name != "lock":
                        path.unlink()
        except BusyError as error:
            raise BusyError(f"{name} is being pulled already", hint="see the jobs") from error
        with suppress(OSError):
            shutil.rmtree(folder)
        return result

    def partial(self) -> list[dict[str, Any]]:
        """Return the downloads that have begun and not ended."""
        names = {self._folder(entry).name: name for name, entry in CATALOGUE.items()}
        found = []
        for folder in sorted(self._root().glob("*--*")):
            files = [one for one in folder.glob("*") if one.name != "lock"]
            if files:
                plain = folder.name.partition("--")[2].replace("--", "/", 1).replace("--", "@")
                found.append(
                    {
                        "name": names.get(folder.name, plain),
                        "folder": str(folder),
                        "bytes": sum(one.stat().st_size for one in files),
                    }
                )
        return found

    def forget(self, name: str) -> dict[str, Any]:
        """Throw away what has come of a download that did not end.

        Raises:
            InvalidInputError: Nothing of this name can be pulled.
            NotFoundError: Nothing of it is here.
            BusyError: It is going on.
        """
        folder = self._folder(pullable(name))
        if not folder.is_dir():
            raise NotFoundError(f"nothing of {name} is here", hint="sightline models disk")
        try:
            with FileLock(folder / "lock") as lock:
                lock.acquire(timeout_s=1)
                size = sum(one.stat().st_size for one in folder.iterdir() if one.is_file())
                shutil.rmtree(folder)
        except BusyError as error:
            raise BusyError(f"{name} is being pulled", hint="cancel its job first") from error
        return {"name": name, "freed_bytes": size}

    def _root(self) -> Path:
        return self._store.workspace / "cache" / "pulls"

    def _shown(self, entry: Pullable) -> dict[str, Any]:
        gated = self._is_gated(entry)
        page, files = by_hand(entry)
        told = {"terms": terms(entry) if gated else "", "page": page, "files": list(files)}
        return asdict(entry) | told | {"gated": gated}

    def _is_gated(self, entry: Pullable) -> bool:
        """Say whether its publisher hands it only to those who agreed; a mirror asks nobody."""
        return entry.gated and not self._settings.model_hub_url

    def _open(self, entry: Pullable) -> None:
        if self._is_gated(entry):
            raise InvalidInputError(
                f"{entry.name} is only handed out to people who have agreed to its terms",
                hint=terms(entry),
            )

    def _how(self, entry: Pullable) -> Callable[[Pullable, Path, Progress], dict[str, Any]]:
        if entry.source == "torchvision":
            return self._torchvision
        return self._pair if entry.files else self._hub

    def _torchvision(self, entry: Pullable, folder: Path, progress: Progress) -> dict[str, Any]:
        from sightline.nets.weight_files import save_state, unpickled

        known = torchvision_weights(entry.place)
        url = known.url
        if self._settings.model_hub_url:
            url = f"{self._hub_url()}/models/{known.url.rpartition('/')[2]}"
        file = folder / known.url.rpartition("/")[2]
        found = self._fetched(url, file, progress, sha256=known.sha256)
        here = self._here(entry, found.sha256)
        if here is not None:
            return here
        progress.advance(found.bytes, found.bytes, "converting")
        weights = folder / "weights.safetensors"
        save_state(weights, unpickled(file))
        rule = json.dumps(known.preprocess.to_dict())
        progress.advance(0, None, "trying it")
        return self._added(entry, weights, found, network=entry.place, preprocess=rule)

    def _hub(self, entry: Pullable, folder: Path, progress: Progress) -> dict[str, Any]:
        revision = entry.revision
        config = self._file(entry, folder, CONFIG, revision, progress)
        revision = config.revision or revision
        for name in (*PREPARING, *TOKENIZER, *CAPTION_FILES):
            with suppress(NotFoundError):
                self._file(entry, folder, name, revision, progress)
        try:
            found = self._weights(entry, folder, revision, progress)
        except NotFoundError as error:
            raise NotFoundError(
                f"{entry.place} holds no {WEIGHTS} at {revision}",
                hint="pickles are never fetched; name a revision that has it, as in "
                f"{entry.repository}@refs/pr/1, or another model: sightline models catalogue",
            ) from error
        here = self._here(entry, found.sha256)
        if here is not None:
            return here
        progress.advance(0, None, "trying it")
        return self._added(entry, folder, found, revision=revision)

    def _weights(self, entry: Pullable, folder: Path, revision: str, progress: Progress) -> Fetched:
        """Fetch weights in one file, or the index of several and all that it names."""
        try:
            return self._file(entry, folder, WEIGHTS, revision, progress)
        except NotFoundError:
            index = self._file(entry, folder, SHARDS, revision, progress)
        for name in shard_names(folder / SHARDS):
            self._file(entry, folder, name, revision, progress)
        return index

    def _pair(self, entry: Pullable, folder: Path, progress: Progress) -> dict[str, Any]:
        """Fetch an ONNX encoder and its decoder, of one revision."""
        first, second = entry.files
        found = self._file(entry, folder, first, entry.revision, progress)
        revision = found.revision or entry.revision
        self._file(entry, folder, second, revision, progress)
        here = self._here(entry, found.sha256)
        if here is not None:
            return here
        progress.advance(0, None, "trying it")
        return self._added(entry, folder, found, revision=revision)

    def _file(
        self, entry: Pullable, folder: Path, name: str, revision: str, progress: Progress
    ) -> Fetched:
        url = f"{self._hub_url()}/{entry.repository}/resolve/{revision}/{name}"
        return self._fetched(url, folder / name, progress)

    def _fetched(self, url: str, file: Path, progress: Progress, *, sha256: str = "") -> Fetched:
        return fetch(url, file, sha256=sha256, progress=_Named(progress, file.name))

    def _added(
        self,
        entry: Pullable,
        path: Path,
        found: Fetched,
        *,
        revision: str = "",
        network: str = "",
        preprocess: str | None = None,
    ) -> dict[str, Any]:
        options = ImportOptions(
            name=entry.name,
            network=network,
            preprocess=preprocess,
            licence=entry.licence,
            source=f"{_origin(entry)}@{revision or 'torchvision'} sha256:{found.sha256}",
        )
        return _told(self._models.add(path, options), added=True)

    def _here(self, entry: Pullable, sha256: str) -> dict[str, Any] | None:
        """Return the model that was made of these very weights, if it is whole."""
        for record in self._store.models.list():
            card = record.card
            if card is None or record.fault or not card.source.startswith(f"{_origin(entry)}@"):
                continue
            if card.source.endswith(sha256):
                return _told(record.to_dict(), added=False)
        return None

    def _folder(self, entry: Pullable) -> Path:
        safe = entry.place.replace("/", "--").replace("@", "--")
        return self._root() / f"{entry.source}--{safe}"

    def _hub_url(self) -> str:
        return (self._settings.model_hub_url or HUB_URL).rstrip("/")

    def _state(self, entry: Pullable, here: Mapping[str, str], active: Mapping[Any, Any]) -> str:
        if entry.name in active:
            return "pulling"
        if _origin(entry) in here:
            return "here"
        begun = any(path.name != "lock" for path in self._folder(entry).glob("*"))
        return "partial" if begun else "absent"


class _Named:
    """A progress whose notes name the file and its size."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._name = name

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        whole = "" if total is None else f" of {total / 1e6:.1f}"
        self._progress.advance(done, total, f"{note} {self._name}: {done / 1e6:.1f}{whole} MB")

    def tell(self, kind: str, **data: Any) -> None:
        self._progress.tell(kind, **data)

    def log(self, text: str) -> None:
        self._progress.log(text)

    def check(self) -> None:
        self._progress.check()


def _origin(entry: Pullable) -> str:
    return f"{entry.source}:{entry.repository}"


def _told(model: dict[str, Any], *, added: bool) -> dict[str, Any]:
    wanted = ("id", "name", "kind", "network", "dim", "text", "bytes", "blake3", "licence")
    shown = {key: model.get(key) for key in wanted}
    return shown | {"source": model.get("source"), "added": added}
