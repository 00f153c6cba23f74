"""`up`: the server and the page."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.context import of


def up(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address. Default: 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port. Default: 8000")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    ingest: Annotated[
        Path | None, typer.Option(help="Folder of pictures to take in at the start.")
    ] = None,
    project: Annotated[
        str | None, typer.Option(help="Project that they go to. Default: the folder's name.")
    ] = None,
    window: Annotated[
        bool, typer.Option("--window", help="Show the page in a window of its own.")
    ] = False,
) -> None:
    """Start the server and open the page. Stop it with Ctrl+C."""
    gc.disable()  # imports leave no garbage: looking for it is a seventh of their time
    from sightline.server.serve import first_of, serve
    from sightline.server.window import show

    gc.enable()
    context = of(ctx)
    if window:
        show(context.workspace, _words(host, port, ingest, project))
        return
    flags = {key: one for key, one in (("host", host), ("port", port)) if one is not None}
    serve(context.workspace, flags=flags, browser=browser, first=first_of(ingest, project))


def _words(
    host: str | None, port: int | None, ingest: Path | None, project: str | None
) -> list[str]:
    """Return the options that the server in the child process is started with."""
    given = {"--host": host, "--port": port, "--ingest": ingest, "--project": project}
    return [f"{name}={value}" for name, value in given.items() if value is not None]


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(up)
