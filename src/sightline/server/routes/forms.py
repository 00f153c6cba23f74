"""Models in use: judged on pictures, measured beside each other."""

from __future__ import annotations

from sightline.server.deps import Bench, Ref, Roots
from sightline.server.paths import confine
from sightline.server.router import Router
from sightline.server.schemas.forms import JudgeModel, MeasureModel
from sightline.server.schemas.jobs import Job

router = Router(prefix="/api/models", tags=["models"])


@router.post("/{ref}/evaluate", status_code=202, response_model=Job)
def evaluate_model(ref: Ref, body: JudgeModel, bench: Bench, roots: Roots) -> object:
    """Ask a model about pictures whose class is known; the job's result has all figures."""
    folder = None if body.folder is None else str(confine(body.folder, roots))
    return bench.judging.start(
        ref, folder=folder, project=body.project, split=body.split, against=body.against
    )


@router.post("/{ref}/bench", status_code=202, response_model=Job)
def measure_model(ref: Ref, body: MeasureModel, bench: Bench) -> object:
    """Measure a model and its exported forms beside each other; the job's result has it all."""
    return bench.speeds.start(ref, **body.model_dump())
