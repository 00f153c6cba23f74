"""`jobs`: long work, watched and stopped."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.cli.follow import follow
from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.jobs.line import move

group = typer.Typer(no_args_is_help=True, help="Jobs: list, show, log, cancel, move, resume.")
Job = Annotated[str, typer.Argument(help="Id of the job.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option(help="Only in this state, as in running.")] = None,
) -> None:
    """List jobs, newest first."""
    from sightline.store.jobs import ACTIVE, FINAL

    context = of(ctx)
    states = (*ACTIVE, *FINAL)
    if state is not None and state not in states:
        raise InvalidInputError(f"no state {state!r}", hint=did_you_mean(state, states))
    rows = [job.to_dict() for job in context.bench.jobs.list(state=state)]
    listing(
        ctx,
        rows,
        ("job", "kind", "project", "state", "done", "note"),
        lambda r: (
            r["id"],
            r["kind"],
            r["project"],
            r["state"],
            f"{r['done']}/{r['total'] or '?'}",
            (r["error"] or {}).get("message", r["note"]),
        ),
        empty="No jobs yet.",
    )


@group.command()
def show(ctx: typer.Context, job: Job) -> None:
    """Show one job."""
    output.line(of(ctx).bench.jobs.get(job).to_dict())


@group.command()
def log(ctx: typer.Context, job: Job) -> None:
    """Print a job's log."""
    text, _ = of(ctx).bench.jobs.log(job)
    if of(ctx).json:
        output.line({"text": text})
    else:
        output.say(text)


@group.command()
def cancel(ctx: typer.Context, job: Job) -> None:
    """Ask a job to stop; what it did is kept."""
    output.line(of(ctx).bench.jobs.cancel(job).to_dict())


@group.command("move")
def move_(
    ctx: typer.Context,
    job: Job,
    to: Annotated[
        Literal["first", "up", "down", "last"], typer.Argument(help="Where among those that wait.")
    ],
) -> None:
    """Move a queued job among those that wait."""
    order = move(of(ctx).bench.jobs, job, to)
    tell(ctx, {"order": [*order]}, f"{job} is {order.index(job) + 1}. of {len(order)}")


@group.command()
def resume(ctx: typer.Context, job: Job) -> None:
    """Go on with a job that was stopped or interrupted, and watch it."""
    context = of(ctx)
    context.bench.jobs.resume(job)
    output.line(follow(context, job, "job"))


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(group, name="jobs")
