"""Explanations of whole runs: its mistakes with what it looked at, and where each class is seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sightline.app.explaining.explained import Explained, key_of, packed
from sightline.app.explaining.explaining import Asked
from sightline.app.explaining.source import of_row, torch_card
from sightline.app.runs.mistakes import HALF, Mistake, answers, card_of_run, mistakes, stands
from sightline.core.clock import now
from sightline.core.errors import NotFoundError, SightlineError
from sightline.core.progress import Silent
from sightline.explain.draw import webp
from sightline.imaging.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.app.explaining.explaining import Explaining
    from sightline.app.explaining.source import Subject
    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.store.images import ImageRow
    from sightline.store.jobs import Job
    from sightline.store.runs import Run
    from sightline.store.store import Store

What = Literal["mistakes", "classes"]
JOB: Final = "explain"
BATCH: Final = 8
MOST: Final = 1_000
"""Mistakes that are explained at most."""
OF_EACH: Final = 48
"""Pictures of a class that its average is of, at most."""
EDGE: Final = 0.125
"""How wide the edge of the frame is, as a share of its side."""


class ExplainedRuns:
    """What the jobs that explain runs make, and how it is looked at."""

    def __init__(
        self,
        store: Store,
        jobs: JobRunner,
        person: str,
        run_dir: Callable[[Run], Path],
        explaining: Explaining,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._person = person
        self._run_dir = run_dir
        self._explaining = explaining

    def run_of(self, ref: str) -> str:
        """Return the training that a model came from.

        Raises:
            UnknownModelError: There is no such model.
            NotFoundError: It came from none here.
        """
        card = torch_card(self._store.models, ref)
        if not card.run:
            raise NotFoundError(
                f"{card.name} came from no training here", hint="explain it picture by picture"
            )
        return card.run

    def start(self, run_id: str, what: What, asked: Asked | None = None) -> dict[str, Any]:
        """Hand the explaining of a run to a job; what is known already is not made anew.

        Raises:
            UnknownRunError: There is no such run.
            NotFoundError: It has not ended, or its model is gone.
            InvalidInputError: No such method.
        """
        run = self._store.runs.get(run_id)
        card_of_run(self._store, run)
        asked = asked or Asked()
        asked.wish()
        arguments = {"run": run_id, "what": what, "method": asked.method, "layer": asked.layer}
        going = self._job(run_id, what)
        if going is not None and not going.finished and going.arguments == arguments:
            return going.to_dict()
        job = self._jobs.start(JOB, arguments, project=run.project, actor=self._person)
        return job.to_dict()

    def perform(
        self,
        run_id: str,
        what: What,
        asked: Asked,
        *,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Explain a run's mistakes, or its classes. Called by a job.

        Raises:
            CancelledError: Somebody asked it to stop; what is made stays.
        """
        run = self._store.runs.get(run_id)
        told = progress or Silent()
        if what == "mistakes":
            return self._explain_mistakes(run, asked, told)
        return self._average(run, asked, told)

    def mistakes(
        self,
        run_id: str,
        asked: Asked | None = None,
        *,
        split: str | None = None,
        offset: int = 0,
        limit: int = 60,
    ) -> dict[str, Any]:
        """Return a run's mistakes from a place on, the surest first, explained as far as they are.

        Raises:
            UnknownRunError, NotFoundError: There is no such run, or it has not ended.
        """
        run, asked = self._store.runs.get(run_id), asked or Asked()
        card = card_of_run(self._store, run)
        found = [one for one in self._mistakes(run, card) if split in {None, one.split}]
        part = found[offset : offset + limit]
        rows = {row.id: row for row in self._store.images.by_ids([one.image_id for one in part])}
        job = self._job(run_id, "mistakes")
        return {
            "run": run_id,
            "model": card.id,
            "total": len(found),
            "most": MOST,
            "offset": offset,
            "method": asked.wish()["method"],
            "job": None if job is None else job.to_dict(),
            "items": [
                self._mistake(card, one, rows[one.image_id], asked)
                for one in part
                if one.image_id in rows
            ],
        }

    def classes(self, run_id: str, asked: Asked | None = None) -> dict[str, Any]:
        """Return where a run's network looks for each class, on average, as far as that is made.

        Raises:
            UnknownRunError, NotFoundError: There is no such run, or it has not ended.
        """
        run, asked = self._store.runs.get(run_id), asked or Asked()
        card = card_of_run(self._store, run)
        kept = self._explaining.cache.read(_averages_key(card, asked)) or {}
        found = [(row, self._explaining.cache.find(row["key"])) for row in kept.get("classes", [])]
        job = self._job(run_id, "classes")
        return {
            "run": run_id,
            "model": card.id,
            "method": asked.wish()["method"],
            "layer": kept.get("layer", ""),
            "at": kept.get("at", ""),
            "job": None if job is None else job.to_dict(),
            "items": [
                {**self._explaining.shown(card, one), "images": row["images"], "edge": row["edge"]}
                for row, one in found
                if one is not None
            ],
        }

    def _explain_mistakes(self, run: Run, asked: Asked, told: Progress) -> dict[str, Any]:
        card = card_of_run(self._store, run)
        found = self._mistakes(run, card)[:MOST]
        done, faults = 0, []
        for start in range(0, len(found), BATCH):
            told.check()
            told.advance(start, len(found), "explaining mistakes")
            part = found[start : start + BATCH]
            rows = {row.id: row for row in self._store.images.by_ids([o.image_id for o in part])}
            there = [(of_row(rows[o.image_id]), o.class_index) for o in part if o.image_id in rows]
            made = self._several(card, there, asked)
            faults += [str(one) for one in made if isinstance(one, SightlineError)]
            done += sum(isinstance(one, Explained) for one in made)
        told.advance(len(found), len(found), "explaining mistakes")
        return {"run": run.id, "explained": done, "skipped": faults[:20]}

    def _average(self, run: Run, asked: Asked, told: Progress) -> dict[str, Any]:
        card = card_of_run(self._store, run)
        by_class = self._examples(run)
        total = sum(len(rows) for rows in by_class.values())
        kept: list[dict[str, Any]] = []
        layer, done = "", 0
        for index, subjects in by_class.items():
            gathered = Gathered()
            for start in range(0, len(subjects), BATCH):
                told.check()
                told.advance(done, total, f"looking at {card.classes[index]}")
                part = subjects[start : start + BATCH]
                done += len(part)
                made = self._several(card, [(one, index) for one in part], asked)
                for one, subject in zip(made, part, strict=True):
                    if isinstance(one, Explained):
                        gathered.add(one, self._explaining.square(card, subject))
                        layer = one.layer
            if gathered.count:
                kept.append(self._keep(card, asked, index, gathered))
        told.advance(total, total, "looking at classes")
        self._explaining.cache.write(
            _averages_key(card, asked), {"classes": kept, "layer": layer, "at": now()}
        )
        return {"run": run.id, "classes": len(kept), "images": total}

    def _several(
        self, card: ModelCard, pairs: Sequence[tuple[Subject, int]], asked: Asked
    ) -> list[Explained | SightlineError]:
        subjects, classes = [one for one, _ in pairs], [one for _, one in pairs]
        return self._explaining.several(card, subjects, classes, asked, here=True)

    def _examples(self, run: Run) -> dict[int, list[Subject]]:
        """Return some of the pictures that the run did not learn from, by index of their class."""
        ids: dict[int, list[int]] = {}
        for part in answers(self._run_dir(run)):
            tags = part.labels.ndim > 1
            for at, image_id in enumerate(part.image_ids.tolist()):
                its = np.flatnonzero(part.labels[at] >= HALF) if tags else [part.labels[at]]
                for index in its:
                    ids.setdefault(int(index), []).append(image_id)
        wanted = {index: found[:OF_EACH] for index, found in sorted(ids.items())}
        rows = self._store.images.by_ids([one for found in wanted.values() for one in found])
        known = {row.id: of_row(row) for row in rows}
        return {index: [known[o] for o in found if o in known] for index, found in wanted.items()}

    def _keep(
        self, card: ModelCard, asked: Asked, index: int, gathered: Gathered
    ) -> dict[str, Any]:
        """Keep a class's average as an explanation of its average picture."""
        size = card.preprocess.size
        mean = gathered.map
        made = Explained(
            key=key_of(card.id, "average", index, asked.wish()),
            model=card.id,
            method=asked.wish()["method"],
            layer=gathered.layer,
            note="",
            class_index=index,
            probabilities=(gathered.probabilities / gathered.count).tolist(),
            frame=(size, size),
            square=(0.0, 0.0, float(size), float(size)),
            path=card.classes[index],
            **packed(mean / max(float(mean.max()), 1e-9)),
        )
        self._explaining.cache.keep(made, webp(gathered.picture))
        return {"key": made.key, "images": gathered.count, "edge": round(edge_share(mean), 4)}

    def _mistakes(self, run: Run, card: ModelCard) -> list[Mistake]:
        return mistakes(list(answers(self._run_dir(run))), card.thresholds)

    def _mistake(
        self, card: ModelCard, one: Mistake, row: ImageRow, asked: Asked
    ) -> dict[str, Any]:
        state = self._store.state.get(row.project_id)
        ids = card.class_ids
        made = self._explaining.known(card, of_row(row), one.class_index, asked)
        return {
            "image_id": row.id,
            "path": Path(row.path).name,
            "split": one.split,
            "label": None if one.true is None else card.classes[one.true],
            "label_id": None if one.true is None or not ids else ids[one.true],
            "says": card.classes[one.class_index],
            "says_id": ids[one.class_index] if ids else None,
            "said": one.said,
            "probability": round(one.probability, 6),
            "stands": bool(ids) and stands(state, row.ordinal, one, ids[one.class_index]),
            "explanation": None if made is None else self._explaining.shown(card, made),
        }

    def _job(self, run_id: str, what: str) -> Job | None:
        """Return the newest job that explains this of a run."""
        for job in self._jobs.list(project=self._store.runs.get(run_id).project):
            asked = job.arguments
            if job.kind == JOB and (asked.get("run"), asked.get("what")) == (run_id, what):
                return job
        return None


class Gathered:
    """Sums over the pictures of a class."""

    def __init__(self) -> None:
        self.count = 0
        self.layer = ""
        self._maps: Any = 0.0
        self._squares: Any = 0.0
        self.probabilities: Any = 0.0

    def add(self, one: Explained, square: U8) -> None:
        """Count a picture in."""
        self.count += 1
        self.layer = one.layer
        self._maps = self._maps + one.grid
        self._squares = self._squares + square.astype(np.float64)
        self.probabilities = self.probabilities + np.array(one.probabilities)

    @property
    def map(self) -> F32:
        """Return the mean map, (h, w)."""
        found: F32 = (self._maps / self.count).astype(np.float32)
        return found

    @property
    def picture(self) -> U8:
        """Return the mean picture, (S, S, 3)."""
        found: U8 = (self._squares / self.count + 0.5).astype(np.uint8)
        return found


def edge_share(grid: F32) -> float:
    """Return which share of a map lies on the frame's edge, an eighth of its side wide, 0..1.

    An even map has 0.44 there. Far more says that the network looks at what surrounds the thing: a
    watermark, a border, the background.
    """
    size = 64
    even = Placement((size, size), (0.0, 0.0, size, size)).spread(grid, (size, size))
    width = int(size * EDGE)
    inner = float(even[width:-width, width:-width].sum())
    total = float(even.sum())
    return (total - inner) / total if total > 0 else 0.0


def _averages_key(card: ModelCard, asked: Asked) -> str:
    return key_of(card.id, "averages", asked.wish())
