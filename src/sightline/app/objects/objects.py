"""What people draw in pictures, as they draw, look through and take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, UnknownImageError
from sightline.core.objects import REVIEWS, ImageObject, ObjectChange, review_code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

    from sightline.core.arrays import I64, Bool
    from sightline.store.journal import Applied
    from sightline.store.projects import Project
    from sightline.store.state import ProjectState
    from sightline.store.store import Store

OPEN: Final = tuple(review_code(one) for one in ("todo", "in_progress", "rejected"))
"""Codes of the review statuses that ask for work."""


class Objects:
    """Everything a person can say of what is in pictures."""

    def __init__(self, store: Store, person: str) -> None:
        self._store = store
        self._person = person

    def form(self, image_id: int) -> dict[str, Any]:
        """Return an image with all that is drawn in it."""
        return self._store.objects.form(image_id)

    def submit(
        self, project: Project | str, changes: Sequence[ObjectChange], description: str = ""
    ) -> Future[Applied]:
        """Hand in what was drawn; the future is done once it is durable."""
        return self._store.objects.submit(
            project, changes, actor=self._person, description=description
        )

    def change(
        self, project: Project, changes: Sequence[ObjectChange], description: str = ""
    ) -> dict[str, Any]:
        """Change what is drawn; durable when it returns; one undo step."""
        return answer(self.submit(project, changes, description).result())

    def summary(self, project: Project) -> dict[str, Any]:
        """Return how many images have which review status, and how many objects each class has."""
        state = self._store.state.get(project.id)
        codes = np.bincount(state.review[state.alive], minlength=len(REVIEWS))
        counts = self._store.objects.counts(project)
        return {
            "images": int(state.alive.sum()),
            "drawn": int((state.objects[state.alive] > 0).sum()),
            "objects": sum(counts.values()),
            "review": {name: int(codes[code]) for code, name in enumerate(REVIEWS)},
            "classes": [
                {"class_id": row.id, "name": row.name, "objects": counts.get(row.id, 0)}
                for row in self._store.classes.list(project.id)
            ],
        }

    def next_open(
        self, project: Project, after: int | None, *, view: str = "", step: int = 1
    ) -> dict[str, Any]:
        """Return the next image whose drawing is not finished, and how many are left.

        Args:
            project: Whose images.
            after: Id of the image to go on from; None: from the start.
            view: An order of images; "": by arrival.
            step: 1: onwards, -1: backwards. Either goes on at the other end.

        Raises:
            UnknownViewError: The view is gone.
            UnknownImageError: The project has no image `after`.
            InvalidInputError: The view is of another project.
        """
        state = self._store.state.get(project.id)
        order = self._order(project, state, view)
        is_open = state.alive[order] & np.isin(state.review[order], OPEN)
        at = -1 if after is None else self._place(project, order, after)
        found = _next(is_open, at, step)
        return {
            "image_id": None if found is None else int(state.image_id[order[found]]),
            "left": int(is_open.sum()),
        }

    def _order(self, project: Project, state: ProjectState, view: str) -> I64:
        if not view:
            return np.flatnonzero(state.alive)
        if self._store.views.get(view).project_id != project.id:
            raise InvalidInputError("the view is of another project", hint="make a view of this")
        return self._store.views.ordinals(view).astype(np.int64)

    def _place(self, project: Project, order: I64, image_id: int) -> int:
        """Return where an image is in an order; -1: it is not in it."""
        row = self._store.images.get(image_id)
        if row.project_id != project.id:
            raise UnknownImageError(
                f"no image with id {image_id} in {project.name!r}", hint="reload the list"
            )
        found = np.flatnonzero(order == row.ordinal)
        return int(found[0]) if len(found) else -1


def changes_from(values: Sequence[Mapping[str, Any]]) -> list[ObjectChange]:
    """Read changes from JSON; see `ObjectChange`.

    Raises:
        InvalidInputError: A shape or a value is not valid.
    """
    return [
        ObjectChange(
            image_id=one["image_id"],
            put=tuple(_object(each) for each in one.get("put", ())),
            delete=tuple(one.get("delete", ())),
            clear=bool(one.get("clear")),
            review=one.get("review"),
            note=one.get("note"),
            version=one.get("version"),
        )
        for one in values
    ]


def answer(done: Applied) -> dict[str, Any]:
    """Return what a change of objects did."""
    return {
        "seq": done.seq,
        "description": done.description,
        "images": [
            {"id": one.id, "version": one.version, "review": one.review, "count": one.objects}
            for one in done.images
        ],
    }


def _object(value: Mapping[str, Any]) -> ImageObject:
    try:
        return ImageObject.from_json(value)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"this is no object: {error}", hint="an object has class_id, kind and geometry"
        ) from error


def _next(is_open: Bool, at: int, step: int) -> int | None:
    """Return the next open place after `at`, going on at the other end; never `at` itself."""
    places = np.flatnonzero(is_open)
    places = places[places != at]
    if not len(places):
        return None
    if step > 0:
        behind = places[places > at]
        return int(behind[0] if len(behind) else places[0])
    before = places[places < at] if at >= 0 else places
    return int(before[-1] if len(before) else places[-1])
