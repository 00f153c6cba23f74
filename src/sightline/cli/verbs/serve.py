"""`serve`: models behind an address, for programs."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from sightline.cli import output
from sightline.cli.context import of
from sightline.settings import load_settings


def serve(
    ctx: typer.Context,
    models: Annotated[
        list[str],
        typer.Argument(help="Ids or names of models, .onnx files or folders; or NAME=MODEL."),
    ],
    host: Annotated[str, typer.Option(help="Address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: a free one.")] = 8100,
    threads: Annotated[
        int, typer.Option(min=0, help="Pictures worked on at once. 0: one for each core.")
    ] = 0,
) -> None:
    """Let models answer others over HTTP. Stop it with Ctrl+C."""
    gc.disable()  # imports leave no garbage: looking for it is a seventh of their time
    from sightline.server.serving.run import Plan, run

    gc.enable()
    context = of(ctx)
    settings = load_settings(context.workspace).settings
    plan = Plan(models=models, host=host, port=port, threads=threads)

    def ready(address: str) -> None:
        if context.json:
            output.line({"url": address, "models": models})
        else:
            output.say(f"Serving at {address}\nStop it with Ctrl+C.")

    run(context.workspace, settings, plan, on_ready=ready)


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(serve)
