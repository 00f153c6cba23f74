"""Queues and views: an order of images, made once and read by position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.items import item
from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.core.labels import split_code, status_code
from sightline.core.progress import Silent
from sightline.curate.pool import Plan, Pool
from sightline.curate.queues import QUEUES, plan

if TYPE_CHECKING:
    from sightline.app.encoders import Encoders
    from sightline.app.heads import Heads
    from sightline.app.projects import Projects
    from sightline.core.arrays import Bool
    from sightline.core.progress import Progress
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

FILTERS: Final = ("class_ids", "splits", "statuses", "text")
MAX_WINDOW: Final = 1000


class Queues:
    """Which images to look at, and in what order."""

    def __init__(self, store: Store, projects: Projects, encoders: Encoders, heads: Heads) -> None:
        self._store = store
        self._projects = projects
        self._encoders = encoders
        self._heads = heads

    def table(self) -> list[dict[str, str]]:
        """Return the queues that can be asked for."""
        return [{"name": one.name, "description": one.description} for one in QUEUES.values()]

    def make_view(
        self,
        project: Project,
        queue: str = "all",
        *,
        filters: dict[str, Any] | None = None,
        seed: int = 0,
    ) -> dict[str, Any]:
        """Fix an order of images and return its id and size.

        Raises:
            InvalidInputError: No such queue or filter.
            ConflictError: The queue needs a head, and there are too few labels for one.
        """
        chosen = filters or {}
        made = plan(queue, self._pool(project, queue, chosen), seed=seed)
        spec = {"queue": queue, "filter": chosen, "seed": seed}
        view = self._store.views.create(
            project.id,
            spec,
            made.ordinals.astype(np.int32),
            scores=made.scores,
            whys=made.whys,
            more=made.more,
            rest=made.rest,
        )
        head = self._heads.get(project)
        return {
            "id": view.id,
            "size": view.size,
            "queue": queue,
            "head": head,
            "note": made.note,
        }

    def window(self, view_id: str, offset: int, limit: int) -> dict[str, Any]:
        """Return the images of a view from a position on.

        Raises:
            UnknownViewError: The view is gone.
            InvalidInputError: The offset or the limit is out of range.
        """
        if offset < 0 or not 0 < limit <= MAX_WINDOW:
            raise InvalidInputError(
                f"offset {offset}, limit {limit}", hint=f"offset from 0, limit 1 to {MAX_WINDOW}"
            )
        view = self._store.views.get(view_id)
        part = self._store.views.window(view_id, offset, limit)
        ordinals = [int(one) for one in part.ordinals]
        rows = self._store.images.by_ordinals(view.project_id, ordinals)
        place = {ordinal: at for at, ordinal in enumerate(ordinals)}
        project = self._store.projects.by_id(view.project_id)
        scores = None if part.scores is None else part.scores.tolist()
        told = {
            ordinal: (_number(scores, at), _text(part.whys, at)) for ordinal, at in place.items()
        }
        return {"size": view.size, "offset": offset, "items": self._items(project, rows, told)}

    def page(self, project: Project, cursor: str | None, limit: int) -> dict[str, Any]:
        """Return the next images by arrival, for scripts that read all of them."""
        if not 0 < limit <= MAX_WINDOW:
            raise InvalidInputError(f"limit {limit}", hint=f"1 to {MAX_WINDOW}")
        try:
            after = -1 if not cursor else int(cursor)
        except ValueError:
            raise InvalidInputError(
                f"no cursor {cursor!r}", hint="use `next` of the page before, or none"
            ) from None
        rows = self._store.images.page_after(project.id, after, limit)
        more = str(rows[-1].ordinal) if len(rows) == limit else None
        return {"items": self._items(project, rows, {}), "next": more}

    def pull(
        self,
        project: Project,
        strategy: str,
        *,
        limit: int,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> list[dict[str, Any]]:
        """Return the images most worth labelling: id, path, score and why.

        Embeds and fits the head first where the strategy needs that and it is not done.

        Raises:
            InvalidInputError: No such queue.
        """
        queue = QUEUES.get(strategy)
        if queue is None:
            hint = did_you_mean(strategy, QUEUES)
            raise InvalidInputError(f"no queue named {strategy!r}", hint=hint)
        if strategy in {"auto", "uncertain"}:
            self._heads.prepare(project, progress or Silent())
        made = plan(strategy, self._pool(project, strategy, {}), limit=limit, seed=seed)
        return self._pulled(project, made)

    def shown(self, row: ImageRow) -> dict[str, Any]:
        """Return one image as lists show it."""
        project = self._store.projects.by_id(row.project_id)
        return self._items(project, [row], {})[0]

    def _pulled(self, project: Project, made: Plan) -> list[dict[str, Any]]:
        folder = self._projects.folder(project)
        ordinals = [int(one) for one in made.ordinals]
        rows = {one.ordinal: one for one in self._store.images.by_ordinals(project.id, ordinals)}
        scores = None if made.scores is None else made.scores.tolist()
        found = []
        for at, ordinal in enumerate(ordinals):
            if ordinal in rows:
                shown = item(rows[ordinal], folder=folder)
                score = _number(scores, at)
                why = _text(tuple(made.whys or ()), at)
                found.append(
                    {
                        "id": shown["id"],
                        "path": rows[ordinal].path,
                        "score": 0.0 if score is None else score,
                        "why": why or "",
                    }
                )
        return found

    def _items(
        self,
        project: Project,
        rows: list[ImageRow],
        told: dict[int, tuple[float | None, str | None]],
    ) -> list[dict[str, Any]]:
        folder = self._projects.folder(project)
        guesses = self._heads.guesses(project, [row.ordinal for row in rows])
        items = []
        for row in rows:
            score, why = told.get(row.ordinal, (None, None))
            predicted, probability = guesses.get(row.ordinal, (None, None))
            items.append(
                item(
                    row,
                    folder=folder,
                    score=score,
                    why=why,
                    predicted=predicted,
                    probability=probability,
                )
            )
        return items

    def _pool(self, project: Project, queue: str, filters: dict[str, Any]) -> Pool:
        state = self._store.state.get(project.id)
        answers = self._heads.answers(project, state.size)
        return Pool(
            status=state.status,
            split=state.split,
            class_id=state.class_id,
            alive=state.alive,
            wanted=self._wanted(project, state, filters),
            embeddings=self._encoders.embeddings(project) if queue == "auto" else None,
            margin=answers.margin,
            probabilities=answers.probabilities,
            names=answers.names,
        )

    def _wanted(
        self, project: Project, state: ProjectState, filters: dict[str, Any]
    ) -> Bool | None:
        """Return which images pass the filter, (N,); None: all."""
        unknown = [key for key in filters if key not in FILTERS]
        if unknown:
            raise InvalidInputError(
                f"no filter {unknown[0]!r}", hint=did_you_mean(unknown[0], FILTERS)
            )
        tests: list[Bool] = []
        if filters.get("class_ids"):
            tests.append(np.isin(state.class_id, filters["class_ids"]))
        if filters.get("splits"):
            tests.append(np.isin(state.split, [split_code(one) for one in filters["splits"]]))
        if filters.get("statuses"):
            tests.append(np.isin(state.status, [status_code(one) for one in filters["statuses"]]))
        if filters.get("text"):
            mask = np.zeros(state.size, dtype=np.bool_)
            mask[self._store.images.ordinals_matching(project.id, filters["text"])] = True
            tests.append(mask)
        return np.logical_and.reduce(tests) if tests else None


def _number(values: list[float] | None, at: int) -> float | None:
    if values is None or at >= len(values) or values[at] != values[at]:
        return None
    return float(values[at])


def _text(values: tuple[str, ...] | None, at: int) -> str | None:
    return values[at] if values is not None and at < len(values) else None
