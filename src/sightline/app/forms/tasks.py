"""Long work with the forms of models, as jobs do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.app.workbench import Workbench
    from sightline.jobs.context import JobContext


def evaluate_model(
    bench: Workbench, job: JobContext, *, model: str, **wish: str | None
) -> dict[str, Any]:
    """Ask a model about pictures whose class is known."""
    return bench.judging.judge(model, progress=job, **wish)


def bench_model(bench: Workbench, job: JobContext, *, model: str, **wish: Any) -> dict[str, Any]:
    """Measure a model in each of its forms."""
    return bench.speeds.measure(model, progress=job, **wish)
