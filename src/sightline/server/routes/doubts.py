"""Doubts: what served models were unsure of, taken into the project or thrown away."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from sightline.server.deps import Bench, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.doubts import (
    ChosenDoubts,
    ClearedDoubts,
    KeptDoubts,
    TakeDoubts,
    TakenDoubts,
)

router = Router(prefix="/api/projects/{name}/doubts", tags=["doubts"])
DoubtName = Annotated[str, Path(max_length=40, description="id of a doubt")]


@router.get("", response_model=KeptDoubts)
def list_doubts(name: ProjectName, bench: Bench) -> object:
    """Return what is kept, the most doubtful first, and what serving processes told."""
    return bench.doubts.all(bench.projects.get(name))


@router.get("/{doubt}/picture", response_class=Response)
def doubt_picture(name: ProjectName, doubt: DoubtName, bench: Bench) -> Response:
    """Return a kept picture, made small."""
    data = bench.doubts.picture(bench.projects.get(name), doubt)
    caching = {"cache-control": "private, max-age=86400, immutable"}
    return Response(data, media_type="image/jpeg", headers=caching)


@router.post("/take", response_model=TakenDoubts)
def take_doubts(name: ProjectName, body: TakeDoubts, bench: Bench) -> object:
    """Put kept pictures into the project, to be labelled in the queue `served`."""
    return bench.doubts.take(bench.projects.get(name), body.ids, limit=body.limit)


@router.post("/clear", response_model=ClearedDoubts)
def clear_doubts(name: ProjectName, body: ChosenDoubts, bench: Bench) -> object:
    """Throw kept pictures away; what was taken stays."""
    return bench.doubts.clear(bench.projects.get(name), body.ids)
