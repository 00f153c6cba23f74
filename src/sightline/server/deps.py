"""What a route may ask for.

These are async although they wait for nothing: FastAPI would run plain functions in threads.
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from sightline.app import Workbench
from sightline.server.events import EventHub
from sightline.server.limits import Turnstile
from sightline.server.schemas.common import MAX_CLASS_ID, MAX_ID


async def _bench(request: Request) -> Workbench:
    bench: Workbench = request.app.state.bench
    return bench


async def _hub(request: Request) -> EventHub:
    hub: EventHub = request.app.state.hub
    return hub


async def _predicting(request: Request) -> Turnstile:
    turnstile: Turnstile = request.app.state.predicting
    return turnstile


async def _drawing(request: Request) -> Turnstile:
    turnstile: Turnstile = request.app.state.drawing
    return turnstile


async def _roots(request: Request) -> tuple[FilePath, ...]:
    roots: tuple[FilePath, ...] = request.app.state.roots
    return roots


Bench = Annotated[Workbench, Depends(_bench)]
Hub = Annotated[EventHub, Depends(_hub)]
Predicting = Annotated[Turnstile, Depends(_predicting)]
Drawing = Annotated[Turnstile, Depends(_drawing)]
"""Threads for thumbnails and views of images."""
Roots = Annotated[tuple[FilePath, ...], Depends(_roots)]
"""Folders under which paths named over the API must lie."""
ProjectName = Annotated[str, Path(max_length=1_000, description="the project's name")]
ImageId = Annotated[int, Path(ge=1, le=MAX_ID, description="id of an image")]
ClassId = Annotated[int, Path(ge=1, le=MAX_CLASS_ID, description="id of a class")]
Ref = Annotated[str, Path(max_length=200, description="id or name")]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Offset = Annotated[int, Query(ge=0, le=MAX_CLASS_ID)]
