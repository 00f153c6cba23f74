"""The range test of the learning rate, as a job whose result is the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sightline.app.training.training import Training
    from sightline.core.progress import Progress
    from sightline.jobs.runner import JobRunner
    from sightline.store.projects import Project

JOB: Final = "lr-range"


class LrRange:
    """Finds the learning rate that suits a training."""

    def __init__(self, training: Training, jobs: JobRunner, person: str) -> None:
        self._training = training
        self._jobs = jobs
        self._person = person

    def start(
        self, project: Project, spec: dict[str, Any], *, steps: int, low: float, high: float
    ) -> dict[str, Any]:
        """Hand the test to a job; its `result` is what `train.lr_range` says.

        Raises:
            InvalidInputError: The spec, or the range, is not valid.
        """
        from sightline.train.lr_range import check_range

        check_range(low, high, steps)
        full = self._training.planned(project, spec, parent=None)
        asked = {"project": project.name, "spec": full, "steps": steps, "low": low, "high": high}
        return self._jobs.start(JOB, asked, project=project.name, actor=self._person).to_dict()

    def perform(
        self, project: Project, spec: dict[str, Any], *, progress: Progress, **options: Any
    ) -> dict[str, Any]:
        """Do the test. Called by its job."""
        from sightline.train.lr_range import find_rate
        from sightline.train.migrate import saved_spec

        whole = saved_spec(spec)
        found = find_rate(
            whole,
            self._training.samples(project, whole),
            progress=progress,
            cache=self._training.pixel_cache,
            **options,
        )
        return found.to_dict() | {"spec_lr": whole.optimizer.lr}
