"""Which preset suits a project: from its analysis, or from counts and sizes where there is none."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.app.training.data import sizes
from sightline.curate.advice import Traits, advise
from sightline.curate.analysis_counts import class_counts
from sightline.curate.analysis_look import KINDS

if TYPE_CHECKING:
    from sightline.app.analysis.analysis import Analysis
    from sightline.core.arrays import F32
    from sightline.curate.analysis_facts import Facts
    from sightline.store.projects import Project
    from sightline.store.store import Store


class Advising:
    """Advice for all projects."""

    def __init__(self, store: Store, analysis: Analysis) -> None:
        self._store = store
        self._analysis = analysis

    def advice(self, project: Project) -> dict[str, Any]:
        """Return preset, tier, reasons, what else may suit, and what is not known."""
        return advise(self.traits(project))

    def traits(self, project: Project) -> Traits:
        """Return what is known of a project without looking at a picture."""
        facts = self._analysis.facts(project)
        counts = class_counts(facts).sum(axis=1)
        used = counts[counts > 0]
        looked = bool((facts.known & facts.alive).any())
        return Traits(
            images=int(np.count_nonzero(facts.alive)),
            labelled=int(np.count_nonzero(facts.labelled)),
            classes=len(used),
            per_class=float(np.median(used)) if len(used) else None,
            multi=facts.multi,
            soft=facts.multi and self._store.images.has_soft_tags(project.id),
            short_px=_short(facts) if looked else self._short(project),
            deep_share=_share(facts.column("kind"), KINDS.index("deep")) if looked else None,
            brightness=_middle(facts.column("brightness")),
            saturation=_middle(facts.column("saturation")),
            overlap=self._analysis.overlap(project),
            gpu=has_graphics_card(),
            looked=looked,
        )

    def _short(self, project: Project) -> float | None:
        """Return the short side of the middle one of the first pictures."""
        found = [min(size) for size in sizes(self._store, project)]
        return float(np.median(found)) if found else None


def has_graphics_card() -> bool:
    """Tell, without torch, whether there is a graphics card that it can use."""
    apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    nvidia = shutil.which("nvidia-smi") is not None or Path("/proc/driver/nvidia").exists()
    return apple or nvidia


def _short(facts: Facts) -> float | None:
    return _middle(np.minimum(facts.column("width"), facts.column("height")))


def _middle(values: F32) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def _share(codes: F32, code: int) -> float | None:
    known = codes[codes >= 0]
    return float(np.mean(known == code)) if len(known) else None
