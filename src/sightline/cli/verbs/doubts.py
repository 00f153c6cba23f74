"""`doubts`: what served models were unsure of."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell

group = typer.Typer(
    no_args_is_help=True, help="What served models were unsure of: list, stats, take, clear."
)
Project = Annotated[str, typer.Argument(help="Name of the project.")]
Only = Annotated[
    list[str] | None, typer.Option("--id", help="Only this one, as `list` names it. Repeatable.")
]


@group.command("list")
def list_(ctx: typer.Context, project: Project) -> None:
    """List the kept pictures, the most doubtful first."""
    doubts = of(ctx).bench.doubts
    listing(
        ctx,
        doubts.all(of(ctx).bench.projects.get(project))["items"],
        ("doubt", "said", "score", "because of", "model", "at", "size"),
        lambda r: (
            r["id"],
            _said(r["answer"]),
            f"{r['score']:.2f}",
            ", ".join(r["reasons"]),
            r["model_name"],
            r["at"],
            output.size(r["bytes"]),
        ),
        empty=f"No doubts: sightline serve MODEL --keep-doubts {project}",
    )


@group.command()
def stats(ctx: typer.Context, project: Project) -> None:
    """Show what each served model has told: how much was doubtful, and whether it drifts."""
    listing(
        ctx,
        of(ctx).bench.doubts.told(of(ctx).bench.projects.get(project)),
        ("model", "at", "answers", "doubtful", "odd", "kept", "drift"),
        lambda r: (
            r["model_name"],
            r["at"],
            f"{r['seen']:,}",
            f"{r['doubtful']:,}",
            f"{r['odd']:,} of {r['looked']:,}",
            f"{r['kept']:,}",
            _drift(r),
        ),
        empty=f"Nothing was served yet: sightline serve MODEL --keep-doubts {project}",
    )


@group.command()
def take(
    ctx: typer.Context,
    project: Project,
    only: Only = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many, the most doubtful.")
    ] = None,
) -> None:
    """Put kept pictures into the project, to be labelled in the queue `served`."""
    context = of(ctx)
    found = context.bench.projects.get(project)
    with output.bar("doubts", quiet=context.quiet) as bar:
        result = context.bench.doubts.take(found, only, limit=limit, progress=bar)
    text = f"taken: {result['taken']:,}, of which {result['added']:,} are new; "
    text += f"label them: sightline queue {project} --strategy served"
    tell(ctx, result, text if result["taken"] else "there was nothing to take")


@group.command()
def clear(ctx: typer.Context, project: Project, only: Only = None) -> None:
    """Throw kept pictures away. What was taken stays."""
    found = of(ctx).bench.doubts.clear(of(ctx).bench.projects.get(project), only)
    tell(ctx, found, f"thrown away: {found['removed']:,}")


def _said(answer: dict[str, Any]) -> str:
    if "objects" in answer:
        return f"{len(answer['objects']):,} objects"
    return f"{answer.get('label')} {answer.get('probability', 0):.2f}"


def _drift(told: dict[str, Any]) -> str:
    drift = told["drift"]
    if drift is None:
        return "not known yet"
    return f"YES, p {drift['p']:.1g}" if drift["alarm"] else f"no, p {drift['p']:.2g}"


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(group, name="doubts")
