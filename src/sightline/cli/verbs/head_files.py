"""`heads export`, `import` and `convert`: heads that go elsewhere and come from there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Context, Option

from sightline.cli import output
from sightline.cli.context import of, tell
from sightline.cli.verbs.labels import heads

if TYPE_CHECKING:
    import typer

Name = Annotated[str, Option(help="What to call it. Default: as the file.")]


@heads.command()
def export(
    ctx: Context,
    head: Annotated[str, Argument(help="Id or name (the newest) of the head.")],
    out: Annotated[
        Path | None, Option(help="File or folder to write. Default: NAME.zip here.")
    ] = None,
) -> None:
    """Write a head as a ZIP that another workspace takes in: numbers, card, names, hashes."""
    found = of(ctx).bench.head_files.export(head, out)
    tell(ctx, found, f"{found['path']} ({output.size(found['bytes'])})")


@heads.command("import")
def import_(
    ctx: Context,
    file: Annotated[Path, Argument(help="A ZIP of `heads export`, or its head.safetensors.")],
    name: Name = "",
) -> None:
    """Add a head that somebody exported. Nothing in it can run."""
    found = of(ctx).bench.head_files.take(file, name)
    tell(ctx, found, f"added {_said(found)}")


@heads.command()
def convert(
    ctx: Context,
    file: Annotated[
        Path, Argument(help="A pickle or joblib file with a classifier of scikit-learn.")
    ],
    meta: Annotated[
        Path | None,
        Option(help="Its metadata. Default: the .meta.pkl beside it; without: CLIP by length."),
    ] = None,
    labelmap: Annotated[
        Path | None, Option(help="Names of its classes: .txt, .yaml or .pkl; for numbered classes.")
    ] = None,
    encoder: Annotated[
        str, Option(help="Encoder here that gave its embeddings; see `engines`.")
    ] = "",
    name: Name = "",
) -> None:
    """Make a head of what another tool pickled. The file is read and never run."""
    found = of(ctx).bench.head_files.convert(
        file, meta=meta, labelmap=labelmap, encoder=encoder, name=name
    )
    notes = "".join(f"\nnote: {one}" for one in found["notes"])
    tell(ctx, found, f"converted {_said(found)}{notes}")


def _said(found: dict[str, Any]) -> str:
    told = found["head"]
    return (
        f"{found['name']} ({found['id']}): {len(found['classes'])} classes on {told['encoder']}, "
        f"{found['dim']} numbers"
    )


def install(app: typer.Typer) -> None:
    """Add nothing: the verbs stand in the group of `heads`."""
    del app
