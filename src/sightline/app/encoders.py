"""Encoders, and the vectors they make of a project's images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import SightlineError
from sightline.core.progress import Silent
from sightline.curate.embed import Item, embed
from sightline.engines import DEFAULT_ENCODER, registry

if TYPE_CHECKING:
    from sightline.app.projects import Projects
    from sightline.core.ports import Encoder
    from sightline.core.progress import Progress
    from sightline.core.registry import Registry
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.arrays import OrdinalArray
    from sightline.store.projects import Project
    from sightline.store.store import Store

EMBEDDING: Final = "embedding"


class Encoders:
    """Which encoders there are, which one a project uses, and its embeddings."""

    def __init__(
        self, store: Store, projects: Projects, jobs: JobRunner, settings: Settings
    ) -> None:
        self._store = store
        self._projects = projects
        self._jobs = jobs
        self._settings = settings
        self._encoders: dict[str, Encoder] = {}

    def engines(self) -> Registry:
        """Return the engines: built-in ones and the models that give embeddings."""
        records = reversed(self._store.models.list())
        return registry([one.card for one in records if one.card is not None and not one.fault])

    def engine_list(self) -> list[dict[str, Any]]:
        """Return every engine with what is missing for it."""
        return [
            {
                "name": spec.name,
                "kind": spec.kind,
                "description": spec.description,
                "ready": not spec.missing(),
                "missing": ", ".join(spec.missing()) or None,
            }
            for spec in self.engines().specs()
        ]

    def name_of(self, project: Project) -> str:
        """Return the encoder that a project uses."""
        chosen = self._projects.settings(project).settings.encoder
        return DEFAULT_ENCODER if chosen == "auto" else chosen

    def encoder(self, name: str) -> Encoder:
        """Return an encoder, loaded once.

        Raises:
            UnknownEngineError: There is none of this name.
            MissingExtraError, MissingWeightsError: Something is not installed, or gone.
        """
        found = self._encoders.get(name)
        if found is None:
            found = self._load(name)
            self._encoders[name] = found
        return found

    def embed(
        self, project: Project, engine: str | None = None, *, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Embed the images that have no embedding yet; choosing an engine makes it the project's.

        Raises:
            UnknownEngineError: There is none of this name.
        """
        if engine is not None and engine != self.name_of(project):
            self.encoder(engine)
            self._projects.save_settings(project, {"encoder": engine})
        name = self.name_of(project)
        encoder = self.encoder(name)
        array = self._embedding_array(project, encoder)
        state = self._store.state.get(project.id)
        missing = array.missing(state.size)
        missing = missing[state.alive[missing]]
        files = self._store.images.files(project.id, [int(one) for one in missing])
        items = [Item(ordinal, Path(path), page) for ordinal, (path, page, _) in files.items()]
        report = embed(encoder, items, array.write, total=len(items), progress=progress or Silent())
        skipped = [{"path": str(one.path), "reason": one.reason} for one in report.failures]
        return {"engine": name, "embedded": report.done, "skipped": skipped}

    def start_embed(self, project: Project, engine: str) -> dict[str, Any]:
        """Hand the embedding to a job.

        Raises:
            UnknownEngineError: There is none of this name.
        """
        name = engine or self.name_of(project)
        self._load_check(name)
        arguments = {"project": project.name, "engine": engine}
        job = self._jobs.start(
            "embed", arguments, project=project.name, actor=self._settings.person
        )
        return job.to_dict()

    def embeddings(self, project: Project) -> OrdinalArray | None:
        """Return the embeddings of the project's encoder; None before the first one."""
        try:
            encoder = self.encoder(self.name_of(project))
            return self._store.arrays.open(project.id, EMBEDDING, encoder.key, create=False)
        except SightlineError:
            return None

    def close(self) -> None:
        """Let go of the encoders."""
        self._encoders.clear()

    def _embedding_array(self, project: Project, encoder: Encoder) -> OrdinalArray:
        return self._store.arrays.open(
            project.id, EMBEDDING, encoder.key, dtype=np.float16, row_shape=(encoder.dim,)
        )

    def _load(self, name: str) -> Encoder:
        engines = self.engines()
        card = self._load_check(name)
        if card is None:
            found: Encoder = engines.load(name)
        else:
            found = engines.load(name, path=self._store.models.serving_file(card), card=card)
        return found

    def _load_check(self, name: str) -> Any:
        """Return the card behind an engine's name, None for a built-in one."""
        engines = self.engines()
        if name not in engines.names():
            engines.load(name)
        built_in = name == DEFAULT_ENCODER
        return None if built_in else self._store.models.get(name, allow_paths=False)
