"""`runs` and `report`: trainings and what came of them."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from sightline.app.run_rows import headline
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
        ("run", "project", "state", "network", "epochs", "metric", "model"),
        lambda r: (
            r["id"],
            r["project"],
            r["state"],
            r["network"],
            f"{r['epoch']}/{r['epochs']}",
            _figure(r["metrics"]),
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
    if "accuracy_split" not in metrics:
        output.say("no picture could be judged")
        return
    split = metrics["accuracy_split"]
    output.say(f"{_figure(metrics)} on {split} ({metrics['images']} images)")
    rows = found["splits"][split]["per_class"]
    some = {key: one for key, one in _COLUMNS.items() if rows and key in rows[0]}
    output.table(
        ("class", *some.values(), "images"),
        ((r["name"], *(f"{r[key]:.3f}" for key in some), r["support"]) for r in rows),
        empty="",
    )


_COLUMNS: Final = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "average_precision": "AP",
    "threshold": "threshold",
}


def _figure(metrics: dict[str, Any] | None) -> str:
    """Return the figure that the run's task is judged by, with its name; nothing before its end."""
    name, value = headline(metrics)
    return "" if value is None else f"{name} {output.percent(value)}"


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    group.command("folds")(folds.show)
    app.add_typer(group, name="runs")
    app.command()(report)
