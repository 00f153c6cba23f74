"""`augment`: how a training would vary pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.context import of, tell


def augment(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    out: Annotated[Path, typer.Option(help="Where the contact sheet goes, a PNG.")] = Path(
        "augment.png"
    ),
    spec: Annotated[Path | None, typer.Option(help="JSON (with comments) or YAML.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="One value of the spec: augment.flip=0.5. Repeatable."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The training's seed.")] = None,
    image: Annotated[
        list[int] | None, typer.Option(help="Id of a training image. Default: some of each class.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=12, help="Pictures, a row each.")] = 6,
    views: Annotated[int, typer.Option(min=1, max=12, help="Epochs, a column each.")] = 6,
    epoch: Annotated[int, typer.Option(min=1, help="The first epoch shown.")] = 1,
) -> None:
    """Show pictures as a training of these settings sees them. The first column is the original."""
    context = of(ctx)
    bench = context.bench
    values = bench.training.read_spec(spec, set_ or [])
    if seed is not None:
        values["seed"] = seed
    told = bench.augment(
        project, out, spec=values, image_ids=image or (), count=count, views=views, epoch=epoch - 1
    )
    tell(ctx, told, f"{len(told['pictures'])} pictures, {told['views']} views each: {told['out']}")


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(augment)
