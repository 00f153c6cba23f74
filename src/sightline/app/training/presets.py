"""Presets: what there is, and what one comes to for a project's data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.app.training.data import label_task, samples, sizes

if TYPE_CHECKING:
    from sightline.app.projects import Projects
    from sightline.store.projects import Project
    from sightline.store.store import Store

PICTURES: Final = 2_000
"""What a preset is shown for where no project is named: so many photographs."""


class Presets:
    """The starting points of trainings."""

    def __init__(self, store: Store, projects: Projects) -> None:
        self._store = store
        self._projects = projects

    def all(self) -> list[dict[str, Any]]:
        """Return every preset: name, title, description, task, group and its heading."""
        from sightline.train.presets.preset import GROUPS
        from sightline.train.presets.table import PRESETS

        return [
            {
                "name": one.name,
                "title": one.title,
                "description": one.purpose,
                "task": one.task,
                "group": one.group,
                "heading": GROUPS[one.group],
            }
            for one in PRESETS.values()
        ]

    def fitted(self, name: str, project: Project | None = None) -> dict[str, Any]:
        """Return preset, tier, spec and notes: for a project's data, else for 2,000 photographs.

        Raises:
            InvalidInputError: No such preset, it does not suit the labels, or nothing is labelled.
        """
        from sightline.train.presets.fit import Data, fit_preset

        if project is None:
            found = fit_preset(name, Data(pictures=PICTURES, train=PICTURES * 7 // 10))
        else:
            task = label_task(self._projects.task(project))
            known = samples(self._store, project, task)
            counts = len(known.samples), len(known.of("train"))
            data = Data.of(*counts, task, sizes(self._store, project))
            found = fit_preset(name, data)
        return {
            "preset": found.preset,
            "tier": found.tier,
            "spec": found.spec.model_dump(mode="json"),
            "notes": list(found.notes),
        }

    def specs(
        self, name: str | None = None, project: Project | None = None
    ) -> list[dict[str, Any]]:
        """Return one preset, or all that suit the labels, with spec, tier and notes.

        Raises:
            InvalidInputError: As `fitted`.
        """
        from sightline.train.presets.table import preset_of

        multi = project is not None and self._projects.task(project) == "multi"
        only = None if name is None else preset_of(name).name
        rows = [one for one in self.all() if only in {None, one["name"]}]
        if only is None:
            rows = [one for one in rows if not (multi and one["task"] == "embedding")]
        return [{**one, **self.fitted(one["name"], project)} for one in rows]
