"""Cross-validation."""

from __future__ import annotations

from sightline.server.deps import Bench, ProjectName, Ref, Roots
from sightline.server.router import Router
from sightline.server.routes.runs import confine_weights
from sightline.server.schemas.folds import FoldSet, NewFolds

router = Router(prefix="/api/projects/{name}/folds", tags=["training"])


@router.post("", status_code=202, response_model=FoldSet)
def start_folds(name: ProjectName, body: NewFolds, bench: Bench, roots: Roots) -> object:
    """Queue one training for each fold; the test split stays out of all of them."""
    confine_weights(body.spec, roots)
    project = bench.projects.get(name)
    return bench.folds.start(project, body.spec, folds=body.folds, group_by=body.group_by or "")


@router.get("", response_model=list[FoldSet])
def list_folds(name: ProjectName, bench: Bench) -> object:
    """List the sets of folds, newest first, each with mean and spread of what is finished."""
    return bench.folds.all(bench.projects.get(name))


@router.get("/{ref}", response_model=FoldSet)
def get_folds(name: ProjectName, ref: Ref, bench: Bench) -> object:
    """Return one set of folds, by id or `newest`."""
    return bench.folds.get(bench.projects.get(name), ref)
