"""`edit`, `rename`, `build` and `builds`: what is done to pictures before others train on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.cli.follow import follow
from sightline.core.errors import InvalidInputError

Project = Annotated[str, typer.Argument(help="Name of the project.")]
Pictures = Annotated[list[str] | None, typer.Argument(help="Ids or paths. Default: all.")]
builds = typer.Typer(no_args_is_help=True, help="Builds: list, delete.")


def edit(
    ctx: typer.Context,
    project: Project,
    images: Pictures = None,
    crop: Annotated[
        str | None,
        typer.Option(help="left,top,width,height: shares of the upright picture, 0 to 1."),
    ] = None,
    rotate: Annotated[float | None, typer.Option(help="Degrees clockwise.")] = None,
    turn: Annotated[float, typer.Option(help="Degrees clockwise on top of each one's own.")] = 0.0,
    flip: Annotated[bool | None, typer.Option(help="Mirror left to right.")] = None,
    zoom: Annotated[float | None, typer.Option(help="1 to 50.")] = None,
    aspect: Annotated[
        str | None, typer.Option(help="Shape of what comes out, as 4:3 or 1.5; 0: any.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="First forget what was done.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only.")] = False,
) -> None:
    """Say what builds do to pictures: crop, turn, mirror. The files stay; one undo step."""
    bench = of(ctx).bench
    found = bench.projects.get(project)
    given: dict[str, Any] = {
        "crop": None if crop is None else _numbers(crop),
        "rotate": rotate,
        "flip": flip,
        "zoom": zoom,
        "aspect": None if aspect is None else _aspect(aspect),
    }
    result = bench.edits.change(
        found,
        image_ids=_ids(bench, found, images),
        edit={key: one for key, one in given.items() if one is not None},
        turn=turn,
        reset=reset,
        dry_run=dry_run,
    )
    would = "would be changed" if dry_run else "changed"
    tell(ctx, result, f"{result['description']} ({result['changed']:,} {would})")


def rename(
    ctx: typer.Context,
    project: Project,
    pattern: Annotated[
        str,
        typer.Argument(
            help="As in {class}_{n:4}. Fields: name, n, k (within the class), class, tags, split, "
            'id. "": the files\' own names.'
        ),
    ],
    images: Pictures = None,
    start: Annotated[int, typer.Option(min=0, help="Where the counters begin.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the names only.")] = False,
) -> None:
    """Name pictures by a pattern, in builds and exports. The files keep theirs; one undo step."""
    context = of(ctx)
    bench = context.bench
    found = bench.projects.get(project)
    result = bench.edits.rename(
        found, pattern, image_ids=_ids(bench, found, images), start=start, dry_run=dry_run
    )
    if context.json:
        output.line(result)
        return
    rows = ((one["before"], one["after"]) for one in result["names"][:20])
    output.table(("before", "after"), rows, empty="")
    if result["collisions"]:
        output.say(f"there twice: {', '.join(result['collisions'][:5])}")
    output.say(f"{result['changed']:,} names {'would change' if dry_run else 'changed'}")


def build(
    ctx: typer.Context,
    project: Project,
    size: Annotated[int, typer.Option(help="Side in pixels, 64 to 1024.")] = 256,
    fit: Annotated[
        Literal["stretch", "crop", "letterbox", "inside"],
        typer.Option(help="inside: the long side is the size at most, nothing grows."),
    ] = "inside",
    format_: Annotated[
        Literal["jpeg", "png", "webp"], typer.Option("--format", help="Of the files.")
    ] = "jpeg",
    quality: Annotated[int, typer.Option(help="Of JPEG and WebP, 1 to 100.")] = 92,
    layout: Annotated[
        Literal["split/class", "class", "split", "flat"], typer.Option(help="Folders.")
    ] = "split/class",
    name: Annotated[
        str, typer.Option(help="Replaces the build of that name. Default: after its size.")
    ] = "",
) -> None:
    """Make the labelled pictures, edited, at one size, in folders that other trainers read."""
    context = of(ctx)
    bench = context.bench
    job = bench.builds.start(
        bench.projects.get(project),
        name=name,
        size=size,
        fit=fit,
        format=format_,
        quality=quality,
        layout=layout,
    )
    report = follow(context, job["id"], "build")
    unreadable = len(report["unreadable"])
    tell(
        ctx,
        report,
        f"{report['pictures']:,} pictures in {report['path']} ({report['made']:,} made now"
        f"{f', {unreadable:,} cannot be read' if unreadable else ''})",
    )


@builds.command("list")
def list_(ctx: typer.Context, project: Project) -> None:
    """List the builds, those in the making first, then the newest."""
    bench = of(ctx).bench
    listing(
        ctx,
        bench.builds.all(bench.projects.get(project)),
        ("build", "size", "format", "pictures", "unreadable", "state"),
        lambda one: (
            one["name"],
            one["size"],
            one["format"],
            one.get("pictures"),
            one.get("unreadable"),
            "in the making" if one["job"] else "stale" if one["stale"] else "up to date",
        ),
        empty="There are no builds: sightline build PROJECT",
    )


@builds.command()
def delete(
    ctx: typer.Context,
    project: Project,
    name: Annotated[str, typer.Argument(help="Name of the build.")],
) -> None:
    """Move a build to the trash."""
    bench = of(ctx).bench
    tell(ctx, bench.builds.delete(bench.projects.get(project), name), f"{name} is in the trash")


def _ids(bench: Any, project: Any, images: list[str] | None) -> list[int]:
    if images:
        found: list[int] = bench.labels.image_ids(project, images)
        return found
    state = bench.store.state.get(project.id)
    every: list[int] = state.image_id[state.alive].tolist()
    return every


def _numbers(text: str) -> list[float]:
    try:
        return [float(one) for one in text.split(",")]
    except ValueError as error:
        raise InvalidInputError(f"no crop {text!r}", hint="as in 0.1,0.1,0.8,0.8") from error


def _aspect(text: str) -> float:
    width, colon, height = text.partition(":")
    try:
        return float(width) / float(height) if colon else float(width)
    except (ValueError, ZeroDivisionError) as error:
        raise InvalidInputError(f"no shape {text!r}", hint="as in 4:3, 1.5 or 0") from error


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(edit)
    app.command()(rename)
    app.command()(build)
    app.add_typer(builds, name="builds")
