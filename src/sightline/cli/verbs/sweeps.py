"""`sweep` and `lr-range`: settings and learning rates that suit the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.cli.follow import follow

group = typer.Typer(no_args_is_help=True, help="Searches for settings: list, show, go on, delete.")
Project = Annotated[str, typer.Argument(help="Name of the project.")]
Sweep = Annotated[str, typer.Argument(help="Id of the search, or newest.")]
Spec = Annotated[Path | None, typer.Option(help="JSON (with comments) or YAML.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="One value of the spec: epochs=8. Repeatable.")
]


def sweep(
    ctx: typer.Context,
    project: Project,
    trials: Annotated[int, typer.Option(min=1, help="How many trainings.")] = 20,
    over: Annotated[
        list[str] | None,
        typer.Option(
            help="What to turn: optimizer.lr=log:1e-4..1e-2, ema=0,0.99. Repeatable. "
            "Default: rate, decay, label smoothing, dropout."
        ),
    ] = None,
    spec: Spec = None,
    set_: Set = None,
    prune: Annotated[bool, typer.Option(help="End trainings that fall behind.")] = True,
) -> None:
    """Search for settings: many trainings, each chosen by what the former came to."""
    context = of(ctx)
    bench = context.bench
    found = bench.projects.get(project)
    wish = bench.training.read_spec(spec, set_ or [])
    made = bench.sweeps.start(found, wish, trials=trials, knobs=over or (), prune=prune)
    follow(context, made["job"], "sweep")
    _tell(ctx, bench.sweeps.get(found, made["id"]))


@group.command("list")
def list_(ctx: typer.Context, project: Project) -> None:
    """List a project's searches, newest first."""
    bench = of(ctx).bench
    listing(
        ctx,
        bench.sweeps.all(bench.projects.get(project)),
        ("sweep", "state", "trials", "best"),
        lambda r: (r["id"], r["state"], f"{r['finished']}/{r['trials']}", _best(r)),
        empty=f"No searches yet: sightline sweep {project} --trials 20",
    )


@group.command()
def show(ctx: typer.Context, project: Project, sweep: Sweep = "newest") -> None:
    """Show a search: its trials and the best settings."""
    bench = of(ctx).bench
    _tell(ctx, bench.sweeps.get(bench.projects.get(project), sweep))


@group.command()
def resume(
    ctx: typer.Context,
    project: Project,
    sweep: Sweep = "newest",
    trials: Annotated[int | None, typer.Option(min=1, help="So many trials in all.")] = None,
) -> None:
    """Go on with a search that was stopped, or do more trials."""
    context = of(ctx)
    found = context.bench.projects.get(project)
    made = context.bench.sweeps.go_on(found, sweep, trials=trials)
    follow(context, made["job"], "sweep")
    _tell(ctx, context.bench.sweeps.get(found, made["id"]))


@group.command()
def delete(ctx: typer.Context, project: Project, sweep: Sweep) -> None:
    """Delete a search; what was trained from it stays."""
    bench = of(ctx).bench
    result = bench.sweeps.delete(bench.projects.get(project), sweep)
    tell(ctx, result, f"{result['id']} is deleted")


def lr_range(
    ctx: typer.Context,
    project: Project,
    spec: Spec = None,
    set_: Set = None,
    steps: Annotated[int, typer.Option(help="How many rates to try.")] = 120,
    low: Annotated[float, typer.Option(help="First rate.")] = 1e-6,
    high: Annotated[float, typer.Option(help="Last rate.")] = 1.0,
) -> None:
    """Find the learning rate that suits: raise it step by step, see where the loss falls."""
    context = of(ctx)
    bench = context.bench
    wish = bench.training.read_spec(spec, set_ or [])
    job = bench.lr_range.start(bench.projects.get(project), wish, steps=steps, low=low, high=high)
    result = follow(context, job["id"], "lr-range")
    text = (
        f"suggested: --set optimizer.lr={result['suggested']:g} (highest that is safe: "
        f"{result['highest']:g}; the spec has {result['spec_lr']:g})"
    )
    tell(ctx, result, text)


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(sweep)
    app.add_typer(group, name="sweeps")
    app.command("lr-range")(lr_range)


def _tell(ctx: typer.Context, found: dict[str, Any]) -> None:
    if of(ctx).json:
        output.line(found)
        return
    keys = [text.partition("=")[0] for text in found["knobs"]]
    output.table(
        ("trial", "state", found["monitor"], *keys),
        (
            (
                f"{row['number'] + 1}{' *' if row['best'] else ''}",
                row["state"],
                _number(row["value"]),
                *(_number(row["values"].get(key)) for key in keys),
            )
            for row in found["rows"]
        ),
        empty="no trial yet",
    )
    if found["best"] is not None:
        wish = " ".join(
            f"--set {key}={_number(one)}" for key, one in found["best"]["values"].items()
        )
        output.say(f"* best. To train with it: sightline train PROJECT {wish}")


def _best(row: dict[str, Any]) -> str:
    return "" if row["best"] is None else f"{row['monitor']} {_number(row['best']['value'])}"


def _number(value: Any) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
