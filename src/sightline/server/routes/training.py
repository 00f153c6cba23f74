"""Trainings as the scripts of HootSight ask for them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from sightline.app.earlier import hootsight
from sightline.server.deps import Bench
from sightline.server.router import Router
from sightline.server.schemas.training import StartTraining, StopTraining

router = Router(prefix="/training", tags=["training"])


@router.post("/start")
def start_training(body: StartTraining, bench: Bench) -> dict[str, Any]:
    """Start a training: new, resumed, or fine-tuned from the newest that has a checkpoint."""
    return hootsight.start(bench, **body.model_dump(exclude={"model_type"}))


@router.post("/stop")
def stop_training(body: StopTraining, bench: Bench) -> dict[str, Any]:
    """Stop a training at its next step; without an id, the one that is running."""
    return hootsight.stop(bench, body.training_id)


@router.get("/status")
def training_status(
    bench: Bench,
    training_id: Annotated[str | None, Query(max_length=1_000, description="none: all")] = None,
) -> dict[str, Any]:
    """Say how far a training is, or all of them."""
    return hootsight.status(bench, training_id)
