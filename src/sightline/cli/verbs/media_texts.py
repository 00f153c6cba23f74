"""`media texts` and `media annotate`: what a narration left, to take away."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from sightline.cli import output
from sightline.cli.context import of, tell
from sightline.core.files import write_atomic

Id = Annotated[str, typer.Argument(help="Id of the medium.")]
Lang = Annotated[str | None, typer.Option(help="Of the newest narration in this language.")]


def texts(
    ctx: typer.Context,
    medium: Id,
    format_: Annotated[
        Literal["jsonl", "srt", "vtt"],
        typer.Option("--format", help="JSON lines, or subtitles: SubRip, WebVTT."),
    ] = "jsonl",
    lang: Lang = None,
    out: Annotated[Path | None, typer.Option(help="A file. Default: standard output.")] = None,
) -> None:
    """Write what was told of a medium: a line for each text, or subtitles."""
    content = of(ctx).bench.texts.file(medium, format_, lang=lang)
    if out is None:
        sys.stdout.write(content)
        return
    write_atomic(out, content)
    tell(ctx, {"path": str(out), "bytes": len(content.encode())}, f"wrote {out}")


def annotate(
    ctx: typer.Context,
    medium: Id,
    out: Annotated[Path, typer.Option(help="The clip to write, an .mp4 file.")],
    lang: Lang = None,
    captions: Annotated[
        bool, typer.Option(help="Write the texts at the foot of the picture.")
    ] = True,
) -> None:
    """Draw what was seen in a clip into a copy of it."""
    with output.bar("drawing", quiet=of(ctx).quiet) as progress:
        made = of(ctx).bench.annotated.write(
            medium, lang=lang, captions=captions, out=out, progress=progress
        )
    notes = "".join(f"; {one}" for one in made["notes"])
    tell(ctx, made, f"wrote {made['frames']} frames to {out}{notes}")


def install(group: typer.Typer) -> None:
    """Add them to `media`."""
    group.command()(texts)
    group.command()(annotate)
