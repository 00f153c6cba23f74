"""Changes of many images at once: a whole view, or images by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sightline.app.items import outcome
from sightline.app.labels.labelling import refuse_none_of_these
from sightline.core.errors import InvalidInputError
from sightline.core.labels import UNLABELLED, UNSURE, LabelChange

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.app.live_head.heads import Heads
    from sightline.core.labels import Status
    from sightline.store.projects import Project
    from sightline.store.store import Store

PREDICTED: Final = "predicted"
"""In place of a class: that which the head finds likeliest, image by image."""


class Bulk:
    """Labels, tags and classes of whole views; each change is one undo step."""

    def __init__(
        self, store: Store, person: str, heads: Heads, task: Callable[[Project], str]
    ) -> None:
        self._store = store
        self._person = person
        self._heads = heads
        self._task = task

    def change(
        self,
        project: Project,
        *,
        view: str | None = None,
        image_ids: Sequence[int] | None = None,
        class_id: int | Literal["predicted"] | None = None,
        status: Status | None = None,
        tags: Sequence[int] | None = None,
        add_tags: Sequence[int] = (),
        remove_tags: Sequence[int] = (),
        dry_run: bool = False,
        expect: int | None = None,
    ) -> dict[str, Any]:
        """Label, mark or tag many images; those that are so already are left alone.

        `class_id` "predicted" confirms what the head says, of images that wait for a label.

        Raises:
            UnknownViewError, UnknownImageError, UnknownClassError: It is not there.
            InvalidInputError: Nothing is asked for, or of no image.
            ConflictError: Another number of images than `expect` would change.
        """
        ids = self.targets(project, view=view, image_ids=image_ids)
        text = ""
        if class_id == PREDICTED:
            changes = self._predicted(project, ids)
            text = f"Confirm the prediction of {len(changes):,} images"
        else:
            if class_id is None and status is None and tags is None:
                _refuse_nothing(add_tags, remove_tags)
            said: Status | None = status or ("labelled" if class_id is not None else None)
            given = None if tags is None else tuple(tags)
            gives, takes = tuple(add_tags), tuple(remove_tags)
            changes = [
                LabelChange(one, class_id, said, tags=given, add=gives, remove=takes) for one in ids
            ]
            if changes and changes[0].is_none_of_these:
                refuse_none_of_these(project, self._task)
        if not changes:
            return {"count": len(ids), "changed": 0, "seq": None, "description": text}
        done = self._store.labels.bulk(
            project,
            changes,
            actor=self._person,
            description=text,
            dry_run=dry_run,
            expect=expect,
        )
        return outcome(done) | {"count": len(ids)}

    def split_class(
        self,
        project: Project,
        class_id: int,
        name: str,
        *,
        view: str | None = None,
        image_ids: Sequence[int] | None = None,
        dry_run: bool = False,
        expect: int | None = None,
    ) -> dict[str, Any]:
        """Move a class's images among these to a new class; one undo step.

        Raises:
            ConflictError: The name is taken, or the number is not `expect`.
            InvalidInputError: None of them bears the class.
        """
        ids = self.targets(project, view=view, image_ids=image_ids)
        done = self._store.labels.split_class(
            project, class_id, name, ids, actor=self._person, dry_run=dry_run, expect=expect
        )
        return outcome(done)

    def targets(
        self, project: Project, *, view: str | None, image_ids: Sequence[int] | None
    ) -> list[int]:
        """Return the ids that are meant: those given, or those of a view that are still there.

        Raises:
            InvalidInputError: Both are given, or neither, or the view is another project's.
        """
        if (view is None) == (image_ids is None):
            raise InvalidInputError("say which images", hint="send either view or image_ids")
        if image_ids is not None:
            return list(image_ids)
        found = self._store.views.get(view or "")
        if found.project_id != project.id:
            raise InvalidInputError(
                "the view is of another project", hint=f"make a view of {project.name}"
            )
        state = self._store.state.get(project.id)
        ordinals = self._store.views.ordinals(found.id)
        there = ordinals[state.alive[ordinals]]
        ids: list[int] = state.image_id[there].tolist()
        return ids

    def _predicted(self, project: Project, ids: Sequence[int]) -> list[LabelChange]:
        if self._task(project) == "multi":
            raise InvalidInputError(
                "a project of tags has no single predicted class",
                hint="give the tags that the images have in common",
            )
        state = self._store.state.get(project.id)
        wanted = np.isin(state.image_id, ids) & np.isin(state.status, (UNLABELLED, UNSURE))
        ordinals = np.flatnonzero(wanted & state.alive)
        guesses = self._heads.guesses(project, ordinals.tolist())
        living = {row.id for row in self._store.classes.list(project.id)}
        return [
            LabelChange(int(state.image_id[ordinal]), class_id, "labelled")
            for ordinal, (class_id, _) in guesses.items()
            if class_id in living
        ]


def _refuse_nothing(add: Sequence[int], remove: Sequence[int]) -> None:
    if not add and not remove:
        raise InvalidInputError(
            "there is nothing to change", hint="send class_id, status, add_tags or remove_tags"
        )
