"""`system`: how busy the machine is."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from sightline.cli.context import of, tell


def system(
    ctx: typer.Context,
    over: Annotated[float, typer.Option(min=0.1, max=60, help="Look for so long, seconds.")] = 1.0,
) -> None:
    """Show how busy processors, memory and graphics cards are."""
    meter = of(ctx).bench.meter
    meter.look()
    time.sleep(over)
    found = meter.look()
    used, total = found["memory_used_mb"] / 1024, found["memory_total_mb"] / 1024
    lines = [
        f"processors {found['cpu_percent']:.0f} % of {found['cores']}",
        f"memory     {used:.1f} of {total:.1f} GB",
    ]
    for card in found["gpus"]:
        busy = "?" if card["percent"] is None else f"{card['percent']:.0f}"
        lines.append(f"{card['name']}: {busy} %, {card['memory_used_mb']} MB")
    tell(ctx, found, "\n".join(lines))


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(system)
