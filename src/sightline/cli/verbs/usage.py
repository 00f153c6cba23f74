"""`usage`: counts of use, to a file; nothing is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.context import of, tell


def usage(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Option(help="File to write the report to.")] = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Erase what the setting usage_report has counted.")
    ] = False,
) -> None:
    """Show a report of counts without names, and write it to a file. Nothing is sent."""
    bench = of(ctx).bench
    if forget:
        found = bench.usage.forget()
        tell(ctx, found, "forgotten" if found["forgotten"] else "nothing was counted")
        return
    found = bench.usage.report(out)
    text = json.dumps(found, indent=2)
    last = f"\nwritten to {out}; nothing was sent" if out else "\nnothing was written or sent"
    tell(ctx, found, text + last)


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(usage)
