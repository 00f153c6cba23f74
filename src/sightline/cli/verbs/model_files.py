"""`models verify`, `remove`, `trash`, `restore` and `disk`: models as files."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.core.errors import MissingWeightsError

Trashed = Annotated[str, typer.Argument(help="Id or name of the model, or its key in the trash.")]


def verify(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="Id or name. Without one: every model.")] = "",
) -> None:
    """Check models' files against the hashes on their cards."""
    context = of(ctx)
    with output.bar("verify", quiet=context.quiet) as bar:
        found = context.bench.model_shelf.verify(model, progress=bar)
    rows = found["models"]
    bad = [row for row in rows if not row["ok"]]
    if not context.json:
        for row in rows:
            output.say(f"{row['id']}: {'whole' if row['ok'] else row['fault']}")
    if bad:
        faults = "; ".join(f"{row['id']}: {row['fault']}" for row in bad)
        raise MissingWeightsError(
            f"{len(bad)} of {len(rows)} models are not whole: {faults}", hint=bad[0]["hint"]
        )
    if context.json:
        output.line({key: found[key] for key in ("ok", "models")})


def remove(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="Id or name (the newest) of the model.")],
) -> None:
    """Move a model to the trash, and say what used it."""
    found = of(ctx).bench.model_shelf.remove(model)
    uses = "".join(f"\n  {_used(one)}" for one in found["used_by"])
    text = f"{found['id']} is in the trash; back: sightline models restore {found['id']}"
    tell(ctx, found, text + (f"\nIt was used:{uses}" if uses else ""))


def trash(
    ctx: typer.Context,
    empty: Annotated[bool, typer.Option("--empty", help="Erase them for good.")] = False,
) -> None:
    """List the models in the trash, or erase them for good."""
    shelf = of(ctx).bench.model_shelf
    if empty:
        done = shelf.empty_trash()
        tell(ctx, done, f"{done['erased']} models erased")
        return
    listing(
        ctx,
        shelf.trash(),
        ("model", "name", "kind", "size", "removed"),
        lambda r: (r["id"], r["name"], r["kind"], output.size(r["bytes"]), r["trashed_at"]),
        empty="No model is in the trash",
    )


def restore(ctx: typer.Context, model: Trashed) -> None:
    """Put a model back from the trash."""
    found = of(ctx).bench.model_shelf.restore(model)
    tell(ctx, found, f"{found['name']} is back: {found['id']}")


def disk(ctx: typer.Context) -> None:
    """Show what models, caches and downloads take, and what is missing."""
    context = of(ctx)
    found = context.bench.model_shelf.overview()
    if context.json:
        output.line(found)
        return
    rows = [(f"models: {one['kind']}", one["bytes"], found["folder"]) for one in found["models"]]
    rows += [(f"cache: {one['name']}", one["bytes"], one["about"]) for one in found["caches"]]
    rows += [("checkpoints", found["checkpoints_bytes"], "of trainings")]
    rows += [(f"begun: {one['name']}", one["bytes"], one["folder"]) for one in found["partial"]]
    rows += [(f"trash: {one['name']}", one["bytes"], one["id"]) for one in found["trash"]]
    rows += [("free", found["free_bytes"], "")]
    output.table(
        ("what", "size", "where"),
        ((what, output.size(size), where) for what, size, where in rows),
        empty="",
    )
    for one in found["missing"]:
        wanted = ", ".join(_used(use) for use in one["wanted_by"])
        output.say(f"missing: {one['name']}, {wanted}: {one['how']}")


def _used(use: dict[str, Any]) -> str:
    by = f"{use['kind']} {use['name']}".strip()
    return f"{by}: {use['what']}" + (f" ({use['setting']})" if use["setting"] else "")


def install(group: typer.Typer) -> None:
    """Add the verbs."""
    for verb in (verify, remove, trash, restore, disk):
        group.command()(verb)
