"""Refits the head in the background when labels change, whoever changed them."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final, Protocol

from sightline.core.errors import SightlineError

if TYPE_CHECKING:
    from sightline.app.projects import Projects
    from sightline.store.projects import Project
    from sightline.store.store import Store


class Fits(Protocol):
    """What knows how to fit a head."""

    def refit(self, project: Project) -> object:
        """Fit the head of a project to its labels as they are."""
        ...


POLL_S: Final = 0.25
TEACHING: Final = {"labels", "classes"}

logger = logging.getLogger(__name__)


class Refitter:
    """One thread that reads the events and fits heads when their labels have been quiet a while."""

    def __init__(self, store: Store, projects: Projects, heads: Fits) -> None:
        self._store = store
        self._projects = projects
        self._heads = heads
        self._due: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="refit", daemon=True)

    def start(self) -> None:
        """Begin with the events from now on."""
        self._last = self._store.events.last_id()
        self._thread.start()

    def stop(self) -> None:
        """End once a fit that is going on is done."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                self._note()
                self._fit_due()
            except SightlineError as error:
                logger.warning("the head is not refitted: %s", error)

    def _note(self) -> None:
        """Put off the fit of every project whose labels have changed since the last look."""
        changed: set[int] = set()
        while events := self._store.events.since(self._last):
            self._last = events[-1].id
            changed |= {
                one.project_id
                for one in events
                if one.kind in TEACHING and one.project_id is not None
            }
        for project_id in changed:
            project = self._store.projects.by_id(project_id)
            settings = self._projects.settings(project).settings
            if settings.auto_refit:
                self._due[project_id] = time.monotonic() + settings.refit_delay_s

    def _fit_due(self) -> None:
        now = time.monotonic()
        for project_id in [one for one, at in self._due.items() if at <= now]:
            del self._due[project_id]
            self._heads.refit(self._store.projects.by_id(project_id))
