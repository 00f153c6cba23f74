"""Embeds pictures that arrive later, whoever brings them, once a project has embeddings."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final

from sightline.app.embedding.encoders import JOB
from sightline.core.errors import SightlineError

if TYPE_CHECKING:
    from sightline.app.embedding.encoders import Encoders
    from sightline.app.projects import Projects
    from sightline.jobs.runner import JobRunner
    from sightline.store.projects import Project
    from sightline.store.store import Store

POLL_S: Final = 0.5
DELAY_S: Final = 1.0
"""What arrives within this time goes into one job."""
ARRIVING: Final = "ingest"

logger = logging.getLogger(__name__)


class KeepUp:
    """One thread that reads the events and starts a job where images wait for an embedding."""

    def __init__(
        self, store: Store, projects: Projects, encoders: Encoders, jobs: JobRunner
    ) -> None:
        self._store = store
        self._projects = projects
        self._encoders = encoders
        self._jobs = jobs
        self._due: dict[int, float] = {}
        self._last = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keep-up", daemon=True)

    def start(self) -> None:
        """Begin with the events from now on."""
        self._last = self._store.events.last_id()
        self._thread.start()

    def stop(self) -> None:
        """End; jobs that were started go on."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self, now: float) -> None:
        """Note what has arrived, and start what is due at `now`, seconds of the monotonic clock."""
        for project_id in self._arrived():
            self._due.setdefault(project_id, now + DELAY_S)
        for project_id, due in list(self._due.items()):
            if due <= now and self._begin(project_id):
                del self._due[project_id]

    def _run(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                self.look(time.monotonic())
            except SightlineError as error:
                logger.warning("arriving pictures are not followed: %s", error)

    def _arrived(self) -> set[int]:
        """Return the projects into which pictures have come since the last look."""
        found: set[int] = set()
        while events := self._store.events.since(self._last):
            self._last = events[-1].id
            found |= {one.project_id or 0 for one in events if one.kind == ARRIVING}
        return found - {0}

    def _begin(self, project_id: int) -> bool:
        """Start a job if one is needed; False: one is at work, look again when it has ended."""
        try:
            project = self._store.projects.by_id(project_id)
            if not self._projects.settings(project).settings.auto_embed:
                return True
            if self._busy(project):
                return False
            if self._encoders.waits(project):
                self._encoders.start_embed(project)
        except SightlineError as error:  # the project or its encoder is gone
            logger.info("arriving pictures are not embedded: %s", error)
        return True

    def _busy(self, project: Project) -> bool:
        jobs = self._jobs.list(state=("queued", "running"), project=project.name)
        return any(job.kind == JOB for job in jobs)
