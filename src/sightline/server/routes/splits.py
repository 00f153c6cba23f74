"""Splits of a project."""

from __future__ import annotations

from sightline.server.deps import Bench, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.splits import NewSplits, SplitReport

router = Router(prefix="/api/projects/{name}", tags=["training"])


@router.post("/splits", response_model=SplitReport)
def split_anew(name: ProjectName, body: NewSplits, bench: Bench) -> object:
    """Put all images into train, val and test anew, or say what that would change (`dry_run`).

    Images of one group are never in two splits. It is one step that undo takes back; the rule is
    kept in the project's settings, so that pictures that come later follow it.
    """
    return bench.splits.change(bench.projects.get(name), **body.model_dump())
