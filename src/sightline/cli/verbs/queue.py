"""`queue`: which images are worth a person's time."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sightline.cli import output
from sightline.cli.context import listing, of

_STRATEGY = (
    "auto, uncertain, diverse, band, disagreement, oddities, near-duplicates, random, certain, "
    "mistakes, mistaken, detection-errors, served, unsure, skipped, similar, text or all."
)


def queue(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    strategy: Annotated[str, typer.Option(help=_STRATEGY)] = "auto",
    limit: Annotated[int, typer.Option(min=1, help="How many images.")] = 20,
    seed: Annotated[int, typer.Option(help="For random choices.")] = 0,
    band: Annotated[
        str | None, typer.Option(metavar="LO-HI", help="Probabilities: 0.3-0.8. For band, certain.")
    ] = None,
    class_: Annotated[
        str | None, typer.Option("--class", help="Its name. For band, certain, mistakes.")
    ] = None,
    measure: Annotated[
        Literal["margin", "entropy", "confidence"] | None, typer.Option(help="For uncertain.")
    ] = None,
    method: Annotated[
        Literal["lof", "forest", "knn"] | None, typer.Option(help="For oddities.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="NAME", help="Encoder or model. For disagreement.")
    ] = None,
    like: Annotated[
        list[str] | None,
        typer.Option(metavar="IMAGE", help="Id or path. Repeatable. For similar."),
    ] = None,
    text: Annotated[str | None, typer.Option(help="What to look for. For text.")] = None,
    run: Annotated[str | None, typer.Option(help="Id of a training. For mistaken.")] = None,
    error: Annotated[
        str | None,
        typer.Option(metavar="KIND[:CLASS[:CLASS]]", help="For detection-errors; ids of classes."),
    ] = None,
    evaluation: Annotated[
        str | None, typer.Option(help="Id of an evaluation. For detection-errors.")
    ] = None,
) -> None:
    """Say which images are worth labelling or checking next, and why."""
    context = of(ctx)
    bench = context.bench
    words = {"measure": measure, "method": method, "against": against, "text": text, "run": run}
    words |= {"error": error, "evaluation": evaluation}
    with output.bar("queue", quiet=context.quiet) as bar:
        rows = bench.queue(
            project,
            strategy,
            limit=limit,
            seed=seed,
            progress=bar,
            band=band,
            class_=class_,
            like=like or (),
            **words,
        )
    listing(
        ctx,
        rows,
        ("id", "path", "score", "why"),
        lambda r: (r["id"], r["path"], f"{r['score']:.3f}", r["why"]),
        empty="The queue is empty.",
    )


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(queue)
