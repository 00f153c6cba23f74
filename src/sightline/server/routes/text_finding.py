"""Finding what words name: texts to suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.app.texts.wish import TextWish
from sightline.core.phrases import split_phrases
from sightline.server.deps import Bench, ImageId, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.text_finding import (
    FindByText,
    FindByTextInMany,
    FoundByText,
    TextDetectorInfo,
)

if TYPE_CHECKING:
    from typing import Any

router = Router(prefix="/api", tags=["suggestions"])


@router.get("/text-detectors", response_model=list[TextDetectorInfo])
def list_text_detectors(bench: Bench) -> object:
    """List the engines that find what words name."""
    return bench.text_finding.engines.listed()


@router.post("/images/{image_id}/detect", response_model=FoundByText)
def detect_in_image(image_id: ImageId, body: FindByText, bench: Bench) -> object:
    """Find what words name in one picture, at once; it is suggested, and changes no label."""
    return bench.text_finding.of_image(image_id, _wish(body))


@router.post("/projects/{name}/detect", status_code=202, response_model=Job)
def detect_in_project(name: ProjectName, body: FindByTextInMany, bench: Bench) -> object:
    """Find what words name in many pictures; it is suggested, and changes no label."""
    where: dict[str, Any] = body.model_dump(include={"view", "image_ids", "again"})
    return bench.text_finding.start(bench.projects.get(name), _wish(body), **where)


def _wish(body: FindByText) -> TextWish:
    said = body.model_dump(exclude={"text", "view", "image_ids", "again"})
    return TextWish(texts=split_phrases(body.text), **said)
