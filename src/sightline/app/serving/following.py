"""A newer model of a name takes it over while it is served."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sightline.app.serving.finding import Wanted, find
from sightline.core.errors import MissingWeightsError, SightlineError, UnknownModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.serving.serving import Serving, Slot
    from sightline.store.models import ModelStore

log = logging.getLogger("sightline.server")
EVERY_S: Final = 1.0
LEAVE_S: Final = 2.0


class Follower:
    """Looks for newer models now and then, and lets them answer.

    A name that somebody gave to another model meanwhile is left alone. A model that cannot be
    opened is told once; the earlier one goes on.

    Args:
        serving: What is served.
        models: Where newer ones appear.
        export: Exports one that has no ONNX file yet, by its id.
        every_s: Seconds from look to look.
        leave_s: Seconds that the end waits for a look under way, which may be exporting.
    """

    def __init__(
        self,
        serving: Serving,
        models: ModelStore,
        *,
        export: Callable[[str], None],
        every_s: float = EVERY_S,
        leave_s: float = LEAVE_S,
    ) -> None:
        self._serving = serving
        self._models = models
        self._export = export
        self._every_s = every_s
        self._leave_s = leave_s
        self._stamp = -1
        self._failed: set[object] = set()
        self._newest: dict[str, str] = {}
        """What was the newest at the last look: who went back to an older one is left there."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)
        self._stamps = {name: slot.current.found.stamp for name, slot in serving.slots().items()}

    def start(self) -> None:
        """Look from now on, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(self._leave_s)

    def look(self) -> list[str]:
        """Look once and return the names that were taken over."""
        stamp = self._models.stamp()
        came, self._stamp = stamp != self._stamp, stamp
        slots = self._serving.slots().items()
        files = [name for name, slot in slots if _is_loose(slot) and self._by_file(name, slot)]
        if not came:
            return files
        named = [(name, slot) for name, slot in slots if not _is_loose(slot)]
        return files + [name for name, slot in named if self._by_name(name, slot)]

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self.look()
            except (SightlineError, OSError) as error:
                log.warning("newer models could not be looked for: %s", error)

    def _by_name(self, name: str, slot: Slot) -> bool:
        current = slot.current.found.card
        try:
            newest = self._models.get(slot.home, allow_paths=False)
        except UnknownModelError:
            return False
        if newest.id == self._newest.get(name):
            return False
        self._newest[name] = newest.id
        if newest.id == current.id or current.name != slot.home or newest.id in self._failed:
            return False
        if newest.created_at < current.created_at:
            return False
        return self._swap(Wanted(newest.id, name), newest.id)

    def _by_file(self, name: str, slot: Slot) -> bool:
        found = slot.current.found
        try:
            stamp = found.stamp
        except OSError:
            return False
        if stamp == self._stamps.get(name) or stamp in self._failed:
            return False
        done = self._swap(Wanted(found.ref, name), stamp)
        if done:
            self._stamps[name] = stamp
        return done

    def _swap(self, wanted: Wanted, what: object) -> bool:
        try:
            try:
                found = find(self._models, wanted)
            except MissingWeightsError:
                self._export(wanted.ref)
                found = find(self._models, wanted)
            self._serving.swap(found)
        except Exception as error:  # noqa: BLE001 - the earlier one goes on whatever it is
            self._failed.add(what)
            log.warning("%s stays as it is: %s", wanted.name, error)
            return False
        log.info("%s is now %s", wanted.name, found.version)
        return True


def _is_loose(slot: Slot) -> bool:
    """Tell whether a model lies outside the workspace."""
    return Path(slot.current.found.card.file).is_absolute()
