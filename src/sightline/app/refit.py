"""Refits the head in the background when labels change, whoever changed them."""

from __future__ import annotations

import logging
import math
import threading
import time
from typing import TYPE_CHECKING, Final, Protocol

from sightline.core.errors import SightlineError, UnknownProjectError

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
        self._last = 0
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
                changed = self._changed()
            except SightlineError as error:
                logger.warning("labels are not followed: %s", error)
                continue
            for project_id in changed | self._due.keys():
                self._look(project_id, changed=project_id in changed)

    def _changed(self) -> set[int]:
        """Return the projects whose labels or classes have changed since the last look."""
        found: set[int] = set()
        while events := self._store.events.since(self._last):
            self._last = events[-1].id
            found |= {one.project_id or 0 for one in events if one.kind in TEACHING}
        return found - {0}

    def _look(self, project_id: int, *, changed: bool) -> None:
        """Put off the fit of a project that has just changed; do it once it has been quiet."""
        try:
            project = self._store.projects.by_id(project_id)
            if changed:
                settings = self._projects.settings(project).settings
                if settings.auto_refit:
                    self._due[project_id] = time.monotonic() + settings.refit_delay_s
            if self._due.get(project_id, math.inf) <= time.monotonic():
                del self._due[project_id]
                self._heads.refit(project)
        except UnknownProjectError:
            self._due.pop(project_id, None)
        except Exception:  # the watch of the other projects goes on
            self._due.pop(project_id, None)
            logger.exception("the head of project %d is not fitted", project_id)
