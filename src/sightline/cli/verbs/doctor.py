"""`doctor`: what is set, from where, and whether everything that is needed is there."""

from __future__ import annotations

import typer

from sightline.cli import output
from sightline.cli.context import of


def doctor(ctx: typer.Context) -> None:
    """Check the workspace and print every setting with its origin."""
    context = of(ctx)
    found = context.bench.doctor()
    if context.json:
        output.line(found)
        return
    output.table(
        ("check", "", "what"),
        ((c["name"], "ok" if c["ok"] else "look", c["detail"]) for c in found["checks"]),
        empty="",
    )
    output.say("")
    output.table(
        ("setting", "value", "from"),
        ((name, value, found["origins"][name]) for name, value in found["settings"].items()),
        empty="",
    )


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(doctor)
