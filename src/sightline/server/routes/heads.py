"""Heads: the small classifiers that learn from every label, and the engines under them."""

from __future__ import annotations

from sightline.server.deps import Bench, ProjectName, Ref
from sightline.server.router import Router
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.learning import Embed, Encoder, Engine, Forgotten, Head

router = Router(prefix="/api", tags=["heads"])


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


@router.get("/projects/{name}/encoders", response_model=list[Encoder])
def list_encoders(name: ProjectName, bench: Bench) -> object:
    """List the encoders with how far each has embedded the project; the one in use first."""
    return bench.encoders.of_project(bench.projects.get(name))


@router.delete("/projects/{name}/encoders/{ref:path}", response_model=Forgotten)
def forget_embeddings(name: ProjectName, ref: Ref, bench: Bench) -> object:
    """Delete the vectors that an encoder (by name, or by key) made of a project."""
    return bench.encoders.forget(bench.projects.get(name), ref)
