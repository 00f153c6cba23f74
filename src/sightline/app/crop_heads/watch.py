"""What a page shows of a head's training: what may be asked for, and how it converges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from sightline.curate.head.spec import HeadSpec
from sightline.curate.head.watch import EVENT
from sightline.jobs.tail import Tail

if TYPE_CHECKING:
    from sightline.app.embedding.encoders import Encoders
    from sightline.jobs.runner import JobRunner
    from sightline.store.projects import Project
    from sightline.store.store import Store

MOST_POINTS: Final = 2_000


class HeadWatch:
    """Looks at trainings of heads."""

    def __init__(self, store: Store, encoders: Encoders, jobs: JobRunner) -> None:
        self._store = store
        self._encoders = encoders
        self._jobs = jobs

    def options(self, project: Project) -> dict[str, Any]:
        """Return the schema of `HeadSpec` and values that suit a project, as JSON."""
        values = HeadSpec(encoder=self._encoders.name_of(project), of=self.source(project))
        return {"schema": HeadSpec.model_json_schema(), "values": values.model_dump(mode="json")}

    def source(self, project: Project) -> Literal["objects", "images"]:
        """Return what a project can teach: what is drawn, else the classes of its images."""
        return "objects" if any(self._store.objects.counts(project).values()) else "images"

    def curve(self, job_id: str) -> list[dict[str, Any]]:
        """Return what a training has told of its convergence, thinned to what can be seen.

        Raises:
            UnknownJobError: There is no such job.
        """
        job = self._jobs.get(job_id)
        told = Tail(self._jobs.folder(job.id).events).new()
        points = [one for one in told if one["kind"] == EVENT]
        every = max(1, -(-len(points) // MOST_POINTS))
        return [*points[::every], *(points[-1:] if (len(points) - 1) % every else [])]
