"""Networks that can be trained."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from sightline.server.deps import Bench
from sightline.server.router import Router
from sightline.server.schemas.networks import Network

router = Router(prefix="/api", tags=["training"])


@router.get("/networks", response_model=list[Network])
def list_networks(bench: Bench, text: Annotated[str, Query(max_length=100)] = "") -> object:
    """List the networks that can be trained, the ones that suit most first.

    With `text` only those whose name, family or description holds it, timm's among them.
    """
    return bench.training.networks(text)
