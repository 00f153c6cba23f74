"""`suggest`: what a detector sees in the pictures, for a person to accept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from sightline.cli.context import Context


_LEFT: Final = {
    "passed_over": "images were asked about before: --again",
    "unmatched": "pictures of the file are not here",
}


def suggest(
    ctx: typer.Context,
    project: Annotated[str | None, typer.Argument(help="Name of the project.")] = None,
    engine: Annotated[str | None, typer.Option(help="Detector to ask; see --engines.")] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(help="Suggest what a file says, in any format of objects, as COCO results."),
    ] = None,
    ids: Annotated[
        Path | None, typer.Option(help="COCO file that names the pictures of a list of results.")
    ] = None,
    image: Annotated[
        list[int] | None, typer.Option(help="Only this image, by id. Repeatable.")
    ] = None,
    min_score: Annotated[
        float, typer.Option(min=0, max=1, help="Below it nothing is suggested.")
    ] = 0.3,
    again: Annotated[
        bool, typer.Option("--again", help="About pictures it was asked about, too.")
    ] = False,
    accept: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Make what is so sure objects, as one undo step."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget what was suggested.")] = False,
    engines: Annotated[bool, typer.Option("--engines", help="List the detectors.")] = False,
) -> None:
    """Ask a detector what is in the pictures; nothing is labelled until it is accepted."""
    context = of(ctx)
    if engines:
        listing(
            ctx,
            context.bench.suggesting.detectors.all(),
            ("detector", "what it is"),
            lambda r: (r["name"], r["description"]),
            empty="No detectors yet: sightline models add FILE.onnx --name NAME --decoder yolox "
            "--classes FILE",
        )
        return
    if project is None:
        raise InvalidInputError("say of which project", hint="sightline suggest PROJECT")
    if clear:
        found = context.bench.projects.get(project)
        gone = context.bench.suggesting.clear(found, None if engine is None else f"engine:{engine}")
        tell(ctx, gone, f"forgotten: what was suggested of {gone['images']:,} images")
        return
    if engine is None and accept is None and predictions is None:
        raise InvalidInputError("say whom to ask", hint="--engine NAME; see --engines")
    result: dict[str, Any] = {}
    if engine is not None:
        result |= _ask(context, project, engine, image, min_score, again=again)
    if predictions is not None:
        result |= _read(context, project, predictions, ids, min_score)
    if accept is not None:
        found = context.bench.projects.get(project)
        result["accepted"] = context.bench.suggesting.accept(
            found,
            image_ids=image or context.bench.suggesting.image_ids(found),
            source=None if engine is None else f"engine:{engine}",
            min_score=accept,
        )
    _show(ctx, result)


def _ask(
    context: Context,
    project: str,
    engine: str,
    image: list[int] | None,
    min_score: float,
    *,
    again: bool,
) -> dict[str, Any]:
    with output.bar("suggest", quiet=context.quiet) as bar:
        return context.bench.suggest(
            project, engine, image_ids=image, min_score=min_score, again=again, progress=bar
        )


def _read(
    context: Context, project: str, file: Path, ids: Path | None, min_score: float
) -> dict[str, Any]:
    found = context.bench.projects.get(project)
    with output.bar("suggest", quiet=context.quiet) as bar:
        return context.bench.suggesting.read(
            found, file, ids=ids, min_score=min_score, progress=bar
        )


def _show(ctx: typer.Context, result: dict[str, Any]) -> None:
    lines = []
    if "source" in result:
        lines.append(
            f"{result['source']}: {result['objects']:,} objects in {result['images']:,} images"
        )
        for key, what in _LEFT.items():
            if result.get(key):
                lines.append(f"  {result[key]:,} {what}")
    if accepted := result.get("accepted"):
        lines.append(f"accepted {accepted['objects']:,} objects in {accepted['images']:,} images")
    tell(ctx, result, "\n".join(lines))


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(suggest)
