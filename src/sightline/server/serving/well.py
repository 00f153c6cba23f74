"""Is it well, and is it busy? For probes and for Prometheus."""

from __future__ import annotations

import time

from fastapi import Response
from starlette.concurrency import run_in_threadpool

from sightline import __version__
from sightline.server.router import Router
from sightline.server.schemas.serving import Readiness, ServingHealth
from sightline.server.serving.desk import AtDesk

router = Router(tags=["server"])


@router.head("/health", include_in_schema=False)
@router.get("/health", response_model=ServingHealth)
async def serving_health(desk: AtDesk) -> object:
    """Say that the server lives, and how busy it is."""
    stats = desk.serving.stats()
    return {
        "status": "ok",
        "version": __version__,
        "uptime_s": round(time.monotonic() - desk.started, 3),
        **{key: stats[key] for key in ("in_flight", "waiting", "limit")},
    }


@router.head("/ready", include_in_schema=False)
@router.get("/ready", response_model=Readiness, responses={503: {"model": Readiness}})
async def readiness(desk: AtDesk, response: Response) -> object:
    """Say whether new requests are welcome; 503 while the server starts or ends."""
    response.status_code = 200 if desk.ready else 503
    names = {name: slot.current.found.version for name, slot in desk.serving.slots().items()}
    return {"ready": desk.ready, "models": names}


@router.get("/metrics", response_class=Response)
async def prometheus(desk: AtDesk) -> Response:
    """Return counters and durations as Prometheus reads them."""
    from prometheus_client import CONTENT_TYPE_LATEST

    text = await run_in_threadpool(desk.metrics.text) if desk.metrics is not None else b""
    return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})
