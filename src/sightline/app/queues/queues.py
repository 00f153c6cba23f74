"""Queues and views: an order of images, made once and read by position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from sightline.app.items import item
from sightline.app.queues.asked import options_of
from sightline.app.queues.opinions import Opinions
from sightline.app.queues.pools import Pools
from sightline.core.errors import InvalidInputError
from sightline.core.progress import Silent
from sightline.curate.queues import QUEUES, named, plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.app.embedding.encoders import Encoders
    from sightline.app.embedding.neighbours import Neighbours
    from sightline.app.live_head.heads import Heads
    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.curate.ask import Queue
    from sightline.curate.pool import Plan
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

MAX_WINDOW: Final = 1000


class Guesses(Protocol):
    """Who says which class an image is of."""

    def __call__(
        self, project: Project, ordinals: Sequence[int]
    ) -> dict[int, tuple[int | None, float | None]]:
        """Return class id and probability by ordinal, of those that it knows."""
        ...


class Queues:
    """Which images to look at, and in what order."""

    def __init__(
        self,
        store: Store,
        projects: Projects,
        encoders: Encoders,
        heads: Heads,
        neighbours: Neighbours,
    ) -> None:
        self._store = store
        self._projects = projects
        self._heads = heads
        self._neighbours = neighbours
        self.answers: dict[str, Guesses] = {}
        """By a queue's name: who says the classes of its images, where that is not the head."""
        self.pools = Pools(store, encoders, heads, neighbours, Opinions(store, projects, encoders))

    def table(self) -> list[dict[str, Any]]:
        """Return the queues that can be asked for."""
        return [
            {
                "name": one.name,
                "title": one.title,
                "description": one.description,
                "group": one.group,
                "needs": list(one.needs),
                "options": list(one.options),
            }
            for one in QUEUES.values()
        ]

    def options(self, project: Project, **words: Any) -> dict[str, Any]:
        """Return what a person wrote of a queue's options as it takes them; see `options_of`."""
        return options_of(self._store, project, **words)

    def make_view(
        self,
        project: Project,
        queue: str = "all",
        *,
        filters: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
        seed: int = 0,
    ) -> dict[str, Any]:
        """Fix an order of images and return its id and size.

        Args:
            project: Whose images.
            queue: A name of `table`.
            filters: Which images; see `Filters`.
            options: What else the queue is asked; see `Ask`. Images by their ids.
            seed: Of whatever is drawn.

        Raises:
            InvalidInputError: No such queue, filter or option.
            ConflictError: The queue needs a head, and there are too few labels for one.
        """
        chosen, given = filters or {}, options or {}
        made = self._plan(project, named(queue), filters=chosen, options=given, seed=seed)
        spec = {"queue": queue, "filter": chosen, "seed": seed, "options": given}
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
        there = {row.ordinal for row in rows}
        return {
            "size": view.size,
            "offset": offset,
            "items": self._items(project, rows, told, self.answers.get(view.spec["queue"])),
            "gone": [offset + at for ordinal, at in place.items() if ordinal not in there],
        }

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
        options: dict[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> list[dict[str, Any]]:
        """Return the images most worth labelling: id, path, score and why.

        Embeds and fits the head first where the strategy needs that and it is not done.

        Raises:
            InvalidInputError: No such queue.
        """
        queue = named(strategy)
        if queue.reads & {"embeddings", "head"}:
            self._heads.prepare(project, progress or Silent())
        self._neighbours.prepare(project, queue.reads, options or {}, progress=progress)
        made = self._plan(project, queue, filters={}, options=options or {}, seed=seed, limit=limit)
        return self._pulled(project, made)

    def _plan(
        self,
        project: Project,
        queue: Queue,
        *,
        filters: dict[str, Any],
        options: dict[str, Any],
        seed: int,
        limit: int | None = None,
    ) -> Plan:
        queue.takes(options)
        pool, asked = self.pools.pool(project, queue, filters, options)
        return plan(queue.name, pool, limit=limit, seed=seed, options=asked)

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
        other: Guesses | None = None,
    ) -> list[dict[str, Any]]:
        folder = self._projects.folder(project)
        ordinals = [row.ordinal for row in rows]
        guesses = self._heads.guesses(project, ordinals)
        if other is not None:
            guesses |= other(project, ordinals)
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


def _number(values: list[float] | None, at: int) -> float | None:
    if values is None or at >= len(values) or values[at] != values[at]:
        return None
    return float(values[at])


def _text(values: tuple[str, ...] | None, at: int) -> str | None:
    return values[at] if values is not None and at < len(values) else None
