"""`segment`: a project of boxes becomes one of polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.app.segments.shapes import MAX_RESULTS, SegmentWish
from sightline.cli import output
from sightline.cli.context import of, tell
from sightline.cli.follow import follow

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

USUAL = SegmentWish()


def segment(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    engine: Annotated[str, typer.Option(help="Name of a segmenter.")] = USUAL.engine,
    out: Annotated[str, typer.Option(help="Name of the new project. Default: PROJECT_seg.")] = "",
    mask_threshold: Annotated[
        float, typer.Option(min=0, max=1, help="How sure the segmenter must be of a pixel.")
    ] = USUAL.mask_threshold,
    score_threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Masks of a lower score are not taken.")
    ] = USUAL.score_threshold,
    min_size: Annotated[
        int, typer.Option(min=0, help="Masks of fewer pixels are not taken.")
    ] = USUAL.min_size,
    max_results: Annotated[
        int, typer.Option(min=1, max=MAX_RESULTS, help="Polygons for a box at most.")
    ] = USUAL.max_results,
    min_box_iou: Annotated[
        float, typer.Option(min=0, max=1, help="Masks that agree less with the box are not taken.")
    ] = USUAL.min_box_iou,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Pictures at once. Default: segment_workers."),
    ] = None,
    preview: Annotated[
        int, typer.Option(min=0, max=100, help="Only look at so many pictures; make nothing.")
    ] = 0,
) -> None:
    """Make polygons of a project's boxes, as a project of its own; the boxes stay."""
    context = of(ctx)
    bench = context.bench
    found = bench.projects.get(project)
    wish = SegmentWish(
        engine=engine,
        mask_threshold=mask_threshold,
        score_threshold=score_threshold,
        min_size=min_size,
        max_results=max_results,
        min_box_iou=min_box_iou,
    )
    if preview:
        _preview(context, bench, found, wish, preview)
        return
    job = bench.segments.start(found, wish, out=out, workers=workers)
    done = follow(context, job["id"], "segment")
    tell(ctx, done, _told(done))


def _preview(
    context: Any, bench: Workbench, project: Project, wish: SegmentWish, count: int
) -> None:
    rows = []
    for image_id in bench.segments.first(project, count):
        one = bench.segments.preview(project, image_id, wish)
        rows.append(one)
        if context.json:
            output.line(one)
    if context.json:
        return
    output.table(
        ("image", "polygons", "boxes left", "why"),
        ((one["image_id"], one["polygons"], one["fallbacks"], _why(one)) for one in rows),
        empty="There are no boxes.",
    )


def _why(one: dict[str, Any]) -> str:
    return "; ".join(sorted({each["reason"] for each in one["objects"] if each["reason"]}))


def _told(done: dict[str, Any]) -> str:
    text = (
        f"{done['out']}: {done['polygons']:,} polygons in {done['pictures']:,} pictures, "
        f"{done['fallbacks']:,} boxes left"
    )
    reasons = "".join(f"\n  {n:,}: {why}" for why, n in done["fallback_reasons"].items())
    skipped = "".join(f"\n{one['path']} was left out: {one['reason']}" for one in done["skipped"])
    return f"{text}{reasons}{skipped}\n{done['path']}"


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(segment)
