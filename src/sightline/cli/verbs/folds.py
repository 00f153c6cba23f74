"""`train --folds` and `runs folds`: one run for each fold, and what they come to together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import of
from sightline.cli.follow import follow

if TYPE_CHECKING:
    from sightline.cli.context import Context

SHOWN = ("val.accuracy", "val.macro_f1", "val.log_loss", "test.accuracy")


def train_folds(
    context: Context, project: str, spec: dict[str, Any], folds: int, group_by: str
) -> None:
    """Queue a run for each fold, wait for all, and print what they come to."""
    bench = context.bench
    found = bench.projects.get(project)
    made = bench.folds.start(found, spec, folds=folds, group_by=group_by)
    for row in made["runs"]:
        job = bench.training.get(row["run"])["job"]
        follow(context, job, f"fold {row['fold'] + 1} of {folds}")
    _show(context, bench.folds.get(found, made["id"]))


def show(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    folds: Annotated[
        str, typer.Argument(help="Id of the set of folds, as `train --folds` prints it.")
    ] = "newest",
) -> None:
    """Show what the runs of `train --folds` come to: each fold, mean and spread."""
    context = of(ctx)
    _show(context, context.bench.folds.get(context.bench.projects.get(project), folds))


def _show(context: Context, found: dict[str, Any]) -> None:
    if context.json:
        output.line(found)
        return
    keys = [key for key in SHOWN if key in found["mean"]]
    output.say(
        f"{found['folds']} folds by {found['group_by']}: {found['finished']} finished "
        f"({found['id']})"
    )
    output.table(
        ("fold", "run", "state", *keys),
        (
            (row["fold"] + 1, row["run"], row["state"], *_cells(row["figures"], keys))
            for row in found["runs"]
        ),
        empty="",
    )
    for key in keys:
        spread = found["spread"][key]
        more = "" if spread is None else f" ± {spread:.4f}"
        output.say(f"{key}  {found['mean'][key]:.4f}{more}")


def _cells(figures: dict[str, float], keys: list[str]) -> list[str]:
    return [f"{figures[key]:.4f}" if key in figures else "" for key in keys]
