"""`serve` and `serving`: models behind an address, for programs."""

from __future__ import annotations

import gc
from typing import Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of
from sightline.settings import load_settings


def serve(
    ctx: typer.Context,
    models: Annotated[
        list[str],
        typer.Argument(help="Ids or names of models, .onnx files or folders; or NAME=MODEL."),
    ],
    host: Annotated[str, typer.Option(help="Address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: a free one.")] = 8100,
    api_key: Annotated[
        list[str] | None,
        typer.Option(
            help="Key that requests must carry; may be given more than once. Others on this "
            "machine can read it here: SIGHTLINE_SERVE_KEYS is better."
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(min=0, help="Requests a second of each client. Default: serve_rate."),
    ] = None,
    queue: Annotated[
        int | None, typer.Option(min=1, help="Requests that may wait. Default: serve_queue.")
    ] = None,
    timeout_s: Annotated[
        float | None,
        typer.Option(min=0.001, help="Longest time for a request. Default: serve_timeout_s."),
    ] = None,
    threads: Annotated[
        int, typer.Option(min=0, help="Pictures worked on at once. 0: one for each core.")
    ] = 0,
    keep_doubts: Annotated[
        str, typer.Option(help="Project that keeps the pictures the models are unsure of.")
    ] = "",
    follow: Annotated[
        bool, typer.Option("--follow", help="Let a newer model of a name take over.")
    ] = False,
) -> None:
    """Let models answer other programs over HTTP. Stop it with Ctrl+C."""
    gc.disable()  # imports leave no garbage: looking for it is a seventh of their time
    from sightline.server.serving.run import Plan, Started, run

    gc.enable()
    context = of(ctx)
    flags = {"serve_rate": rate, "serve_queue": queue, "serve_timeout_s": timeout_s}
    plan = Plan(
        models=models,
        host=host,
        port=port,
        keys=tuple(api_key or ()),
        threads=threads,
        doubts=keep_doubts,
        follow=follow,
    )

    def ready(started: Started) -> None:
        if context.json:
            made = {"key": started.key} if started.key else {}
            output.line({"url": started.url, "models": started.models, **made})
            return
        output.say(f"Serving {', '.join(started.models)} at {started.url}")
        if started.key:
            output.say(f"Requests must carry the key {started.key}")
        output.say("Stop it with Ctrl+C.")

    settings = load_settings(context.workspace, flags=flags).settings
    run(context.workspace, settings, plan, on_ready=ready)


def serving(ctx: typer.Context) -> None:
    """List the processes that serve models of this workspace."""
    from sightline.app.serving.board import Board

    listing(
        ctx,
        Board(of(ctx).workspace).all(),
        ("address", "models", "keys", "process", "since"),
        _cells,
        empty="Nothing is served: sightline serve MODEL",
    )


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    models = ", ".join(row["models"])
    return row["url"], models, "yes" if row["keyed"] else "", row["pid"], row["started_at"]


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(serve)
    app.command()(serving)
