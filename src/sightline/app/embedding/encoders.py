"""Encoders, and the vectors they make of a project's images."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.embedding.table import EncoderTable
from sightline.core.errors import (
    InvalidInputError,
    NotFoundError,
    SightlineError,
    UnknownEngineError,
)
from sightline.core.ports import TextEncoder
from sightline.core.progress import Silent
from sightline.curate.embed import Item, embed
from sightline.engines import DEFAULT_ENCODER
from sightline.imaging.fingerprint import BYTES, KEY

if TYPE_CHECKING:
    from sightline.app.engines.room import EngineRoom
    from sightline.app.projects import Projects
    from sightline.core.arrays import F32
    from sightline.core.ports import Encoder
    from sightline.core.preprocess import Preprocess
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.arrays import OrdinalArray
    from sightline.store.projects import Project
    from sightline.store.store import Store

EMBEDDING: Final = "embedding"
FINGERPRINT: Final = "fingerprint"
JOB: Final = "embed"


class Encoders:
    """Which encoders there are, which one a project uses, and its embeddings."""

    def __init__(
        self,
        store: Store,
        projects: Projects,
        jobs: JobRunner,
        settings: Settings,
        room: EngineRoom,
    ) -> None:
        self._store = store
        self._projects = projects
        self._jobs = jobs
        self._settings = settings
        self._table = EncoderTable(store.models, room)

    def engine_list(self) -> list[dict[str, Any]]:
        """Return every encoder with what is missing for it."""
        entries = self._table.entries(fresh=True)
        shown = []
        for name in sorted(entries):
            spec = entries[name].spec
            missing = ", ".join([*spec.missing(), *([spec.fault] if spec.fault else [])])
            shown.append(
                {
                    "name": name,
                    "kind": spec.kind,
                    "description": spec.description,
                    "ready": not missing,
                    "missing": missing or None,
                    "text": spec.text,
                }
            )
        return shown

    def of_project(self, project: Project) -> list[dict[str, Any]]:
        """Return every encoder with how far it has embedded a project; those in use first.

        Embeddings of an encoder that is gone are listed under their key, so that they can go too.
        """
        state = self._store.state.get(project.id)
        total = int(np.count_nonzero(state.alive))
        rows = {
            info.key: int(
                np.count_nonzero(self._valid(project, info.key, state.size) & state.alive)
            )
            for info in self._store.arrays.sizes()
            if info.project_id == project.id and info.name == EMBEDDING
        }
        current = self.name_of(project)
        shown = []
        for engine in self.engine_list():
            key = self._toned(project, self._table.key_of(engine["name"]))
            entry = self._table.entry(engine["name"])
            shown.append(
                {
                    "name": engine["name"],
                    "key": key,
                    "dim": self._dim(project, key) or (entry.card.dim if entry.card else 0) or None,
                    "embedded": rows.pop(key, 0),
                    "total": total,
                    "current": engine["name"] == current,
                    "text": engine["text"],
                    "ready": engine["ready"],
                    "missing": engine["missing"],
                }
            )
        for key, embedded in rows.items():
            shown.append(
                {
                    "name": key,
                    "key": key,
                    "dim": self._dim(project, key),
                    "embedded": embedded,
                    "total": total,
                    "current": False,
                    "text": False,
                    "ready": False,
                    "missing": "its model is gone",
                }
            )
        return sorted(shown, key=lambda one: (not one["current"], not one["embedded"], one["name"]))

    def name_of(self, project: Project) -> str:
        """Return the encoder that a project uses."""
        chosen = self._projects.settings(project).settings.encoder
        if chosen == "auto":
            return DEFAULT_ENCODER
        try:
            return self._table.entry(chosen).spec.name
        except SightlineError:  # it is gone: whoever asks it for something is told
            return chosen

    def key_of(self, name: str) -> str:
        """Return the key of an encoder's embeddings, without loading anything heavy.

        Raises:
            UnknownEngineError: There is none of this name.
        """
        return self._table.key_of(name)

    def dim_of(self, name: str) -> int:
        """Return the length of an encoder's vectors as its card says, 0 when it does not.

        Raises:
            UnknownEngineError: There is none of this name.
        """
        card = self._table.entry(name).card
        return self._table.load(name).dim if card is None else card.dim

    def preprocess_of(self, name: str) -> Preprocess | None:
        """Return how an added encoder prepares pictures; None where it is built in, or not here."""
        with suppress(SightlineError):
            card = self._table.entry(name).card
            return None if card is None else card.preprocess
        return None

    def check(self, name: str) -> str:
        """Return what an encoder is called that can be loaded, as far as can be told.

        Raises:
            UnknownEngineError: There is none of this name.
            MissingExtraError, MissingWeightsError: Something is not installed, or gone.
        """
        return self._table.check(name).spec.name

    def names(self) -> list[str]:
        """Return what the encoders are called."""
        return sorted(self._table.entries())

    def key_in_use(self, project: Project) -> str | None:
        """Return the key of the project's encoder, None when that encoder is gone."""
        try:
            return self.key_of(self.name_of(project))
        except SightlineError:
            return None

    def is_ready(self, name: str) -> bool:
        """Say whether an encoder can be loaded, as far as can be told without doing it."""
        try:
            self._table.check(name)
        except SightlineError:
            return False
        return True

    def encoder(self, name: str, *, here: bool = False) -> Encoder:
        """Return an encoder, loaded once.

        Args:
            name: Of the encoder.
            here: Load torch into this process if it needs that; else it gets one of its own.

        Raises:
            UnknownEngineError: There is none of this name.
            MissingExtraError, MissingWeightsError: Something is not installed, or gone.
            InvalidInputError: The weights have changed.
        """
        return self._table.load(name, here=here)

    def embed(
        self,
        project: Project,
        engine: str | None = None,
        *,
        here: bool = False,
        choose: bool = True,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Embed the images that have no embedding yet; choosing an engine makes it the project's.

        Pictures that arrive meanwhile are taken too.

        Args:
            project: Whose images.
            engine: Name of the encoder; None: the project's.
            here: See `encoder`.
            choose: Whether the engine becomes the project's.
            progress: Is told and may stop the work.

        Raises:
            UnknownEngineError: There is none of this name.
        """
        name = engine or self.name_of(project)
        encoder = self.encoder(name, here=here)
        in_use = self._projects.settings(project).settings.encoder
        if choose and engine is not None and engine != in_use:
            self._projects.save_settings(project, {"encoder": engine})
        array = self._embedding_array(project, encoder)
        began, told = time.monotonic(), progress or Silent()
        done, skipped = 0, dict[int, dict[str, str]]()
        while items := self._missing(project, array, skipped):
            before = done + len(skipped)
            report = embed(
                encoder,
                items,
                array.write,
                note_prints=self.fingerprints(project).write,
                tone=self._projects.tone(project.id),
                total=len(items),
                progress=told if not before else _Onward(told, before),
            )
            done += report.done
            skipped |= {
                one.ordinal: {"path": str(one.path), "reason": one.reason}
                for one in report.failures
            }
        return {
            "engine": self._table.entry(name).spec.name,
            "embedded": done,
            "skipped": list(skipped.values()),
            "seconds": round(time.monotonic() - began, 3),
        }

    def start_embed(self, project: Project, engine: str = "") -> dict[str, Any]:
        """Hand the embedding to a job.

        Raises:
            UnknownEngineError: There is none of this name.
            MissingExtraError, MissingWeightsError: Something is not installed, or gone.
        """
        name = engine or self.name_of(project)
        self._table.check(name)
        arguments = {"project": project.name, "engine": engine}
        job = self._jobs.start(JOB, arguments, project=project.name, actor=self._settings.person)
        return job.to_dict()

    def embeddings(self, project: Project, name: str | None = None) -> OrdinalArray | None:
        """Return the embeddings of an encoder, the project's by default; None before the first."""
        try:
            key = self._toned(project, self.key_of(name or self.name_of(project)))
            return self._store.arrays.open(project.id, EMBEDDING, key, create=False)
        except SightlineError:
            return None

    def fingerprints(self, project: Project) -> OrdinalArray:
        """Return the fingerprints of a project's images, (8,) bytes each."""
        return self._store.arrays.open(
            project.id, FINGERPRINT, KEY, dtype=np.uint8, row_shape=(BYTES,)
        )

    def forget(self, project: Project, name: str) -> dict[str, Any]:
        """Delete the embeddings that an encoder (by name, or by key) made of a project.

        Raises:
            NotFoundError: It has none.
        """
        try:
            key = self._toned(project, self.key_of(name))
        except UnknownEngineError:
            key = name
        try:
            array = self._store.arrays.open(project.id, EMBEDDING, key, create=False)
        except NotFoundError:
            raise NotFoundError(
                f"{project.name} has no embeddings of {name!r}",
                hint=f"see `sightline encoders list {project.name}`",
            ) from None
        count = array.count()
        array.delete()
        return {"name": name, "key": key, "deleted": count}

    def encode_text(self, project: Project, text: str) -> F32:
        """Return the vector (dim,) of a text in the space of the project's embeddings.

        Raises:
            InvalidInputError: The text is empty, or the project's encoder knows no words.
        """
        if not text.strip():
            raise InvalidInputError("the text is empty", hint="say what to look for: a red car")
        name = self.name_of(project)
        entry = self._table.entry(name)
        if not entry.spec.text:
            raise InvalidInputError(
                f"{project.name} uses the encoder {name}, which has no text tower",
                hint="embed with a CLIP or SigLIP encoder first, as in `sightline models pull "
                f"clip-vit-base-patch32` and `sightline embed {project.name} --engine "
                "clip-vit-base-patch32`",
            )
        encoder = self.encoder(name)
        assert isinstance(encoder, TextEncoder)
        row: F32 = encoder.encode_text([text.strip()])[0]
        return row

    def waits(self, project: Project) -> bool:
        """Tell whether images of a project that uses an encoder wait for their embedding."""
        array = self.embeddings(project)
        if array is None or not array.count():
            return False
        state = self._store.state.get(project.id)
        missing = array.missing(state.size)
        return bool(state.alive[missing].any())

    def close(self) -> None:
        """Let go of the encoders."""
        self._table.close()

    def _missing(self, project: Project, array: OrdinalArray, tried: Any) -> list[Item]:
        state = self._store.state.get(project.id)
        missing = array.missing(state.size)
        wanted = [int(one) for one in missing[state.alive[missing]] if int(one) not in tried]
        files = self._store.images.files(project.id, wanted)
        return [Item(ordinal, Path(path), page) for ordinal, (path, page, _) in files.items()]

    def _embedding_array(self, project: Project, encoder: Encoder) -> OrdinalArray:
        return self._store.arrays.open(
            project.id,
            EMBEDDING,
            self._toned(project, encoder.key),
            dtype=np.float16,
            row_shape=(encoder.dim,),
        )

    def _toned(self, project: Project, key: str) -> str:
        """Return the key of embeddings: pictures that are stretched otherwise are others."""
        tone = self._projects.tone(project.id).key()
        return f"{key}+{tone}" if tone else key

    def _valid(self, project: Project, key: str, size: int) -> Any:
        try:
            return self._store.arrays.open(project.id, EMBEDDING, key, create=False).valid(size)
        except NotFoundError:
            return np.zeros(size, np.bool_)

    def _dim(self, project: Project, key: str) -> int | None:
        try:
            array = self._store.arrays.open(project.id, EMBEDDING, key, create=False)
        except NotFoundError:
            return None
        return int(array.header.row_shape[0])


class _Onward:
    """A progress that counts on from what was done before."""

    def __init__(self, progress: Progress, before: int) -> None:
        self._progress = progress
        self._before = before

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        whole = None if total is None else total + self._before
        self._progress.advance(done + self._before, whole, note)

    def tell(self, kind: str, **data: Any) -> None:
        self._progress.tell(kind, **data)

    def log(self, text: str) -> None:
        self._progress.log(text)

    def check(self) -> None:
        self._progress.check()
