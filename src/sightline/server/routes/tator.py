"""Heads as the scripts of Tator ask for them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool

from sightline.app.earlier import tator
from sightline.server.deps import Bench, Roots
from sightline.server.forms import is_multipart, read_fields, read_json
from sightline.server.router import Router
from sightline.server.routes.head_training import folders_of
from sightline.server.schemas.crop_heads import ActiveClipModel, SetClipModel, TrainClip

router = Router(prefix="/clip", tags=["heads"])
Project = Annotated[str, Query(max_length=1_000, description="empty: the only one")]


@router.get("/active_model", response_model=ActiveClipModel)
def active_clip_model(bench: Bench, project: Project = "") -> dict[str, Any]:
    """Say which head names boxes."""
    return tator.active(bench, project)


@router.post("/active_model", response_model=ActiveClipModel)
def set_clip_model(body: SetClipModel, bench: Bench) -> dict[str, Any]:
    """Let another head name boxes."""
    return tator.activate(bench, body.project, body.classifier_path)


@router.post("/train", status_code=202)
async def train_clip(request: Request, bench: Bench, roots: Roots) -> dict[str, Any]:
    """Train a head on folders that the server can see, or else on a project's objects."""
    read = read_fields if is_multipart(request) else read_json
    body = await read(request, TrainClip)
    folders = folders_of(
        body.images_path_native, body.labels_path_native, body.labelmap_path_native, roots
    )
    return await run_in_threadpool(tator.train, bench, body.model_dump(), folders)


@router.get("/classifiers")
def list_clip_classifiers(bench: Bench) -> list[dict[str, Any]]:
    """List the heads."""
    return tator.classifiers(bench)
