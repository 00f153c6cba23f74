"""`predict` and `engines`: ask a model about pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of
from sightline.core.errors import InvalidInputError


def predict(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="Id or name of a model, or an .onnx file.")],
    paths: Annotated[list[Path], typer.Argument(help="Pictures or folders.")],
    top: Annotated[int | None, typer.Option(min=1, help="Only the most probable classes.")] = None,
) -> None:
    """Say what is in pictures, with ONNX Runtime."""
    context = of(ctx)
    missing = [path for path in paths if not path.exists()]
    if len(missing) == len(paths):
        raise InvalidInputError(f"there is no {missing[0]}", hint="name pictures or folders")
    failed = 0
    for row in context.bench.models.predict(model, paths, top=top):
        failed += "error" in row
        if context.json:
            output.line(row)
        elif "error" in row:
            output.say(f"{row['path']}: {row['error']}")
        else:
            output.say(f"{row['path']}: {_said(row)}")
    if failed:
        output.notes().print(f"{failed} of the pictures could not be read")


def _said(row: dict[str, Any]) -> str:
    """Return what a model said in words: a class, or the tags that are there."""
    if "tags" not in row:
        return f"{row['label']} {row['probability']:.1%}"
    found = [f"{tag} {row['probabilities'].get(tag, 0):.1%}" for tag in row["tags"]]
    return ", ".join(found) or "none of its tags"


def engines(ctx: typer.Context) -> None:
    """List what can answer about an image, and what is missing for it."""
    context = of(ctx)
    rows = context.bench.engine_list()
    listing(
        ctx,
        rows,
        ("engine", "kind", "ready", "what it is"),
        lambda r: (r["name"], r["kind"], r["missing"] or "yes", r["description"]),
        empty="",
    )


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(predict)
    app.command()(engines)
