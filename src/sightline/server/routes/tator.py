"""Heads as the scripts of Tator ask for them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from sightline.app import tator
from sightline.server.deps import Bench
from sightline.server.schemas.crop_heads import ActiveClipModel, SetClipModel

router = APIRouter(prefix="/clip", tags=["heads"])
Project = Annotated[str, Query(max_length=1_000, description="empty: the only one")]


@router.get("/active_model", response_model=ActiveClipModel)
def active_clip_model(bench: Bench, project: Project = "") -> dict[str, Any]:
    """Say which head names boxes."""
    return tator.active(bench, project)


@router.post("/active_model", response_model=ActiveClipModel)
def set_clip_model(body: SetClipModel, bench: Bench) -> dict[str, Any]:
    """Let another head name boxes."""
    return tator.activate(bench, body.project, body.classifier_path)


@router.get("/classifiers")
def list_clip_classifiers(bench: Bench) -> list[dict[str, Any]]:
    """List the heads."""
    return tator.classifiers(bench)
