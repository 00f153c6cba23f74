"""Filters: which images of a project a view is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from sightline.core.errors import ConflictError, InvalidInputError, did_you_mean
from sightline.core.labels import split_code, status_code
from sightline.core.objects import review_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sightline.core.arrays import Bool
    from sightline.curate.pool import Tops
    from sightline.store.projects import Project
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

FILTERS: Final = (
    "class_ids",
    "splits",
    "statuses",
    "text",
    "tag_ids",
    "predicted_ids",
    "region",
    "finding",
    "slice",
    "reviews",
    "objects",
    "object_ids",
    "check",
)
OBJECTS: Final = ("none", "some")
"""What the filter `objects` can ask for."""


class Region(Protocol):
    """What knows where images lie on a map."""

    def __call__(self, project: Project, region: Mapping[str, Any], n: int) -> Bool:
        """Return which of n ordinals lie in a region of the map, (n,)."""
        ...


class Findings(Protocol):
    """What knows which images a finding of the analysis is about."""

    def __call__(self, project: Project, n: int, kind: str) -> Bool:
        """Return which of n ordinals it is about, (n,)."""
        ...


class Filters:
    """Turns a filter into a mask."""

    def __init__(
        self, store: Store, tops: Callable[[Project, int], tuple[Tops | None, Any]]
    ) -> None:
        self._store = store
        self._tops = tops
        self.region: Region | None = None
        """Set by whoever has a map."""
        self.finding: Findings | None = None
        """Set by whoever has an analysis."""
        self.slice: Findings | None = None
        """Set by whoever judges runs: the same, of a slice of a run."""

        self.check: Findings | None = None
        """Set by whoever checks objects: the same, of a check."""

    def mask(
        self, project: Project, state: ProjectState, filters: Mapping[str, Any]
    ) -> Bool | None:
        """Return which images pass, (N,); None: all.

        Raises:
            InvalidInputError: No such filter, status or split.
            ConflictError: A region, but there is no map.
        """
        unknown = [key for key in filters if key not in FILTERS]
        if unknown:
            raise InvalidInputError(
                f"no filter {unknown[0]!r}", hint=did_you_mean(unknown[0], FILTERS)
            )
        given = {key: value for key, value in filters.items() if value}
        tests = [getattr(self, f"_{key}")(project, state, value) for key, value in given.items()]
        return np.logical_and.reduce(tests) if tests else None

    def _class_ids(self, _: Project, state: ProjectState, ids: list[int]) -> Bool:
        return np.isin(state.class_id, ids)

    def _splits(self, _: Project, state: ProjectState, names: list[str]) -> Bool:
        return np.isin(state.split, [split_code(one) for one in names])

    def _statuses(self, _: Project, state: ProjectState, names: list[str]) -> Bool:
        return np.isin(state.status, [status_code(one) for one in names])

    def _text(self, project: Project, state: ProjectState, text: str) -> Bool:
        found = np.zeros(state.size, dtype=np.bool_)
        found[self._store.images.ordinals_matching(project.id, text)] = True
        return found

    def _tag_ids(self, _: Project, state: ProjectState, ids: list[int]) -> Bool:
        return state.tags.having(ids, state.size)

    def _predicted_ids(self, project: Project, state: ProjectState, ids: list[int]) -> Bool:
        tops, class_ids = self._tops(project, state.size)
        if tops is None:
            return np.zeros(state.size, np.bool_)
        columns = [at for at, one in enumerate(class_ids) if one in set(ids)]
        known: Bool = np.isfinite(tops.p)
        return known & np.isin(tops.place, columns)

    def _region(self, project: Project, state: ProjectState, region: Mapping[str, Any]) -> Bool:
        if self.region is None:
            raise ConflictError(f"{project.name} has no map", hint="make the map first")
        return self.region(project, region, state.size)

    def _finding(self, project: Project, state: ProjectState, kind: str) -> Bool:
        if self.finding is None:
            raise ConflictError(f"{project.name} was never analysed", hint="analyse it first")
        return self.finding(project, state.size, kind)

    def _slice(self, project: Project, state: ProjectState, ref: str) -> Bool:
        if self.slice is None:
            raise ConflictError(f"{project.name} has no judged run", hint="train a network first")
        return self.slice(project, state.size, ref)

    def _reviews(self, _: Project, state: ProjectState, names: list[str]) -> Bool:
        return np.isin(state.review, [review_code(one) for one in names])

    def _objects(self, _: Project, state: ProjectState, word: str) -> Bool:
        if word not in OBJECTS:
            raise InvalidInputError(f"objects cannot be {word!r}", hint="none or some")
        drawn: Bool = state.objects > 0
        return drawn if word == "some" else ~drawn

    def _object_ids(self, project: Project, state: ProjectState, ids: list[int]) -> Bool:
        _, drawn = self._store.object_index.get(project.id)
        found = np.zeros(state.size, np.bool_)
        ordinals = drawn.ordinal[np.isin(drawn.class_id, ids)]
        found[ordinals[ordinals < state.size]] = True
        return found

    def _check(self, project: Project, state: ProjectState, kind: str) -> Bool:
        if self.check is None:
            raise ConflictError(f"{project.name} has no objects", hint="draw some first")
        return self.check(project, state.size, kind)
