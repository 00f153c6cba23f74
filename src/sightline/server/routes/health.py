"""Is the server well?"""

from __future__ import annotations

import sys
import time

from fastapi import Request

from sightline import __version__
from sightline.server.deps import Bench
from sightline.server.router import Router
from sightline.server.schemas.jobs import Doctor, Health
from sightline.server.schemas.load import Load

router = Router(prefix="/api", tags=["server"])


@router.get("/health")
async def health(request: Request, bench: Bench) -> Health:
    """Say that the server lives."""
    return Health(
        status="ok",
        version=__version__,
        workspace=str(bench.workspace),
        uptime_s=round(time.monotonic() - request.app.state.started, 3),
        torch_loaded="torch" in sys.modules,
    )


@router.get("/doctor", response_model=Doctor)
def doctor(bench: Bench) -> object:
    """Look at everything that could keep Sightline from working."""
    return bench.doctor()


@router.get("/system", response_model=Load)
def system(bench: Bench) -> object:
    """Say how busy the machine is."""
    return bench.meter.look()
