"""`update`: look for a release, take it, go back. Nothing is asked of any server before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import of, tell

if TYPE_CHECKING:
    from sightline.app.updates import Updates

group = typer.Typer(no_args_is_help=True, help="The program: look for a release, take it, go back.")
Url = Annotated[
    str | None, typer.Option(help="Address of the manifest. Default: the setting update_url.")
]
Sha = Annotated[
    str, typer.Option("--sha256", help="The manifest's hash, where the publisher tells it.")
]
Root = Annotated[Path | None, typer.Option(help="The program's folder. Default: this one's.")]
SHOWN = 12


@group.command()
def check(ctx: typer.Context, url: Url = None, sha256: Sha = "", root: Root = None) -> None:
    """Say what an update would change. This asks the address, and changes nothing."""
    result = _updates(ctx, root).check(url=url, sha256=sha256)
    tell(ctx, result, _words(result))


@group.command()
def apply(
    ctx: typer.Context,
    url: Url = None,
    sha256: Sha = "",
    root: Root = None,
    skip: Annotated[
        list[str] | None, typer.Option(help="Path to leave alone, as docs/*. Repeatable.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only.")] = False,
    downgrade: Annotated[bool, typer.Option("--downgrade", help="Take an older release.")] = False,
) -> None:
    """Fetch and check every file of the release, then replace what differs."""
    with output.bar("updating", quiet=of(ctx).quiet) as progress:
        result = _updates(ctx, root).apply(
            url=url,
            sha256=sha256,
            skip=skip or (),
            dry_run=dry_run,
            downgrade=downgrade,
            progress=progress,
        )
    done = "Done. Start again: python3 run.py. To go back: sightline update rollback"
    tell(ctx, result, f"{_words(result)}\n{done}" if result["done"] else _words(result))


@group.command()
def rollback(ctx: typer.Context, root: Root = None) -> None:
    """Put back what the last update replaced."""
    result = _updates(ctx, root).rollback()
    kept = f" Kept beside: {', '.join(result['kept'])}" if result["kept"] else ""
    tell(ctx, result, f"Back from {result['from']} to {result['to']}.{kept}")


@group.command()
def manifest(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The release, as it will be published.")],
    version: Annotated[str, typer.Option(help="Its version, as 1.4.0.")],
    notes: Annotated[str, typer.Option(help="What changed, for people.")] = "",
    python: Annotated[str, typer.Option(help="Least Python.")] = "3.11",
) -> None:
    """Write FOLDER/manifest.json, which is published beside the files."""
    from sightline.core.files import write_atomic
    from sightline.flows.update.manifest import make_manifest

    target = folder / "manifest.json"
    target.unlink(missing_ok=True)
    made = make_manifest(folder, version, notes, python)
    write_atomic(target, made.to_bytes())
    result = {"manifest": str(target), "version": version, "files": len(made.files)}
    tell(ctx, result, f"{target}: {len(made.files)} files of {version}")


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(group, name="update")


def _updates(ctx: typer.Context, root: Path | None) -> Updates:
    """Return what updates; without the database, which a newer program may have changed."""
    from sightline.app.updates import Updates
    from sightline.settings import load_settings

    workspace = of(ctx).workspace
    return Updates(load_settings(workspace).settings, workspace, root)


def _words(result: dict[str, Any]) -> str:
    heads = {
        "current": "This is the newest: {here}.",
        "newer": "Version {there} can be had; this is {here}.",
        "older": "The address has {there}, older than this {here}.",
        "repair": "This is {here}, but files differ from its release.",
    }
    lines = [heads[result["state"]].format(**result)]
    if result["unfinished"]:
        lines.append("An update was cut short: sightline update rollback puts everything back.")
    if result["notes"]:
        lines.append(result["notes"])
    for key, text in (
        ("add", "new"),
        ("change", "changed"),
        ("remove", "removed"),
        ("skip", "left alone"),
        ("changed_here", "changed by you (a copy is kept)"),
    ):
        paths = result[key]
        if paths:
            more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
            lines.append(f"{text}: {', '.join(paths[:SHOWN])}{more}")
    if result["bytes"]:
        lines.append(f"to fetch: {output.size(result['bytes'])}")
    return "\n".join(lines)
