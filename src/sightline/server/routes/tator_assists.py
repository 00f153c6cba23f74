"""Pictures encoded ahead, as the scripts of Tator ask for them."""

from __future__ import annotations

from sightline.app.earlier import tator_assists
from sightline.server.deps import Bench
from sightline.server.router import Router
from sightline.server.schemas.tator_assists import (
    PredictorSettings,
    SamSlot,
    SetPredictorSettings,
)

router = Router(tags=["assists"])


@router.get("/sam_slots", response_model=list[SamSlot])
def sam_slots(bench: Bench) -> object:
    """List what the page that asked last has encoded ahead."""
    return tator_assists.slots(bench)


@router.get("/predictor_settings", response_model=PredictorSettings)
def predictor_settings(bench: Bench) -> object:
    """Say how many pictures are encoded ahead, and what that takes."""
    return tator_assists.settings(bench)


@router.post("/predictor_settings", response_model=PredictorSettings)
def set_predictor_settings(body: SetPredictorSettings, bench: Bench) -> object:
    """Set how many pictures are encoded ahead."""
    return tator_assists.set_predictors(bench, body.max_predictors)
