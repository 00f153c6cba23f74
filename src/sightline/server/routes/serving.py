"""Which models are served to other programs, and by which process."""

from __future__ import annotations

from sightline.server.deps import Bench
from sightline.server.router import Router
from sightline.server.schemas.serving import ServingProcess

router = Router(prefix="/api/serving", tags=["models"])


@router.get("", response_model=list[ServingProcess])
def list_serving(bench: Bench) -> object:
    """List the processes that serve models of this workspace, started by `sightline serve`."""
    return bench.serving.all()
