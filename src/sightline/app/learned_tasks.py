"""What jobs of learned assists do: heads taught and compared, classes checked, boxes outlined."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sightline.app.auto_class import auto_class as auto_classes
from sightline.app.auto_class.review import FILE as AUTO_CLASS_FILE
from sightline.app.crop_heads.samples import Folders
from sightline.app.segments.shapes import SegmentWish
from sightline.app.texts.wish import TextWish
from sightline.curate.head.spec import HeadSpec
from sightline.nets.device import WANTED

if TYPE_CHECKING:
    from sightline.app.workbench import Workbench
    from sightline.jobs.context import JobContext


def train_head(
    bench: Workbench,
    job: JobContext,
    *,
    project: str | None,
    spec: dict[str, Any],
    folders: dict[str, Any] | None,
) -> dict[str, Any]:
    """Train a head; what was embedded stays, so it resumes."""
    wish = HeadSpec.of_values(spec)
    if wish.device != "auto":
        os.environ[WANTED] = wish.device  # of this process, which is the job's own
    found = None if project is None else bench.projects.get(project)
    source = None if folders is None else Folders.of(folders)
    return bench.head_training.train(found, wish, folders=source, progress=job)


def benchmark_heads(
    bench: Workbench, job: JobContext, *, project: str, **wish: Any
) -> dict[str, Any]:
    """Compare encoders and heads; pairs that were measured are passed over, so it resumes."""
    return bench.head_benchmark.perform(bench.projects.get(project), **wish, progress=job)


def auto_class(
    bench: Workbench,
    job: JobContext,
    *,
    project: str,
    image_ids: list[int] | None,
    **wish: Any,
) -> dict[str, Any]:
    """Look through objects for those of another class; what is worked out stays, so it resumes."""
    found, scratch = bench.projects.get(project), job.folder / AUTO_CLASS_FILE
    ids = None if image_ids is None else tuple(image_ids)
    asked = auto_classes.Wish(image_ids=ids, **wish)
    return bench.auto_class.perform(found, asked, scratch=scratch, progress=job)


def segment(
    bench: Workbench,
    job: JobContext,
    *,
    project: str,
    out: str,
    wish: dict[str, Any],
    workers: int,
) -> dict[str, Any]:
    """Make polygons of a project's boxes; pictures that are done are passed over, so it resumes."""
    found, asked = bench.projects.get(project), SegmentWish(**wish)
    return bench.segments.perform(found, out, asked, workers=workers, progress=job)


def detect(
    bench: Workbench, job: JobContext, *, project: str, wish: dict[str, Any], **options: Any
) -> dict[str, Any]:
    """Find what words name; pictures that were asked the same are passed over, so it resumes."""
    found, asked = bench.projects.get(project), TextWish.from_json(wish)
    return bench.text_finding.perform(found, asked, progress=job, **options)
