"""Encoders against heads on one split: which pair names the objects of a project best.

All pairs learn from the same pictures and are measured on the same others, so that their figures
may be compared. The figure that counts is macro F1 over the foreground. What was measured is kept
beside the project by what it was measured on, so that a stopped comparison goes on, and one more
encoder costs that encoder alone.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.clock import now
from sightline.core.errors import CancelledError, InvalidInputError, NotFoundError, SightlineError
from sightline.core.files import read_json, write_json
from sightline.core.progress import Silent
from sightline.curate.head.fit import fit
from sightline.curate.head.spec import HeadSpec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.app.crop_heads.training import HeadTraining, Lesson
    from sightline.app.crop_heads.watch import HeadWatch
    from sightline.app.embedding.encoders import Encoders
    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.store.projects import Project

JOB: Final = "benchmark-heads"
FILE: Final = "benchmark.json"
HEADS: Final = ("logistic", "mlp")
MOST_KEPT: Final = 200
MEASURES: Final = ("macro_f1", "accuracy", "log_loss", "ece", "rows")


class HeadBenchmark:
    """Compares encoders and heads on a project."""

    def __init__(
        self,
        training: HeadTraining,
        watch: HeadWatch,
        parts: tuple[Encoders, Projects, JobRunner],
    ) -> None:
        self._training = training
        self._watch = watch
        self._encoders, self._projects, self._jobs = parts

    def start(
        self,
        project: Project,
        encoders: Sequence[str] = (),
        heads: Sequence[str] = (),
        values: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Hand a comparison to a job.

        Args:
            project: Whose objects or images teach.
            encoders: Names; none: every one that is ready.
            heads: logistic, mlp; none: both.
            values: Of `HeadSpec`, the same for all pairs. `of`, where it is not said, is what the
                project can teach.

        Raises:
            UnknownEngineError: There is no such encoder.
            InvalidInputError: A head or a setting is not known.
        """
        given = {"of": self._watch.source(project), **(values or {})}
        wish = {
            "encoders": self._chosen(encoders),
            "heads": _heads(heads),
            "spec": _base(given).model_dump(mode="json", exclude_defaults=True),
        }
        return self._jobs.start(
            JOB, {"project": project.name, **wish}, project=project.name
        ).to_dict()

    def perform(
        self,
        project: Project,
        *,
        encoders: Sequence[str],
        heads: Sequence[str],
        spec: dict[str, Any],
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Measure every pair; pairs that were measured on the same data are passed over.

        Returns:
            As `result`, of this comparison alone.

        Raises:
            InvalidInputError: There is nothing to learn from.
            CancelledError: The progress said so; what was measured stays.
        """
        told, base = progress or Silent(), _base(spec)
        shelf = _Shelf(self._file(project))
        rows: list[dict[str, Any]] = []
        total = len(encoders) * len(heads)
        for place, encoder in enumerate(encoders):
            asked = base.model_copy(update={"encoder": encoder})
            part = _Part(told, (place * len(heads), total), encoder)
            try:
                rows += self._of_encoder(project, asked, heads, (shelf, part))
            except CancelledError:
                raise
            except SightlineError as error:
                if total == len(heads):
                    raise
                told.log(f"{encoder}: {error}")
                rows += [_failed(encoder, head, error) for head in heads]
        told.advance(total, total, "compared")
        shelf.finish(
            {"at": now(), "encoders": list(encoders), "heads": list(heads), "spec": spec}, rows
        )
        return self.result(project)

    def result(self, project: Project) -> dict[str, Any]:
        """Return the newest comparison: `rows`, the best first, and what it was asked.

        Raises:
            NotFoundError: Nothing was compared yet.
        """
        found = self.last(project)
        if found is None:
            raise NotFoundError(
                f"nothing was compared on {project.name} yet",
                hint=f"sightline heads benchmark {project.name}",
            )
        return found

    def last(self, project: Project) -> dict[str, Any] | None:
        """Return the newest comparison, None when there is none."""
        return _Shelf(self._file(project)).last()

    def _of_encoder(
        self,
        project: Project,
        spec: HeadSpec,
        heads: Sequence[str],
        how: tuple[_Shelf, _Part],
    ) -> list[dict[str, Any]]:
        shelf, told = how
        began = time.monotonic()
        lesson = self._training.lesson(project, spec, progress=told)
        embed_s = round(time.monotonic() - began, 3)
        key, data = self._encoders.key_of(spec.encoder), _signature(lesson)
        rows: list[dict[str, Any]] = []
        for head in heads:
            told.check()
            asked = spec.model_copy(update={"head": head})
            cell = _cell(key, data, asked)
            row = shelf.find(cell)
            if row is None:
                row = _measured(lesson, asked, told) | {"embed_s": embed_s, "data": data}
                row |= {"encoded": lesson.encoded, "encoder_key": key}
                shelf.keep(cell, row)
            rows.append({**row, "encoder": spec.encoder, "head": head})
        return rows

    def _chosen(self, encoders: Sequence[str]) -> list[str]:
        ready = [one["name"] for one in self._encoders.engine_list() if one["ready"]]
        names = self._encoders.names()
        for name in encoders:
            self._encoders.check(name)
        return list(dict.fromkeys(encoders)) or [one for one in ready if one in names]

    def _file(self, project: Project) -> Path:
        return self._projects.folder(project) / "head" / FILE


class _Shelf:
    """What was measured, one file for each project."""

    def __init__(self, path: Path) -> None:
        self._path = path
        found = read_json(path) if path.is_file() else {}
        self._kept: dict[str, Any] = found if isinstance(found, dict) else {}

    def find(self, cell: str) -> dict[str, Any] | None:
        """Return what was measured of a pair on these data."""
        found = self._kept.get("cells", {}).get(cell)
        return dict(found) if isinstance(found, dict) else None

    def keep(self, cell: str, row: dict[str, Any]) -> None:
        """Write down what was measured, at once."""
        cells = {**self._kept.get("cells", {}), cell: row}
        self._kept["cells"] = dict(list(cells.items())[-MOST_KEPT:])
        write_json(self._path, self._kept)

    def finish(self, asked: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        """Write down a whole comparison, the best pair first."""
        data = {row["data"] for row in rows if not row["fault"]}
        note = (
            "some encoders could not read every picture: their figures are of fewer"
            if len(data) > 1
            else ""
        )
        ordered = sorted(rows, key=_rank)
        shown = [{key: row[key] for key in row if key != "data"} for row in ordered]
        self._kept["last"] = asked | {"rows": shown, "note": note}
        write_json(self._path, self._kept)

    def last(self) -> dict[str, Any] | None:
        """Return the newest whole comparison."""
        found = self._kept.get("last")
        return found if isinstance(found, dict) else None


class _Part:
    """Tells how far a pair is as a note on how far the whole is."""

    def __init__(self, inner: Progress, place: tuple[int, int], what: str) -> None:
        self._inner = inner
        self._place = place
        self._what = what

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Pass it on as a note."""
        far = f" {done:,} of {total:,}" if total else ""
        self._inner.advance(*self._place, f"{self._what}: {note}{far}")

    def tell(self, kind: str, **data: Any) -> None:
        """Say nothing: curves of many trainings at once help nobody."""

    def log(self, text: str) -> None:
        """Pass it on."""
        self._inner.log(text)

    def check(self) -> None:
        """Raise CancelledError when somebody asked to stop."""
        self._inner.check()


def _base(values: dict[str, Any] | None) -> HeadSpec:
    given = dict(values or {})
    if {"encoder", "head"} & given.keys():
        raise InvalidInputError(
            "encoder and head are what is compared", hint="name them as encoders and heads"
        )
    return HeadSpec.of_values(given)


def _heads(heads: Sequence[str]) -> list[str]:
    odd = [one for one in heads if one not in HEADS]
    if odd:
        raise InvalidInputError(f"no head {odd[0]!r}", hint=f"known: {', '.join(HEADS)}")
    return list(dict.fromkeys(heads)) or list(HEADS)


def _measured(lesson: Lesson, spec: HeadSpec, progress: Progress) -> dict[str, Any]:
    began = time.monotonic()
    found = fit(lesson.samples, spec, progress=progress)
    measures = {key: found.metrics[key] for key in MEASURES}
    return measures | {
        "fit_s": round(time.monotonic() - began, 3),
        "dim": int(lesson.samples.rows.shape[1]),
        "train": found.counts["train"],
        "fault": "",
    }


def _failed(encoder: str, head: str, error: SightlineError) -> dict[str, Any]:
    nothing = (*MEASURES, "fit_s", "embed_s", "dim", "train", "encoded")
    told = {"encoder": encoder, "head": head, "encoder_key": "", "data": ""}
    return dict.fromkeys(nothing) | told | {"fault": f"{error}: {error.hint}"}


def _rank(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what rows are sorted by: the best first, equal ones always in the same order."""
    score, loss = row["macro_f1"], row["log_loss"]
    failed = score is None
    return failed, 0 if failed else -score, loss or 0, row["encoder"], row["head"]


def _signature(lesson: Lesson) -> str:
    """Name the rows and their truth: equal names, comparable figures."""
    samples = lesson.samples
    found = hashlib.blake2b(digest_size=12)
    found.update(json.dumps(samples.classes).encode())
    found.update(np.ascontiguousarray(samples.y).tobytes())
    found.update("\n".join(map(str, samples.groups.tolist())).encode())
    return found.hexdigest()


def _cell(key: str, data: str, spec: HeadSpec) -> str:
    asked = spec.model_dump(mode="json", exclude={"encoder", "name", "reuse_cache", "device"})
    text = json.dumps([key, data, asked], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
