"""What stands behind the models that are served, each part made when it is needed."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING

from sightline.app.serving.finding import Wanted, find, parse
from sightline.app.serving.opened import open_found
from sightline.app.serving.serving import Keeper, Serving
from sightline.core.errors import MissingWeightsError
from sightline.store.models import ModelStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sightline.app.engines.room import EngineRoom
    from sightline.app.serving.finding import Found
    from sightline.app.serving.metrics import Metrics
    from sightline.app.workbench import Workbench
    from sightline.core.cards import ModelCard
    from sightline.settings import Settings


class Backstage:
    """A workspace as serving needs it: its models; its database only for doubts and media."""

    def __init__(
        self,
        workspace: Path,
        settings: Settings,
        metrics: Metrics,
        *,
        open_bench: Callable[[], Workbench],
        export: Callable[[str], None],
    ) -> None:
        """Remember how to make each part.

        Args:
            workspace: Its folder.
            settings: Limits.
            metrics: Hears of answers.
            open_bench: Opens the workbench.
            export: Writes a model's ONNX file; MissingWeightsError when it cannot.
        """
        self.models = ModelStore(workspace / "models")
        self._workspace = workspace
        self._settings = settings
        self._metrics = metrics
        self._open_bench = open_bench
        self.export = export
        self._lock = threading.Lock()
        self._bench: Workbench | None = None

    @property
    def bench(self) -> Workbench:
        """The workbench, opened at first use."""
        with self._lock:
            if self._bench is None:
                self._bench = self._open_bench()
            return self._bench

    @cached_property
    def room(self) -> EngineRoom:
        """Where engines run that need torch, in processes of their own."""
        from sightline.app.engines.room import EngineRoom

        return EngineRoom(self._workspace, self._settings)

    def open(self, words: Sequence[str], *, threads: int = 0, doubts: str = "") -> Serving:
        """Open the models that are named; one that has no ONNX file yet is exported first.

        Args:
            words: MODEL or NAME=MODEL.
            threads: Pictures worked on at once; 0: as the setting predict_threads says.
            doubts: Project that keeps what they are unsure of; empty: nothing is kept.

        Raises:
            UnknownModelError: A model is not there.
            UnknownProjectError: There is no such project.
            MissingWeightsError: A model cannot be exported.
        """
        found = [self.find(parse(word)) for word in words]
        serving = Serving(
            threads=threads or self._settings.serving_threads(),
            queue=self._settings.serve_queue,
            listener=self._metrics,
            opening=lambda one: open_found(one, lambda: self.room),
            keeping=self._keeping(doubts) if doubts else None,
        )
        for one in found:
            serving.add(one)
        self._metrics.watch(serving)
        return serving

    def find(self, wanted: Wanted) -> Found:
        """Return a model on disk, exported now if it has to be."""
        try:
            return find(self.models, wanted)
        except MissingWeightsError:
            self.export(wanted.ref)
            return find(self.models, wanted)

    def close(self) -> None:
        """Let go of what was made."""
        if "room" in self.__dict__:
            self.room.close()
        if self._bench is not None:
            self._bench.close()

    def _keeping(self, name: str) -> Callable[[ModelCard], Keeper]:
        bench = self.bench
        project = bench.projects.get(name)
        return lambda card: bench.doubts.keeper(project, card)
