"""Is there a newer release? Asked only when somebody presses the button."""

from __future__ import annotations

from sightline.server.deps import Bench
from sightline.server.router import Router
from sightline.server.schemas.updates import UpdatePlan

router = Router(prefix="/api/update", tags=["server"])


@router.post("/check", response_model=UpdatePlan)
def check(bench: Bench) -> object:
    """Ask the address of the setting `update_url` for the release; nothing is changed.

    Files are replaced by `sightline update apply`, while no server runs.
    """
    return bench.updates.check()
