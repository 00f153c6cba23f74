"""`media`: pictures and clips to look at, and how long they are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.core.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from sightline.core.media import Media

group = typer.Typer(
    no_args_is_help=True, help="Pictures and clips to look at: list, add, show, keep, erase."
)
Id = Annotated[str, typer.Argument(help="Id of the medium.")]
Hours = Annotated[float | None, typer.Option(help="Erase it after so many hours.")]


@group.command("list")
def list_(ctx: typer.Context) -> None:
    """List media, the newest first."""
    listing(
        ctx,
        [_row(one) for one in of(ctx).bench.media.all()],
        ("medium", "kind", "name", "size", "pixels", "seconds", "state", "kept until"),
        lambda r: (
            r["media_id"],
            r["kind"],
            r["name"],
            output.size(r["bytes"]),
            f"{r['facts']['width']}x{r['facts']['height']}" if r["facts"]["width"] else "",
            f"{r['facts']['duration_s']:.1f}" if r["facts"]["duration_s"] else "",
            r["state"],
            r["expires_at"] or {"keep": "erased", "never": "not stored"}.get(r["retention"]),
        ),
        empty="No media yet: sightline media add FILE",
    )


@group.command()
def add(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A picture or a clip.")],
    name: Annotated[str, typer.Option(help="What to call it. Default: as the file.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Until it is erased.")] = False,
    hours: Hours = None,
    blur_faces: Annotated[
        bool, typer.Option("--blur-faces", help="Blur faces before anything is stored.")
    ] = False,
    blur: Annotated[
        list[str] | None,
        typer.Option(help="Blur a region: x1,y1,x2,y2 as shares, 0 to 1. May be repeated."),
    ] = None,
) -> None:
    """Copy a picture or a clip into the workspace, for a while, blurred if that is wished."""
    from sightline.app.media.terms import blur_of, region_of

    bench = of(ctx).bench
    retention = "keep" if keep else "hours" if hours is None else None
    if retention == "hours" and not bench.settings.media_retention_h:
        raise InvalidInputError(
            "the setting media_retention_h says that nothing is stored",
            hint="give --hours or --keep",
        )
    wanted = blur_of(faces=blur_faces, regions=[region_of(one) for one in blur or []])
    if wanted.faces and not of(ctx).quiet:
        output.notes().print(bench.media.faces.found().note, markup=False)
    try:
        with file.open("rb") as stream:
            media = bench.media.receive(
                stream, name or file.name, retention=retention, hours=hours, blur=wanted
            )
    except OSError as error:
        raise NotFoundError(
            f"{file} cannot be read: {error.strerror}", hint="give the path of a picture or clip"
        ) from error
    media = bench.media.ready(media.id)
    until = f"until {media.expires_at}" if media.expires_at else "until it is erased"
    tell(ctx, _row(media), f"{media.kind} {media.name}, kept {until}: {media.id}")


@group.command()
def show(ctx: typer.Context, medium: Id) -> None:
    """Show what is known of a medium."""
    output.line(_row(of(ctx).bench.media.get(medium)))


@group.command()
def keep(ctx: typer.Context, medium: Id, hours: Hours = None) -> None:
    """Keep a medium until it is erased, or for so many hours from now."""
    retention = "keep" if hours is None else "hours"
    media = of(ctx).bench.media.keep(medium, retention=retention, hours=hours)
    until = media.expires_at or "it is erased"
    tell(ctx, _row(media), f"{media.name} is kept until {until}")


@group.command()
def erase(
    ctx: typer.Context,
    media: Annotated[list[str] | None, typer.Argument(help="Ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    expired: Annotated[bool, typer.Option("--expired", help="Whose time is over.")] = False,
) -> None:
    """Erase media now, with all that was made of them. There is no trash for them."""
    bench = of(ctx).bench
    ids = [one.id for one in bench.media.all()] if every else list(media or [])
    if not ids and not every and not expired:
        raise InvalidInputError("nothing is named", hint="give ids, --expired or --all")
    gone = [bench.media.erase(one) for one in ids]
    swept = bench.media.sweep() if expired else []
    freed = sum(one["freed_bytes"] for one in gone)
    result = {"erased": [one["id"] for one in gone] + list(swept), "freed_bytes": freed}
    tell(ctx, result, f"{len(result['erased'])} erased, {output.size(freed)} freed")


def _row(media: Media) -> dict[str, Any]:
    """Return a medium as the API shows it."""
    from sightline.app.media.rows import row

    return row(media)


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    from sightline.cli.verbs import media_texts

    media_texts.install(group)
    app.add_typer(group, name="media")
