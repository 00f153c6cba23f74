"""`embed` and `encoders`: vectors of pictures, by one encoder or several."""

from __future__ import annotations

from typing import Annotated

import typer

from sightline.cli.context import listing, of, tell
from sightline.cli.follow import follow

group = typer.Typer(no_args_is_help=True, help="Encoders of a project: list, forget.")
Project = Annotated[str, typer.Argument(help="Name of the project.")]


def embed(
    ctx: typer.Context,
    project: Project,
    engine: Annotated[
        str, typer.Option(help="Encoder to use from now on; see `engines`. Default: the project's.")
    ] = "",
) -> None:
    """Embed the pictures that have no vector of this encoder yet. Stopped, it goes on there."""
    context = of(ctx)
    bench = context.bench
    job = bench.encoders.start_embed(bench.projects.get(project), engine)
    report = follow(context, job["id"], "embed")
    rate = report["embedded"] / report["seconds"] if report["seconds"] else 0.0
    skipped = len(report["skipped"])
    tell(
        ctx,
        report,
        f"{report['engine']}: {report['embedded']:,} pictures embedded in "
        f"{report['seconds']:.1f} s ({rate:,.0f} a second), {skipped:,} skipped",
    )


@group.command("list")
def list_(ctx: typer.Context, project: Project) -> None:
    """List the encoders with how far each has embedded a project; the one in use first."""
    bench = of(ctx).bench
    listing(
        ctx,
        bench.encoders.of_project(bench.projects.get(project)),
        ("encoder", "in use", "embedded", "of", "vector", "words", "ready"),
        lambda r: (
            r["name"],
            "yes" if r["current"] else "",
            r["embedded"],
            r["total"],
            r["dim"],
            "yes" if r["text"] else "",
            r["missing"] or "yes",
        ),
        empty="",
    )


@group.command()
def forget(
    ctx: typer.Context,
    project: Project,
    encoder: Annotated[str, typer.Argument(help="Name of the encoder, or key of its vectors.")],
) -> None:
    """Delete the vectors that an encoder made of a project; they can be made again."""
    bench = of(ctx).bench
    result = bench.encoders.forget(bench.projects.get(project), encoder)
    tell(ctx, result, f"deleted {result['deleted']:,} vectors of {encoder}")


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(embed)
    app.add_typer(group, name="encoders")
