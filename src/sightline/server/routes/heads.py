"""Heads: the small classifiers that learn from every label, and the engines under them."""

from __future__ import annotations

from fastapi import APIRouter

from sightline.server.deps import Bench, ProjectName
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.learning import Embed, Engine, Head

router = APIRouter(prefix="/api", tags=["heads"])


@router.get("/engines", response_model=list[Engine])
def list_engines(bench: Bench) -> object:
    """List what can answer about an image, and what is missing for it."""
    return bench.engine_list()


@router.get("/projects/{name}/head", response_model=Head | None)
def get_head(name: ProjectName, bench: Bench) -> object:
    """Return the project's head, or null when too little is labelled for one."""
    return bench.heads.get(bench.projects.get(name))


@router.post("/projects/{name}/head/train", response_model=Head)
def train_head(name: ProjectName, bench: Bench) -> object:
    """Fit the head to the labels as they are now."""
    return bench.heads.train(bench.projects.get(name))


@router.post("/projects/{name}/embed", status_code=202, response_model=Job)
def embed(name: ProjectName, body: Embed, bench: Bench) -> object:
    """Compute the embeddings that are missing."""
    return bench.encoders.start_embed(bench.projects.get(name), body.engine)
