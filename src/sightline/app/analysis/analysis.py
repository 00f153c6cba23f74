"""The analysis of a project: pictures are looked at once, the rest follows from arrays."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.app.analysis.disk import Seen, look_at_folders
from sightline.core.clock import now
from sightline.core.errors import (
    CancelledError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    SightlineError,
)
from sightline.core.labels import LABELLED
from sightline.core.progress import Silent
from sightline.curate.analysis import VERSION, Report, report
from sightline.curate.analysis_facts import Disk, Facts
from sightline.curate.analysis_findings import marked
from sightline.curate.analysis_look import COLUMNS, KEY, Item, Reading, look
from sightline.curate.analysis_overlap import overlap
from sightline.curate.pairs import Pairs
from sightline.store.jobs import ACTIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightline.app.embedding.encoders import Encoders
    from sightline.app.embedding.neighbours import Neighbours
    from sightline.app.projects import Projects
    from sightline.core.arrays import I64, Bool
    from sightline.core.progress import Progress
    from sightline.imaging.limits import Limits
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.arrays import OrdinalArray
    from sightline.store.projects import Project
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

JOB: Final = "analyse"
LOOKS: Final = "looks"
PLACES: Final = "analysis"
"""One byte for each image, bits DOUBLE and TORN; the header keeps what else was found."""
ALIKE: Final = "analysis-alike"
DOUBLE: Final = 1
TORN: Final = 2
CHUNK: Final = 1000
"""Rows of the database that are read at once."""
KEPT: Final = 4
"""Projects whose report stays in memory."""


class _Kept(NamedTuple):
    """What a job found that is not in a picture."""

    extra: dict[str, Any]
    places: Any
    """(N,) bits."""
    stamp: tuple[int, str]
    """Changes with every job."""


class Analysis:
    """The analyses of all projects."""

    def __init__(
        self,
        store: Store,
        projects: Projects,
        encoders: Encoders,
        neighbours: Neighbours,
        *,
        jobs: JobRunner,
        settings: Settings,
        limits: Callable[[], Limits],
    ) -> None:
        self._store = store
        self._projects = projects
        self._encoders = encoders
        self._neighbours = neighbours
        self._jobs = jobs
        self._settings = settings
        self._limits = limits
        self._reports: OrderedDict[int, tuple[Any, Report]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, project: Project) -> dict[str, Any]:
        """Return how the analysis stands and what it says.

        Counts, balance and splits are those of this moment, and need no analysis. What the
        pictures and the folders show is from the last one; `stale` says that pictures came since.
        """
        state = self._store.state.get(project.id)
        kept = self._kept(project, state.size)
        job = self._job(project)
        new = int(np.count_nonzero(state.alive & ~self._looks(project).valid(state.size)))
        found = self._report(project, state, kept)
        extra = {} if kept is None else kept.extra
        waiting = "running" if job is not None else "missing"
        return {
            "project": project.name,
            "state": waiting if kept is None else "ready",
            "stale": kept is not None and new > 0,
            "new": new,
            "job": None if job is None else job["id"],
            "at": extra.get("at"),
            "seconds": extra.get("seconds"),
            "encoder": extra.get("encoder"),
            "near_fault": extra.get("near_fault"),
            **found.facts,
            "summary": {one["kind"]: one["count"] for one in found.facts["findings"]},
        }

    def start(
        self, project: Project, *, refresh: bool = False, near: bool = True
    ) -> dict[str, Any]:
        """Hand the analysis to a job, or return the one that is at work already.

        Args:
            project: Whose images.
            refresh: Look at all pictures again, not only at those that came since.
            near: Look for near-duplicates, for which pictures are embedded.
        """
        running = self._job(project)
        if running is not None:
            return running
        arguments = {"project": project.name, "refresh": refresh, "near": near}
        job = self._jobs.start(JOB, arguments, project=project.name, actor=self._settings.person)
        return job.to_dict()

    def make(
        self,
        project: Project,
        *,
        refresh: bool = False,
        near: bool = True,
        here: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Look at the folders, at pictures that were not looked at, and for near-duplicates.

        What was looked at stays when the work is stopped, so that it goes on there.

        Args:
            project: Whose images.
            refresh: As of `start`.
            near: As of `start`.
            here: Load an encoder that needs torch into this process.
            progress: Is told and may stop the work.

        Returns:
            How many pictures were looked at, and how many findings there are.
        """
        told, began = progress or Silent(), time.monotonic()
        seen = look_at_folders(self._store.images.locations(project.id), told)
        looked = self._look(project, seen, told, refresh=refresh)
        fault = self._compare(project, told, here=here) if near else "not asked for"
        told.advance(0, None, "summing up")
        state = self._store.state.get(project.id)
        self._keep(project, state.size, seen, fault, time.monotonic() - began)
        found = self._report(project, state, self._kept(project, state.size))
        return {
            "project": project.name,
            "images": found.facts["images"],
            "looked_at": looked,
            "findings": len(found.facts["findings"]),
            "seconds": round(time.monotonic() - began, 3),
        }

    def measured(self, project: Project, n: int) -> dict[str, Any]:
        """Return brightness, contrast and sharpness of n ordinals, (n,) each; NaN: unknown."""
        rows, known = self._looks(project).load(n)
        names = ("brightness", "contrast", "sharpness")
        return {
            name: np.where(known, rows[:, COLUMNS.index(name)], np.nan).astype(np.float64)
            for name in names
        }

    def finding(self, project: Project, n: int, kind: str) -> Bool:
        """Return which of n ordinals a finding is about, (n,).

        Raises:
            InvalidInputError: There is no such finding.
            ConflictError: The project was never analysed.
        """
        state = self._store.state.get(project.id)
        kept = self._kept(project, state.size)
        if kept is None:
            raise ConflictError(
                f"{project.name} was never analysed",
                hint=f"analyse it first: sightline analyse {project.name}",
            )
        found = np.zeros(n, np.bool_)
        marks = marked(self._report(project, state, kept).marks, kind)[:n]
        found[: len(marks)] = marks
        return found

    def one(self, project: Project, kind: str) -> dict[str, Any]:
        """Return the finding of a kind.

        Raises:
            InvalidInputError: There is none, or it is not about pictures.
        """
        findings = {one["kind"]: one for one in self.get(project)["findings"]}
        shown = [name for name, one in findings.items() if one["queue"] is not None]
        if kind not in shown:
            raise InvalidInputError(
                f"{project.name} has no finding {kind!r} with pictures",
                hint=f"there are: {', '.join(shown) or 'none'}",
            )
        chosen: dict[str, Any] = findings[kind]
        return chosen

    def facts(self, project: Project) -> Facts:
        """Return what is known of a project without looking at anything."""
        state = self._store.state.get(project.id)
        return self._facts(project, state, self._kept(project, state.size))

    def overlap(self, project: Project) -> float | None:
        """Return how much classes lie among each other, 0..1; None when that is not known."""
        kept = self._kept(project, 0)
        found: float | None = None if kept is None else kept.extra["overlap"]
        return found

    def _report(self, project: Project, state: ProjectState, kept: _Kept | None) -> Report:
        """Return the report, worked out once for each state of labels and looks."""
        looks = self._looks(project)
        classes = self._store.classes.list(project.id)
        stamp = (
            state.seq,
            None if kept is None else kept.stamp,
            looks.count(),
            self._projects.task(project),
            tuple((row.id, row.name) for row in classes),
        )
        with self._lock:
            known = self._reports.get(project.id)
            if known is None or known[0] != stamp:
                known = (stamp, report(self._facts(project, state, kept)))
                self._reports[project.id] = known
            self._reports.move_to_end(project.id)
            while len(self._reports) > KEPT:
                self._reports.popitem(last=False)
            return known[1]

    def _facts(self, project: Project, state: ProjectState, kept: _Kept | None) -> Facts:
        rows, known = self._looks(project).load(state.size)
        living = state.alive[state.tags.ordinal]
        classes = self._store.classes.list(project.id)
        return Facts(
            status=state.status,
            split=state.split,
            class_id=state.class_id,
            alive=state.alive,
            tag_ordinal=state.tags.ordinal[living],
            tag_class=state.tags.class_id[living],
            multi=self._projects.task(project) == "multi",
            classes=tuple((row.id, row.name) for row in classes),
            rows=rows,
            known=known,
            alike=None if kept is None else self._alike(project, kept, state.size),
            doubles=None if kept is None else (kept.places & DOUBLE) != 0,
            torn=None if kept is None else (kept.places & TORN) != 0,
            disk=Disk() if kept is None else _disk(kept.extra["disk"]),
        )

    def _look(self, project: Project, seen: Seen, told: Progress, *, refresh: bool) -> int:
        """Look at what was not looked at, what had a flaw and what is gone; return how many."""
        array = self._looks(project)
        if refresh:
            array.delete()
            array = self._looks(project)
        state = self._store.state.get(project.id)
        rows, known = array.load(state.size)
        again = known & (rows[:, COLUMNS.index("flaw")] != 0)
        again[self._ordinals(project, seen.gone)] = True
        wanted = np.flatnonzero(state.alive & (again | ~known))
        reading = Reading(self._limits(), self._projects.tone(project.id))
        items = self._items(project, wanted)
        return look(items, array.write, total=len(wanted), progress=told, reading=reading).done

    def _items(self, project: Project, ordinals: I64) -> Iterator[Item]:
        for at in range(0, len(ordinals), CHUNK):
            part = ordinals[at : at + CHUNK].tolist()
            for row in self._store.images.by_ordinals(project.id, part):
                size = (row.width, row.height, row.bytes)
                yield Item(row.ordinal, Path(row.path), row.page, *size, row.format)

    def _compare(self, project: Project, told: Progress, *, here: bool) -> str | None:
        """Find near-duplicates and keep them; return why not when that cannot be."""
        try:
            self._encoders.embed(project, here=here, progress=told)
            alike = self._neighbours.alike(project, progress=told)
        except CancelledError:
            raise
        except SightlineError as error:
            told.log(f"no near-duplicates: {error}; {error.hint}")
            return str(error)
        table = np.stack([alike.left, alike.right, alike.likeness], axis=1).astype(np.float64)
        self._pairs(project).replace([(0, table, None)], extra={"pairs": len(table)})
        return None

    def _keep(
        self, project: Project, n: int, seen: Seen, fault: str | None, seconds: float
    ) -> None:
        places = np.zeros(n, np.uint8)
        places[self._ordinals(project, seen.doubles)] |= DOUBLE
        places[self._ordinals(project, seen.torn)] |= TORN
        extra = {
            "at": now(),
            "seconds": round(seconds, 3),
            "encoder": self._encoders.name_of(project),
            "near_fault": fault,
            "overlap": self._overlap(project) if fault is None else None,
            "disk": asdict(seen.disk),
        }
        self._places(project, create=True).replace([(0, places, None)], extra=extra)

    def _overlap(self, project: Project) -> float | None:
        state = self._store.state.get(project.id)
        array = self._encoders.embeddings(project)
        if array is None or self._projects.task(project) == "multi":
            return None
        used = state.alive & (state.status == LABELLED) & (state.class_id >= 0)
        return overlap(array.iter_chunks(state.size), state.class_id, used)

    def _kept(self, project: Project, n: int) -> _Kept | None:
        try:
            array = self._places(project)
        except NotFoundError:
            return None
        version = array.snapshot()
        if "at" not in version.header.extra:
            return None
        places, _ = version.load(n)
        stamp = (version.header.generation, version.header.extra["at"])
        return _Kept(version.header.extra, places, stamp)

    def _alike(self, project: Project, kept: _Kept, n: int) -> Pairs | None:
        version = self._pairs(project).snapshot()
        if kept.extra["near_fault"] is not None and "pairs" not in version.header.extra:
            return None
        left, right, likeness = version.load(version.header.extra["pairs"])[0].T
        found = Pairs(left.astype(np.int64), right.astype(np.int64), likeness.astype(np.float32))
        return found.only(found.right < n)

    def _ordinals(self, project: Project, asset_ids: set[int]) -> I64:
        found = self._store.images.ordinals_of_assets(project.id, sorted(asset_ids))
        return np.asarray(found, dtype=np.int64)

    def _looks(self, project: Project) -> OrdinalArray:
        tone = self._projects.tone(project.id).key()
        key, shape = f"{KEY}+{tone}" if tone else KEY, (len(COLUMNS),)
        return self._store.arrays.open(project.id, LOOKS, key, dtype=np.float32, row_shape=shape)

    def _places(self, project: Project, *, create: bool = False) -> OrdinalArray:
        return self._store.arrays.open(
            project.id, PLACES, f"v{VERSION}", dtype=np.uint8, row_shape=(), create=create
        )

    def _pairs(self, project: Project) -> OrdinalArray:
        return self._store.arrays.open(
            project.id, ALIKE, f"v{VERSION}", dtype=np.float64, row_shape=(3,)
        )

    def _job(self, project: Project) -> dict[str, Any] | None:
        """Return the job that analyses a project now or next."""
        jobs = self._jobs.list(state=ACTIVE, project=project.name)
        return next((job.to_dict() for job in jobs if job.kind == JOB), None)


def _disk(kept: dict[str, Any]) -> Disk:
    return Disk(
        files=kept["files"],
        sidecars=kept["sidecars"],
        left_out=kept["left_out"],
        left_out_files=tuple((path, why) for path, why in kept["left_out_files"]),
        empty_folders=tuple(kept["empty_folders"]),
    )
