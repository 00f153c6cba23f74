"""What a spec says of the data, carried out on a project's samples: folds, and builds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sightline.core.groups import parse_grouping
from sightline.core.splits import fold_of

if TYPE_CHECKING:
    from sightline.app.pictures.builds import Builds
    from sightline.app.splits.grouped import Groups
    from sightline.core.samples import Sample, SampleSet
    from sightline.store.projects import Project
    from sightline.train.spec import TrainSpec


class Shaping:
    """Gives samples the splits and files that a spec asks for."""

    def __init__(self, groups: Groups, builds: Builds) -> None:
        self._groups = groups
        self._builds = builds

    def __call__(self, project: Project, samples: SampleSet, spec: TrainSpec) -> SampleSet:
        """Return the samples that a run with this spec learns from."""
        if spec.fold >= 0:
            samples = self._folded(project, samples, spec)
        if spec.data.build:
            samples = self._builds.samples(project, samples, spec.data.build)
        return samples

    def _folded(self, project: Project, samples: SampleSet, spec: TrainSpec) -> SampleSet:
        by = parse_grouping(spec.data.group_by)
        units = {one.image_id: one.unit for one in self._groups.of(project, by).items}

        def placed(one: Sample) -> Sample:
            unit = units.get(one.image_id, one.digest)
            if one.split == "test":
                return replace(one, group=unit)
            fold = fold_of(unit, seed=spec.data.fold_seed, folds=spec.folds)
            return replace(one, group=unit, split="val" if fold == spec.fold else "train")

        return replace(samples, samples=tuple(placed(one) for one in samples.samples))
