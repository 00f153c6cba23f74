"""The forms of a model measured beside each other: time, memory, start, size."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, SightlineError, UnknownModelError
from sightline.core.progress import Silent
from sightline.imaging.preprocess import load

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app.engines.room import EngineRoom
    from sightline.core.cards import ModelCard
    from sightline.core.preprocess import Preprocess
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.store import Store

JOB: Final = "bench-model"
SECONDS: Final = 1.0
_FACTORY: Final = "sightline.predict.measure:serve_measured"
_PREPARED: Final = 15


class ModelBench:
    """Measures models, each form in a process of its own, one after the other."""

    def __init__(
        self, store: Store, settings: Settings, parts: tuple[EngineRoom, JobRunner]
    ) -> None:
        self._store = store
        self._settings = settings
        self._room, self._jobs = parts

    def measure(
        self,
        ref: str,
        *,
        threads: int | None = None,
        seconds: float = SECONDS,
        alone: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Return p50 and p95 at one and at N threads, throughput, memory, cold start and size.

        Args:
            ref: A model, by id, name, folder or .onnx file.
            threads: N; None: the cores of this machine.
            seconds: For each measurement.
            alone: Only this one; else every form of it that is here, and the network in torch.
            progress: Told about each form.

        Raises:
            UnknownModelError: There is no such model.
            InvalidInputError: It is none that answers by itself.
            CancelledError: Somebody asked it to stop.
        """
        told = progress or Silent()
        card = self._store.models.get(ref)
        forms = self._forms(card, alone=alone)
        count = threads or cores()
        rows = []
        for at, (form, file) in enumerate(forms):
            told.check()
            told.advance(at, len(forms), f"{form.name} as {form.format}")
            rows.append(self._row(form, file, count, seconds))
        told.advance(len(forms), len(forms), "")
        return {
            "model": card.id,
            "name": card.name,
            "machine": {
                "processor": platform.processor() or platform.machine(),
                "cores": cores(),
                "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
            },
            "input_px": card.preprocess.size,
            "threads": count,
            "prepare_ms": _prepare_ms(card.preprocess),
            "forms": rows,
        }

    def start(
        self, ref: str, *, threads: int | None = None, seconds: float = SECONDS, alone: bool = False
    ) -> dict[str, Any]:
        """Hand the measuring to a job.

        Raises:
            UnknownModelError: There is no such model.
            InvalidInputError: It is none that answers by itself.
        """
        card = self._store.models.get(ref, allow_paths=False)
        self._forms(card, alone=alone)
        wish = {"threads": threads, "seconds": seconds, "alone": alone}
        job = self._jobs.start(
            JOB,
            {"model": card.id, **wish},
            project=card.project or None,
            actor=self._settings.person,
        )
        return job.to_dict()

    def _forms(self, card: ModelCard, *, alone: bool) -> list[tuple[ModelCard, Path]]:
        """Return what is measured: cards with the file that each is opened by."""
        if card.kind not in {"classifier", "encoder"} or card.format in {"transformers", "head"}:
            raise InvalidInputError(
                f"{card.name} is a {card.kind} in {card.format}",
                hint="classifiers are measured, and encoders that are ONNX or were trained here",
            )
        family = [card] if alone else self._family(card)
        found = []
        for one in family:
            path = self._store.models.path_of(one)
            if one.format == "torch":
                found.append((one, path))
                beside = path.with_name("model.onnx")
                if beside.is_file():
                    found.append((replace(one, format="onnx"), beside))
            else:
                found.append((one, path))
        return found

    def _family(self, card: ModelCard) -> list[ModelCard]:
        """Return what the model was made from, then every form of that."""
        first = card
        if card.origin:
            try:
                first = self._store.models.get(card.origin, allow_paths=False)
            except UnknownModelError:  # it was removed; the form stays
                return [card]
        forms = [
            one.card
            for one in reversed(self._store.models.list())
            if one.card is not None and one.card.origin == first.id
        ]
        return [first, *forms]

    def _row(self, card: ModelCard, file: Path, threads: int, seconds: float) -> dict[str, Any]:
        """Return what a form comes to; one that cannot be run says why."""
        about = {key: getattr(card, key) for key in ("id", "name", "format", "precision", "forced")}
        size = file.stat().st_size if file.is_file() else 0
        size += sum(
            (file.parent / name).stat().st_size
            for name in card.files
            if (file.parent / name).is_file()
        )
        row: dict[str, Any] = {**about, "bytes": size, "error": None}
        process = self._room.process(_FACTORY, file, card)
        try:
            asked = {
                "threads": sorted({1, threads}),
                "clients": threads,
                "seconds": seconds,
            }
            return row | process.call("measure", asked).facts
        except SightlineError as error:
            return row | {"error": {"message": str(error), "hint": error.hint}}
        finally:
            process.close()


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prepare_ms(rule: Preprocess) -> float:
    """Return how long a JPEG of 640 x 480 takes to the model's input, ms, the median."""
    data = _jpeg()
    took = []
    for _ in range(_PREPARED):
        began = time.perf_counter()
        load(data, rule)
        took.append(time.perf_counter() - began)
    return round(float(np.median(took)) * 1e3, 3)


def _jpeg() -> bytes:
    import io

    from PIL import Image

    y, x = np.mgrid[0:480, 0:640]
    noise = np.random.default_rng(1).normal(0, 8, (480, 640, 3))
    waves = np.stack([x / 2.5, 127 + 90 * np.sin(y / 30), (x + y) / 4.4], -1) + noise
    out = io.BytesIO()
    Image.fromarray(np.clip(waves, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=85)
    return out.getvalue()
