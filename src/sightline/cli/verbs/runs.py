"""`runs` and `report`: trainings and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from sightline.app.runs.rows import headline
from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.cli.follow import follow
from sightline.cli.verbs import folds
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence


class ByProject(TyperGroup):
    """`runs PROJECT` is `runs list PROJECT`; verbs go before projects of their name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the verb in where a project stands in its place."""
        first = next((one for one in args if not one.startswith("-")), None)
        if first is not None and first not in self.commands:
            args = ["list", *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


group = typer.Typer(
    cls=ByProject,
    no_args_is_help=True,
    help="Runs: list, show, control, compare, note, delete and fetch back. `runs PROJECT` lists.",
)
Run = Annotated[str, typer.Argument(help="Id of the run.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    project: Annotated[str | None, typer.Argument(help="Only of this project.")] = None,
    starred: Annotated[bool, typer.Option("--starred", help="Only those with a star.")] = False,
) -> None:
    """List trainings, newest first."""
    bench = of(ctx).bench
    rows = bench.training.all(None if project is None else bench.projects.get(project))
    _table(ctx, [row for row in rows if row["starred"] or not starred])


def _table(ctx: typer.Context, rows: Sequence[dict[str, Any]]) -> None:
    listing(
        ctx,
        rows,
        ("run", "project", "state", "mode", "network", "epochs", "metric", "model", "notes"),
        lambda r: (
            f"{'* ' if r['starred'] else ''}{r['id']}",
            r["project"],
            _state(r),
            r["mode"],
            r["network"],
            f"{r['epoch']}/{r['epochs']}",
            _figure(r["metrics"]),
            r["model"],
            r["notes"][:40],
        ),
        empty="No runs yet: sightline train PROJECT",
    )


def _state(row: dict[str, Any]) -> str:
    if row["place"] is not None:
        return f"queued, {row['place']}."
    return "paused" if (row["control"] or {}).get("pause") else str(row["state"])


@group.command()
def show(ctx: typer.Context, run: Run) -> None:
    """Show one training with its spec."""
    output.line(of(ctx).bench.training.get(run))


@group.command()
def pause(ctx: typer.Context, run: Run) -> None:
    """Let a running training wait between two steps, with everything saved."""
    tell(ctx, of(ctx).bench.control.ask(run, pause=True), f"{run} pauses at its next step")


@group.command()
def resume(ctx: typer.Context, run: Run) -> None:
    """Let a paused training go on, or go on with one that was stopped and watch it."""
    context = of(ctx)
    bench = context.bench
    found = bench.training.get(run)
    if found["state"] == "running":
        tell(ctx, bench.control.ask(run, pause=False), f"{run} goes on")
        return
    project = bench.projects.get(found["project"])
    made = bench.training.start(project, {}, mode="resume", parent=run)
    follow(context, made["job"]["id"], "train")
    tell(ctx, bench.training.result(run), f"{run} is done")


@group.command()
def stop(
    ctx: typer.Context,
    run: Run,
    after_epoch: Annotated[
        bool, typer.Option("--after-epoch", help="Let the epoch end, report, make a model.")
    ] = False,
) -> None:
    """Stop a training at its next step, or take a queued one out; `runs resume` goes on there."""
    bench = of(ctx).bench
    if after_epoch:
        tell(ctx, bench.control.ask(run, stop_after_epoch=True), f"{run} ends with its epoch")
    else:
        tell(ctx, bench.training.stop(run), f"stopping {run}")


@group.command()
def lr(
    ctx: typer.Context,
    run: Run,
    factor: Annotated[
        float | None, typer.Option(help="Times the schedule's rate; 1: as the settings say.")
    ] = None,
    rate: Annotated[
        float | None, typer.Option("--lr", help="The same, as the highest learning rate.")
    ] = None,
) -> None:
    """Change the learning rate of a running training from its next step on."""
    if factor is None and rate is None:
        raise InvalidInputError("no rate is given", hint="add --factor 0.5, or --lr 1e-4")
    row = of(ctx).bench.control.ask(run, lr_factor=factor, lr=rate)
    tell(ctx, row, f"{run}: {row['control']['lr_factor']:g} times the schedule's rate")


@group.command()
def compare(
    ctx: typer.Context, runs: Annotated[list[str], typer.Argument(help="Two or more ids.")]
) -> None:
    """Show trainings side by side: the settings that differ, and the figures, the best marked."""
    found = of(ctx).bench.compare_runs(runs)
    if of(ctx).json:
        output.line(found)
        return
    for note in found["notes"]:
        output.say(f"note: {note}")
    heads = [run["id"] for run in found["runs"]]
    rows = [(row["key"], *map(_plain, row["values"])) for row in found["spec"]]
    output.table(("setting", *heads), rows, empty="no setting differs")
    figures = [(row["name"], *_figures(row)) for row in found["metrics"]]
    output.table(("figure", *heads), figures, empty="no figures yet")


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _figures(row: dict[str, Any]) -> list[str]:
    return [
        "" if one is None else f"{one:.4g}{' *' if place in row['best'] else ''}"
        for place, one in enumerate(row["values"])
    ]


@group.command()
def note(ctx: typer.Context, run: Run, text: Annotated[str, typer.Argument(help="Notes.")]) -> None:
    """Write notes on a training, in place of those there are."""
    tell(ctx, of(ctx).bench.shelf.note(run, notes=text), f"noted on {run}")


@group.command()
def star(
    ctx: typer.Context,
    run: Run,
    off: Annotated[bool, typer.Option("--off", help="Take it away.")] = False,
) -> None:
    """Give a training a star."""
    tell(
        ctx, of(ctx).bench.shelf.note(run, starred=not off), f"{run}: star {'off' if off else 'on'}"
    )


@group.command()
def delete(ctx: typer.Context, run: Run) -> None:
    """Move a training to the trash; its model stays."""
    tell(ctx, of(ctx).bench.shelf.delete(run), f"{run} is in the trash")


@group.command()
def trash(
    ctx: typer.Context,
    empty: Annotated[bool, typer.Option("--empty", help="Erase them for good.")] = False,
) -> None:
    """List the trainings in the trash, or erase them for good."""
    shelf = of(ctx).bench.shelf
    if empty:
        gone = shelf.empty()
        tell(ctx, gone, f"{gone['erased']} erased")
    else:
        _table(ctx, shelf.trash())


@group.command()
def restore(ctx: typer.Context, run: Run) -> None:
    """Bring a training back from the trash."""
    tell(ctx, of(ctx).bench.shelf.restore(run), f"{run} is back")


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
