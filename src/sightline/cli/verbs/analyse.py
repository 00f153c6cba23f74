"""`analyse`: what a project's data are like, and what in them is worth a look."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of
from sightline.cli.follow import follow

SIGNS = {"error": "!!", "warning": "!", "note": ""}


def analyse(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Look at all pictures again, not only at new ones.")
    ] = False,
    near: Annotated[
        bool, typer.Option(help="Look for near-duplicates, for which pictures are embedded.")
    ] = True,
    show: Annotated[
        str | None,
        typer.Option(
            metavar="FINDING", help="List the pictures of a finding of the last analysis."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list.")] = 20,
) -> None:
    """Say what is in a project: counts, balance, doubles, leaks, damage, and a fitting preset."""
    context = of(ctx)
    bench = context.bench
    if show is not None:
        listing(
            ctx,
            bench.pictures_of(project, show, limit=limit),
            ("id", "path", "split", "status", "why"),
            lambda r: (r["id"], r["path"], r["split"], r["status"], r["why"]),
            empty="No picture is left.",
        )
        return
    found = bench.projects.get(project)
    follow(context, bench.analysis.start(found, refresh=refresh, near=near)["id"], "analyse")
    result = bench.analysis.get(found) | {"advice": bench.advice(project)}
    if context.json:
        output.line(result)
    else:
        _tell(result)


def _tell(found: dict[str, Any]) -> None:
    """Print an analysis for a person: classes, findings, advice."""
    counts, word = found["counts"], "tag" if found["task"] == "multi" else "class"
    output.say(
        f"{counts['images']:,} pictures, {counts['labelled']:,} labelled, "
        f"{len(found['classes'])} {'tags' if word == 'tag' else 'classes'}"
    )
    output.table(
        (word, "train", "val", "test", "all"),
        [
            [one[key] for key in ("name", "train", "val", "test", "total")]
            for one in found["classes"]
        ],
        empty="no classes yet",
    )
    output.table(
        ("", "finding", "what", "next"),
        [
            (SIGNS[one["severity"]], one["kind"], one["text"], one["hint"])
            for one in found["findings"]
        ],
        empty="Nothing stands out.",
    )
    advice = found["advice"]
    output.say(f"preset: {advice['preset']} ({advice['tier']})")
    for reason in advice["reasons"]:
        output.say(f"  {reason}")


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(analyse)
