"""What a route may ask for.

These are async although they wait for nothing: FastAPI would run plain functions in threads.
"""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request

from sightline.app import Workbench
from sightline.core.tone import Tone, parse_channels
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


async def _look(
    *,
    stretch: Annotated[
        Literal["auto", "percentile", "linear", "log", "asinh"] | None,
        Query(description="curve from black to white, of samples of more than 8 bits"),
    ] = None,
    low: Annotated[
        float | None, Query(description="black: a sample's value, or a percentile")
    ] = None,
    high: Annotated[
        float | None, Query(description="white: a sample's value, or a percentile")
    ] = None,
    channel: Annotated[
        str, Query(max_length=50, description="one, or red, green and blue: 2,1,0")
    ] = "",
    slice_: Annotated[
        int | None,
        Query(alias="slice", ge=0, le=999_999, description="page, plane or frame, from 0"),
    ] = None,
    hdu: Annotated[
        int | None, Query(ge=0, le=999_999, description="unit of a FITS file, from 0")
    ] = None,
) -> Tone | None:
    """Return the tone that is asked for; None when nothing is.

    Raises:
        InvalidInputError: The values do not go together.
    """
    if not channel and all(one is None for one in (stretch, low, high, slice_, hdu)):
        return None
    return Tone(
        stretch=stretch or "auto",
        low=low,
        high=high,
        channels=parse_channels(channel),
        hdu=hdu,
        slice=slice_,
    )


Look = Annotated[Tone | None, Depends(_look)]
