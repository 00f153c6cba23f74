"""Refits the head in the background when labels change, whoever changed them."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final, Protocol

from sightline.core.errors import CancelledError, SightlineError, UnknownProjectError
from sightline.core.progress import Silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.store.projects import Project
    from sightline.store.store import Store


class Fits(Protocol):
    """What knows how to fit a head."""

    def refit(self, project: Project, *, progress: Progress | None = None) -> object:
        """Fit the head of a project to its labels as they are; the progress may stop it."""
        ...


POLL_S: Final = 0.25
PATIENCE_S: Final = 3.0
"""Labels that follow each other without a pause put a fit off, or stop it, no longer than this."""
TEACHING: Final = {"labels", "classes"}

logger = logging.getLogger(__name__)


class _Unless(Silent):
    """Stops a fit that nobody would look at."""

    def __init__(self, old: Callable[[], bool]) -> None:
        self._old = old

    def check(self) -> None:
        """Raise once newer labels have come."""
        if self._old():
            raise CancelledError("newer labels have come")


class Refitter:
    """One thread that reads the events and fits heads when their labels have been quiet a while."""

    def __init__(self, store: Store, projects: Projects, heads: Fits) -> None:
        self._store = store
        self._projects = projects
        self._heads = heads
        self._first: dict[int, float] = {}
        """When the first label came that is in no fit yet."""
        self._due: dict[int, float] = {}
        self._last = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="refit", daemon=True)

    def start(self) -> None:
        """Begin with the events from now on."""
        self._last = self._store.events.last_id()
        self._thread.start()

    def stop(self) -> None:
        """End, with the fit that is going on."""
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
                self._put_off(project)
            due = self._due.get(project_id)
            if due is not None and due <= time.monotonic():
                self._fit(project)
        except UnknownProjectError:
            self._forget(project_id)
        except Exception:  # the watch of the other projects goes on
            self._forget(project_id)
            logger.exception("the head of project %d is not fitted", project_id)

    def _put_off(self, project: Project) -> None:
        settings = self._projects.settings(project).settings
        if settings.auto_refit:
            now = time.monotonic()
            first = self._first.setdefault(project.id, now)
            latest = first + max(PATIENCE_S, settings.refit_delay_s)
            self._due[project.id] = min(now + settings.refit_delay_s, latest)

    def _fit(self, project: Project) -> None:
        """Fit; when newer labels come meanwhile, leave it, unless one has waited for long."""
        first = self._first[project.id]

        def old() -> bool:
            if self._stop.is_set():
                return True
            waited = time.monotonic() - first > PATIENCE_S
            return not waited and self._has_newer(project.id)

        try:
            self._heads.refit(project, progress=_Unless(old))
        except CancelledError:
            logger.info("the head of project %d: newer labels have come", project.id)
            del self._due[project.id]
        else:
            self._forget(project.id)

    def _has_newer(self, project_id: int) -> bool:
        """Tell whether labels have come that the next look will find."""
        events = self._store.events.since(self._last)
        return any(one.kind in TEACHING and one.project_id == project_id for one in events)

    def _forget(self, project_id: int) -> None:
        self._due.pop(project_id, None)
        self._first.pop(project_id, None)
