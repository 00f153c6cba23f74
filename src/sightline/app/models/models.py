"""Models as people use them: listed, added, exported, asked."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.app.assist.engines import try_segmenter
from sightline.app.assist.pair_export import as_pair
from sightline.app.forms.wish import FormWish
from sightline.app.narration.captioners import try_captioner
from sightline.app.texts.engines import try_text_detector
from sightline.core.errors import InvalidInputError, MissingWeightsError
from sightline.core.progress import Silent
from sightline.core.registry import Registry
from sightline.engines import encoder_spec
from sightline.export.onnx import export_onnx
from sightline.export.probes import Probe
from sightline.predict.cache import ModelCache
from sightline.predict.openers import open_model
from sightline.predict.pool import Predictor
from sightline.predict.rows import Picture
from sightline.predict.session import open_net

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sightline.app.engines.room import EngineRoom
    from sightline.core.cards import ModelCard
    from sightline.core.ports import Classifier
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.model_plan import ImportOptions
    from sightline.store.store import Store

PROBES = 32


class Models:
    """The models of a workspace and what they answer."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        jobs: JobRunner,
        networks: Callable[[], tuple[str, ...]],
        room: EngineRoom,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._settings = settings
        self._networks = networks
        self._room = room
        self._predictor: Predictor | None = None
        self._lock = threading.Lock()

    def all(self) -> list[dict[str, Any]]:
        """Return every model, newest first."""
        return [record.to_dict() for record in self._store.models.list()]

    def get(self, ref: str) -> dict[str, Any]:
        """Return one model by id, name (the newest) or path.

        Raises:
            UnknownModelError: There is none.
        """
        return self._store.models.record(self._store.models.get(ref)).to_dict()

    def add(self, file: Path, options: ImportOptions) -> dict[str, Any]:
        """Add a foreign model: an ONNX file, safetensors of a known network, or a folder.

        What needs torch is tried once in a process of its own before it counts.

        Raises:
            InvalidInputError: It cannot be used, or more must be said; the hint says what.
            MissingExtraError: Trying it needs a package that is not installed.
        """
        known = replace(options, networks=self._networks())
        card = self._store.models.add_file(file, known, check=self._trial)
        self.tell(card.id, "added")
        return self._store.models.record(card).to_dict()

    def delete(self, ref: str) -> dict[str, Any]:
        """Move a model, damaged or not, to the trash."""
        trashed = self._store.models.delete(ref)
        model_id = trashed.name.removeprefix("model-").rpartition("-")[0]
        self.tell(model_id, "deleted")
        return {"id": model_id, "trashed": str(trashed)}

    def export(
        self,
        ref: str,
        *,
        form: str = "onnx",
        out: Path | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Write a model as ONNX once the export answers as the network does.

        A segmenter becomes a pair of files: a model of its own, or in the folder `out`.

        Raises:
            ParityError: It does not; nothing was written.
            InvalidInputError: There is no such format, or nothing to export.
        """
        if form != "onnx":
            raise InvalidInputError(f"no export to {form!r}", hint="the format is onnx")
        card = self._store.models.get(ref)
        _refuse_as_it_is(card)
        if card.kind == "segmenter":
            return self._export_pair(card, out, progress or Silent())
        folder = self._store.models.path_of(card).parent
        target = out if out is not None else folder / "model.onnx"
        report = export_onnx(
            card,
            self._store.models.path_of(card),
            target,
            serve=open_net,
            samples=self.probes(card),
            progress=progress or Silent(),
        )
        self.tell(card.id, "exported")
        return report.to_dict()

    def _export_pair(self, card: ModelCard, out: Path | None, progress: Progress) -> dict[str, Any]:
        made = as_pair(self._store.models, card, self._trial, progress, out)
        self.tell(card.id, "exported")
        if "model" in made:
            self.tell(made["model"], "added")
        return made

    def start_export(self, ref: str, wish: FormWish | None = None) -> dict[str, Any]:
        """Hand an export to a job, which makes the form that is wished for (`forms.Forms`).

        Raises:
            UnknownModelError: There is no such model.
        """
        card = self._store.models.get(ref, allow_paths=False)
        _refuse_as_it_is(card)
        job = self._jobs.start(
            "export",
            {"model": card.id, **(wish or FormWish()).to_dict()},
            project=card.project or None,
            actor=self._settings.person,
        )
        return job.to_dict()

    def serving_file(self, card: ModelCard, progress: Progress | None = None) -> Path:
        """Return the ONNX file of a model, exported now when it has none yet."""
        file = self._store.models.serving_file(card)
        if file is None:
            ref = card.id if not Path(card.file).is_absolute() else str(Path(card.file).parent)
            file = Path(self.export(ref, progress=progress)["path"])
        return file

    def ready_file(self, ref: str) -> tuple[ModelCard, Path]:
        """Return a model that can be asked at once, without anything being exported.

        Raises:
            MissingWeightsError: It has to be exported first.
        """
        card = self._store.models.get(ref, allow_paths=False)
        _refuse_encoder(card)
        file = self._store.models.serving_file(card)
        if file is None:
            raise MissingWeightsError(
                f"{card.name} is not exported yet", hint="export it to ONNX, then ask again"
            )
        return card, file

    def predict(
        self,
        ref: str,
        sources: Iterable[Picture | Path | str | bytes],
        *,
        top: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield an answer per picture, in order; a bad file gives {path, error, reason}.

        Raises:
            UnknownModelError: There is no such model.
            OverloadedError: Too many pictures wait already.
        """
        card = self._store.models.get(ref)
        _refuse_encoder(card)
        file = self.serving_file(card)
        yield from self.predictor.predict(file, sources, card=card, top=top)

    def predict_images(self, ref: str, image_ids: Sequence[int]) -> list[dict[str, Any]]:
        """Return an answer per image of any project."""
        card, file = self.ready_file(ref)
        rows = self._store.images.by_ids(image_ids)
        pictures = [Picture(row.path, Path(row.path), row.page) for row in rows]
        return list(self.predictor.predict(file, pictures, card=card))

    @property
    def predictor(self) -> Predictor:
        """The pool of open models, made at the first question."""
        with self._lock:
            if self._predictor is None:
                cache = ModelCache(
                    max_bytes=self._settings.model_cache_mb << 20,
                    idle_s=self._settings.model_idle_s,
                    open_model=self.open_form,
                )
                self._predictor = Predictor(
                    threads=self._settings.serving_threads(),
                    queue_limit=self._settings.predict_queue,
                    model_idle_s=self._settings.model_idle_s,
                    cache=cache,
                )
            return self._predictor

    def open_form(self, file: Path, card: ModelCard | None) -> Classifier:
        """Open a model for predictions; what needs torch answers from a process of its own.

        Raises:
            InvalidInputError: It cannot be run.
            MissingExtraError: Its runtime is not installed.
        """
        if card is not None and card.format == "torchscript" and file.suffix != ".onnx":
            return self._room.classifier(file, card)
        return open_model(file, card)

    def close(self) -> None:
        """Let go of open models."""
        with self._lock:
            if self._predictor is not None:
                self._predictor.close()

    def _trial(self, path: Path, card: ModelCard) -> dict[str, Any]:
        """Load an encoder that needs torch once; return what its card should say besides."""
        if card.kind in {"segmenter", "detector"}:
            try_segmenter(path, card, self._room)
            try_text_detector(path, card, self._room)
            return {}
        try_captioner(path, card, self._room)
        spec = encoder_spec(card)
        if spec is None or not spec.heavy:
            return {}
        facts = self._room.trial(Registry([spec]).check(spec.name), path, card)
        return {key: facts[key] for key in ("dim", "network") if key in facts}

    def probes(self, card: ModelCard) -> list[Probe]:
        """Return some of the project's pictures, the test split first."""
        project = self._store.projects.find(card.project) if card.project else None
        if project is None:
            return []
        state = self._store.state.get(project.id)
        alive = state.alive.nonzero()[0]
        order = alive[(-state.split[alive]).argsort(kind="stable")][:PROBES]
        rows = self._store.images.by_ordinals(project.id, [int(one) for one in order])
        return [
            Probe(row.path, Path(row.path), row.page) for row in rows if Path(row.path).exists()
        ]

    def tell(self, model_id: str, change: str) -> None:
        """Tell everybody that a model came, went or was exported."""
        payload = {"id": model_id, "change": change}
        self._store.tell("model", None, payload)


def _refuse_encoder(card: ModelCard) -> None:
    if card.kind != "classifier":
        raise InvalidInputError(
            f"{card.name} does not classify pictures: its kind is {card.kind}",
            hint="choose a classifier; an encoder is used by `embed`, a detector by `suggest`",
        )


def _refuse_as_it_is(card: ModelCard) -> None:
    if card.kind == "segmenter" and card.format == "onnx":
        raise InvalidInputError(
            f"{card.name} is an ONNX pair already", hint="copy its files: sightline models show"
        )
    trained = card.kind == "classifier" or card.task == "embedding"
    if not trained and card.kind != "segmenter" and card.format != "onnx":
        raise InvalidInputError(
            f"{card.name} is an encoder that runs as it is: it has nothing to export",
            hint="use it with `embed`; only networks that were trained here are exported",
        )
