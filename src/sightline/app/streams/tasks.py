"""Long work with narrated clips, as jobs do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.app.workbench import Workbench
    from sightline.jobs.context import JobContext


def annotate_clip(
    bench: Workbench, job: JobContext, *, media_id: str, lang: str | None, captions: bool
) -> dict[str, Any]:
    """Draw what was seen into a copy of a clip."""
    return bench.annotated.write(media_id, lang=lang, captions=captions, progress=job)
