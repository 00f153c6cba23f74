"""`models push`: to a hub, only when asked."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import of, tell
from sightline.core.errors import InvalidInputError


def push(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="Id or name (the newest) of the model.")],
    repo: Annotated[str, typer.Option(help="Repository of the hub, as in OWNER/NAME.")] = "",
    private: Annotated[
        bool, typer.Option("--private", help="Make the repository a private one.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show every file; make no connection.")
    ] = False,
) -> None:
    """Push a model to a hub. The token comes from SIGHTLINE_HUB_TOKEN or HF_TOKEN."""
    context = of(ctx)
    pushing = context.bench.pushing
    with output.bar("push", quiet=context.quiet) as bar:
        if dry_run:
            tell(ctx, found := pushing.plan(model, repo, progress=bar), _shown(found))
            return
        if not repo:
            raise InvalidInputError("say where to", hint="--repo OWNER/NAME, or --dry-run")
        found = pushing.push(model, repo, private=private, progress=bar)
    tell(ctx, found, f"pushed {found['name']}: {found['url']}")


def _shown(plan: dict[str, Any]) -> str:
    lines = [f"{output.size(one['bytes']):>10}  {one['name']}" for one in plan["files"]]
    where = f"{plan['endpoint']}/{plan['repo'] or 'OWNER/NAME'}"
    token = f"a token is in {plan['token']}" if plan["token"] else "there is no token yet"
    last = f"{output.size(plan['bytes']):>10}  to {where}; {token}. Nothing was sent."
    licence = [] if plan["licence"] else ["the model's card notes no licence"]
    return "\n".join([*lines, *licence, last])


def install(group: typer.Typer) -> None:
    """Add the verb to `models`."""
    group.command()(push)
