"""A report of how Sightline is used, written by hand to a file, read before it is sent."""

from __future__ import annotations

import platform
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from sightline import __version__
from sightline.core.errors import InvalidInputError
from sightline.core.files import read_json, write_json
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sightline.app.projects import Projects
    from sightline.settings import Settings
    from sightline.store.store import Store

FILE: Final = "usage.json"
"""In the workspace; only there when the setting `usage_report` was on."""
OWN: Final = "usage"
"""The verb that reads the counts is no use of them."""
_LOCK_S: Final = 2.0


class Usage:
    """Counts of a workspace, without names, paths, dates or pictures."""

    def __init__(self, store: Store, settings: Settings, projects: Projects) -> None:
        self._store = store
        self._settings = settings
        self._projects = projects
        self._file = store.workspace / FILE

    def report(self, out: Path | None = None) -> dict[str, Any]:
        """Return the report, and write it to `out`; nothing is sent anywhere."""
        projects = self._projects.all()
        records = [one.card for one in self._store.models.list() if one.card is not None]
        found = {
            "sightline": __version__,
            "python": ".".join(platform.python_version_tuple()[:2]),
            "system": platform.system(),
            "projects": magnitude(len(projects)),
            **{
                f"{what}_a_project": sorted(magnitude(one[what]) for one in projects)
                for what in ("images", "labelled", "classes", "runs")
            },
            "trainings": _tally(one.state for one in self._store.runs.list()),
            "models": _tally(f"{one.kind} {one.format} {one.precision}" for one in records),
            "jobs": _tally(one.kind for one in self._store.jobs.list()),
            "counting": self._settings.usage_report,
            "verbs": {name: magnitude(n) for name, n in sorted(self._verbs().items())},
        }
        if out is not None:
            write_json(out, found)
        return found

    def count(self, verb: str) -> None:
        """Note that a verb was called, if the setting `usage_report` says so."""
        if not self._settings.usage_report or verb in {"", OWN}:
            return
        lock = FileLock(self._file.with_suffix(".lock"))
        lock.acquire(timeout_s=_LOCK_S)
        try:
            verbs = self._verbs()
            verbs[verb] += 1
            write_json(self._file, {"verbs": dict(sorted(verbs.items()))})
        finally:
            lock.release()

    def forget(self) -> dict[str, Any]:
        """Erase what was counted."""
        was_there = self._file.is_file()
        self._file.unlink(missing_ok=True)
        self._file.with_suffix(".lock").unlink(missing_ok=True)
        return {"forgotten": was_there}

    def _verbs(self) -> Counter[str]:
        try:
            told = read_json(self._file)["verbs"]
            return Counter({str(name): int(n) for name, n in told.items()})
        except (OSError, InvalidInputError, KeyError, TypeError, ValueError, AttributeError):
            return Counter()


def magnitude(count: int) -> str:
    """Return the order of magnitude of a count: 0, 1-9, 10-99, ..."""
    if count <= 0:
        return "0"
    low = 10 ** (len(str(count)) - 1)
    return f"{low}-{10 * low - 1}"


def _tally(values: Iterable[str]) -> dict[str, str]:
    return {name: magnitude(n) for name, n in sorted(Counter(values).items())}
