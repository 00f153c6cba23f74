"""`similar`: what looks like some pictures."""

from __future__ import annotations

from typing import Annotated

import typer

from sightline.cli import output
from sightline.cli.context import listing, of


def similar(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    images: Annotated[
        list[str], typer.Argument(help="Ids of images, or paths of any pictures.", metavar="IMAGE")
    ],
    limit: Annotated[int, typer.Option(min=1, help="How many images.")] = 20,
) -> None:
    """List the images that look most like one or several pictures, from near to far."""
    context = of(ctx)
    bench = context.bench
    with output.bar("similar", quiet=context.quiet) as bar:
        rows = bench.similar(project, images, limit=limit, progress=bar)
    listing(
        ctx,
        rows,
        ("id", "path", "distance"),
        lambda r: (r["id"], r["path"], f"{r['distance']:.3f}"),
        empty="There is no other image.",
    )


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(similar)
