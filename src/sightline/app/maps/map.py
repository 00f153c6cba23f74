"""Maps: where a project's images lie on a plane, made once for each encoder and method."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.maps.laid import Asked, Laid, check_mode, laid_of, options_of, standing
from sightline.core.clock import now
from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError
from sightline.core.progress import Silent
from sightline.curate.map_clusters import OUTLIER
from sightline.curate.map_make import Made, make_map, newcomers
from sightline.curate.map_methods import METHODS, Options, method
from sightline.curate.map_place import centres
from sightline.curate.map_points import square_of
from sightline.curate.map_region import inside
from sightline.store.jobs import ACTIVE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sightline.app.embedding.encoders import Encoders
    from sightline.core.arrays import Bool
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.arrays import OrdinalArray
    from sightline.store.jobs import Job
    from sightline.store.projects import Project
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

MAP: Final = "map"
"""Name of the arrays and of the job: one row x, y, cluster for each image; NaN, NaN, -1 where the
embedding is not finite."""
AT_ONCE: Final = 200_000
"""Up to so many images a map by components is made while somebody waits."""
NEW_SHARE: Final = 0.2
"""When more than this share of a map would be newcomers it is laid out anew."""
FEWEST: Final = 3


class Maps:
    """The maps of all projects."""

    def __init__(
        self, store: Store, encoders: Encoders, jobs: JobRunner, settings: Settings
    ) -> None:
        self._store = store
        self._encoders = encoders
        self._jobs = jobs
        self._settings = settings
        self._making = threading.Lock()

    def methods(self) -> list[dict[str, Any]]:
        """Return the ways to make a map, and what is missing for each."""
        return [
            {
                "name": one.name,
                "title": one.title,
                "description": one.description,
                "ready": not one.missing(),
                "missing": ", ".join(one.missing()) or None,
            }
            for one in METHODS.values()
        ]

    def get(self, project: Project, name: str = "pca") -> dict[str, Any]:
        """Return how a map stands; one by components is made now when there is none.

        Raises:
            InvalidInputError: No such method.
        """
        chosen = method(name)
        state = self._store.state.get(project.id)
        embedded = self._embedded(project, state)
        laid = self.laid(project, name, state)
        count = int(np.count_nonzero(embedded))
        if laid is None and name == "pca" and FEWEST <= count <= AT_ONCE:
            laid = self._made_now(project, state)
        job = self._job(project, name)
        return {
            "method": name,
            "methods": self.methods(),
            "missing": ", ".join(chosen.missing()) or None,
            "encoder": self._encoders.name_of(project),
            "total": int(np.count_nonzero(state.alive)),
            "embedded": count,
            "job": None if job is None else job.id,
            **standing(laid, embedded, running=job is not None),
        }

    def laid(self, project: Project, name: str, state: ProjectState) -> Laid | None:
        """Return a map, None when it was never made."""
        array = self._array(project, name)
        if array is None:
            return None
        version = array.snapshot()
        if "key" not in version.header.extra:
            return None
        return laid_of(version, state)

    def require(self, project: Project, name: str, state: ProjectState) -> Laid:
        """Return a map.

        Raises:
            InvalidInputError: No such method.
            ConflictError: It was never made.
        """
        found = self.laid(project, method(name).name, state)
        if found is None:
            raise ConflictError(
                f"{project.name} has no {name} map",
                hint=f"make it first: sightline map {project.name} --method {name}",
            )
        return found

    def start(
        self, project: Project, name: str, *, mode: str = "auto", **options: Any
    ) -> dict[str, Any]:
        """Hand the making of a map to a job, or return the one that makes it already.

        Raises:
            InvalidInputError: No such method or mode, or an option out of range.
            MissingExtraError: A library is not installed.
        """
        chosen = method(name)
        chosen.require()
        check_mode(mode)
        options_of(options)
        running = self._job(project, name)
        if running is not None:
            return running.to_dict()
        arguments = {"project": project.name, "method": name, "mode": mode, "options": options}
        job = self._jobs.start(MAP, arguments, project=project.name, actor=self._settings.person)
        return job.to_dict()

    def make(
        self,
        project: Project,
        name: str = "pca",
        *,
        mode: str = "auto",
        options: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
        scratch: Path | None = None,
    ) -> dict[str, Any]:
        """Embed what is not embedded, lay the images out and keep the map.

        Args:
            project: Whose images.
            name: A key of METHODS.
            mode: `new` lays all out; `update` places what came since among the others; `auto`
                does what suits their number, and nothing when the map is up to date.
            options: See `Options`.
            progress: Is told and may stop the work.
            scratch: Where finished stages are kept, so that stopped work goes on there.

        Raises:
            ConflictError: Too few embeddings, or all of them are the same.
            MissingExtraError: A library is not installed.
        """
        asked = Asked(method(name), options_of(options or {}))
        asked.method.require()
        check_mode(mode)
        told = progress or Silent()
        self._encoders.embed(project, progress=told)
        state = self._store.state.get(project.id)
        began = time.monotonic()
        with self._making:
            old = self.laid(project, name, state)
            if old is not None:
                mode = self._mode(mode, old, asked.options, self._embedded(project, state))
            if old is None or mode == "new":
                self._make(project, state, asked, told, scratch)
            elif mode == "update":
                self._update(project, state, asked, old, told)
        return self._result(project, name, round(time.monotonic() - began, 3))

    def region(self, project: Project, region: Mapping[str, Any], n: int) -> Bool:
        """Return which of n ordinals lie in a part of a map: a polygon or a cluster, (n,).

        Raises:
            InvalidInputError: No such method, or neither or both of polygon and cluster.
            ConflictError: There is no such map.
        """
        polygon, cluster = region.get("polygon"), region.get("cluster")
        if (polygon is None) == (cluster is None):
            raise InvalidInputError("a region is a polygon or a cluster", hint="give one of them")
        state = self._store.state.get(project.id)
        laid = self.require(project, region["method"], state)
        if polygon is None:
            within: Bool = laid.points[:, 2] == cluster
        else:
            within = inside(laid.points[:, :2], np.asarray(polygon, dtype=np.float64))
        found = np.zeros(n, np.bool_)
        chosen = laid.ordinals[within]
        found[chosen[chosen < n]] = True
        return found

    def _result(self, project: Project, name: str, seconds: float) -> dict[str, Any]:
        shown = self.get(project, name)
        laid = self.require(project, name, self._store.state.get(project.id))
        return {
            "project": project.name,
            "method": name,
            "state": shown["state"],
            "encoder": shown["encoder"],
            "images": shown["mapped"],
            "left_out": shown["left_out"],
            "clusters": len(laid.facts["clusters"]),
            "outliers": int(np.count_nonzero(laid.points[:, 2] == OUTLIER)),
            "seconds": seconds,
            "key": shown["key"],
        }

    def _mode(self, mode: str, old: Laid, asked: Options, embedded: Bool) -> str:
        """Return what is to be done with a map that is there: `new`, `update` or `keep`."""
        if mode != "auto":
            return mode
        new = int(np.count_nonzero(embedded & ~old.known))
        if old.facts["options"] != asdict(asked) or new > NEW_SHARE * len(old.ordinals):
            return "new"
        if new == 0:
            return "keep"
        return "new" if old.facts["method"] == "pca" else "update"

    def _made_now(self, project: Project, state: ProjectState) -> Laid | None:
        """Make the map by components, unless somebody else just did; None when that is no map."""
        with self._making:
            laid = self.laid(project, "pca", state)
            if laid is None:
                try:
                    self._make(project, state, Asked(METHODS["pca"], Options()), Silent(), None)
                except ConflictError:
                    return None
                laid = self.laid(project, "pca", state)
        return laid

    def _make(
        self,
        project: Project,
        state: ProjectState,
        asked: Asked,
        told: Progress,
        scratch: Path | None,
    ) -> None:
        began = time.monotonic()
        made = make_map(
            asked.method,
            self._require_embeddings(project),
            state.alive,
            asked.options,
            progress=told,
            scratch=scratch,
        )
        self._keep(project, state.size, asked, made, began)

    def _update(
        self, project: Project, state: ProjectState, asked: Asked, old: Laid, told: Progress
    ) -> None:
        began = time.monotonic()
        kept = replace(asked, options=Options(**old.facts["options"]))
        made = newcomers(
            self._require_embeddings(project),
            state.alive,
            old.ordinals,
            old.points,
            seed=kept.options.seed,
            progress=told,
        )
        self._keep(project, state.size, kept, made, began)

    def _keep(self, project: Project, n: int, asked: Asked, made: Made, began: float) -> None:
        rows = np.full((n, 3), np.nan, np.float32)
        rows[:, 2] = OUTLIER
        rows[made.ordinals] = made.points
        valid = np.zeros(n, np.bool_)
        valid[made.ordinals] = valid[made.left_out] = True
        extra = {
            "key": uuid.uuid4().hex[:12],
            "method": asked.method.name,
            "options": asdict(asked.options),
            "bounds": list(square_of(made.points[:, :2])),
            "clusters": [list(one) for one in centres(made.points)],
            "seconds": round(time.monotonic() - began, 3),
            "at": now(),
        }
        array = self._array(project, asked.method.name, create=True)
        if array is not None:
            array.replace([(0, rows, valid)], extra=extra)

    def _array(self, project: Project, name: str, *, create: bool = False) -> OrdinalArray | None:
        embeddings = self._encoders.embeddings(project)
        if embeddings is None:
            return None
        key = f"{embeddings.header.key}|{name}"
        try:
            return self._store.arrays.open(
                project.id, MAP, key, dtype=np.float32, row_shape=(3,), create=create
            )
        except NotFoundError:
            return None

    def _require_embeddings(self, project: Project) -> OrdinalArray:
        found = self._encoders.embeddings(project)
        if found is None:
            raise ConflictError(
                f"{project.name} has no embeddings",
                hint=f"embed the pictures: sightline embed {project.name}",
            )
        return found

    def _embedded(self, project: Project, state: ProjectState) -> Bool:
        """Return which ordinals have an image and an embedding, (N,)."""
        found = self._encoders.embeddings(project)
        if found is None:
            return np.zeros(state.size, np.bool_)
        embedded: Bool = found.valid(state.size) & state.alive
        return embedded

    def _job(self, project: Project, name: str) -> Job | None:
        """Return the job that makes a map now or next."""
        jobs = self._jobs.list(state=ACTIVE, project=project.name)
        for job in jobs:
            if job.kind == MAP and job.arguments.get("method") == name:
                return job
        return None
