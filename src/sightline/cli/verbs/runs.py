"""`runs` and `report`: trainings and what came of them."""

from __future__ import annotations

from typing import Annotated

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.cli.verbs import folds

group = typer.Typer(no_args_is_help=True, help="Runs: list, show, stop, delete.")
Run = Annotated[str, typer.Argument(help="Id of the run.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    project: Annotated[str | None, typer.Argument(help="Only of this project.")] = None,
) -> None:
    """List trainings, newest first."""
    context = of(ctx)
    bench = context.bench
    rows = bench.training.all(None if project is None else bench.projects.get(project))
    listing(
        ctx,
        rows,
        ("run", "project", "state", "network", "epochs", "accuracy", "model"),
        lambda r: (
            r["id"],
            r["project"],
            r["state"],
            r["network"],
            f"{r['epoch']}/{r['epochs']}",
            output.percent((r["metrics"] or {}).get("accuracy")),
            r["model"],
        ),
        empty="No runs yet: sightline train PROJECT",
    )


@group.command()
def show(ctx: typer.Context, run: Run) -> None:
    """Show one training with its spec."""
    output.line(of(ctx).bench.training.get(run))


@group.command()
def stop(ctx: typer.Context, run: Run) -> None:
    """Stop a training at its next step; --mode resume goes on there."""
    tell(ctx, of(ctx).bench.training.stop(run), f"stopping {run}")


@group.command()
def delete(ctx: typer.Context, run: Run) -> None:
    """Move a training to the trash; its model stays."""
    tell(ctx, of(ctx).bench.training.delete(run), f"{run} is in the trash")


def report(ctx: typer.Context, run: Run) -> None:
    """Show how good a trained network is, class by class."""
    context = of(ctx)
    found = context.bench.training.report(run)
    if context.json:
        output.line(found)
        return
    metrics = found["metrics"]
    split = metrics["accuracy_split"]
    output.say(f"accuracy {metrics['accuracy']:.1%} on {split} ({metrics['images']} images)")
    output.table(
        ("class", "precision", "recall", "F1", "images"),
        (
            (
                name,
                f"{r['precision']:.3f}",
                f"{r['recall']:.3f}",
                f"{r['f1']:.3f}",
                r["support"],
            )
            for name, r in zip(found["classes"], found["splits"][split]["per_class"], strict=True)
        ),
        empty="",
    )


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    group.command("folds")(folds.show)
    app.add_typer(group, name="runs")
    app.command()(report)
