"""Trainings of heads for boxes and images, and encoders against heads."""

from __future__ import annotations

from pathlib import Path

from sightline.app.crop_heads.samples import Folders
from sightline.core.errors import InvalidInputError
from sightline.server.deps import Bench, ProjectName, Ref, Roots
from sightline.server.paths import confine
from sightline.server.router import Router
from sightline.server.schemas.crop_heads import (
    HeadComparison,
    HeadCurve,
    HeadOptions,
    NewHeadBenchmark,
    NewHeadTraining,
)
from sightline.server.schemas.jobs import Job

router = Router(prefix="/api", tags=["heads"])


@router.get("/projects/{name}/heads/options", response_model=HeadOptions)
def head_options(name: ProjectName, bench: Bench) -> object:
    """Return what a training of a head may be told, with values that suit the project."""
    return bench.head_watch.options(bench.projects.get(name))


@router.post("/projects/{name}/heads/train", status_code=202, response_model=Job)
def train_crop_head(name: ProjectName, body: NewHeadTraining, bench: Bench, roots: Roots) -> object:
    """Train a head on a project, or on folders; its result names the head."""
    folders = folders_of(body.images, body.labels, body.labelmap, roots)
    project = bench.projects.get(name)
    return bench.head_training.start(None if folders else project.name, body.spec, folders=folders)


@router.get("/heads/curves/{job_id}", response_model=HeadCurve)
def head_curve(job_id: Ref, bench: Bench) -> object:
    """Return how a training converges, as far as it is."""
    return {"points": bench.head_watch.curve(job_id)}


@router.post("/projects/{name}/heads/benchmark", status_code=202, response_model=Job)
def benchmark_heads(name: ProjectName, body: NewHeadBenchmark, bench: Bench) -> object:
    """Compare encoders and heads on one split; what was measured before is not measured again."""
    project = bench.projects.get(name)
    return bench.head_benchmark.start(project, body.encoders, body.heads, body.spec)


@router.get("/projects/{name}/heads/benchmark", response_model=HeadComparison | None)
def head_comparison(name: ProjectName, bench: Bench) -> object:
    """Return the newest comparison, or null."""
    return bench.head_benchmark.last(bench.projects.get(name))


def folders_of(
    images: str | None, labels: str | None, labelmap: str | None, roots: tuple[Path, ...]
) -> Folders | None:
    """Return folders to learn from that the server may read; None: none is named.

    Raises:
        InvalidInputError: Only one of pictures and labels is named.
        ForbiddenError: One lies elsewhere.
    """
    if not images and not labels:
        return None
    if not images or not labels:
        raise InvalidInputError(
            "pictures and labels belong together", hint="name both images and labels"
        )
    names = confine(labelmap, roots) if labelmap else None
    return Folders(confine(images, roots), confine(labels, roots), names)
