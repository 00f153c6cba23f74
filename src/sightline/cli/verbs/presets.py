"""`presets`: starting points of trainings."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of


def presets(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Show this one: its settings and notes.")
    ] = None,
    project: Annotated[
        str | None,
        typer.Option("--project", "-p", help="Fit them to its data. Default: 2,000 photographs."),
    ] = None,
) -> None:
    """List the presets, or show one; `train --preset NAME` begins with it."""
    context = of(ctx)
    bench = context.bench
    found = None if project is None else bench.projects.get(project)
    if not context.json and name is None:
        listing(
            ctx,
            bench.presets.all(),
            ("preset", "learns", "purpose"),
            lambda r: (r["name"], r["task"], r["description"]),
            empty="",
        )
        return
    rows = bench.presets.specs(name, found)
    for row in rows:
        if context.json:
            output.line(row)
        else:
            _tell(row)


def _tell(row: dict[str, Any]) -> None:
    """Print a preset for a person: purpose, notes, and every setting by its dotted key."""
    output.say(f"{row['name']} ({row['tier']}): {row['description']}")
    for note in row["notes"]:
        output.say(f"  {note}")
    output.table(
        ("setting", "value"),
        [(key, json.dumps(value)) for key, value in _flat(row["spec"]).items()],
        empty="",
    )


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            out |= _flat(value, f"{prefix}{key}.")
        else:
            out[f"{prefix}{key}"] = value
    return out


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(presets)
