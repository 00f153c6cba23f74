"""`assist` and `tweak`: boxes and clicks become the shapes of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.cli.follow import follow
from sightline.core.assist import MIN_IOU
from sightline.core.errors import InvalidInputError, UnknownClassError, did_you_mean

if TYPE_CHECKING:
    from sightline.core.geometry.shapes import Bounds

_BOX_NUMBERS = 4
_POINT_NUMBERS = (2, 3)


def assist(
    ctx: typer.Context,
    project: Annotated[str | None, typer.Argument(help="Name of the project.")] = None,
    image: Annotated[
        str | None, typer.Argument(help="Id or path of an image, or any picture.")
    ] = None,
    box: Annotated[
        str | None, typer.Option(metavar="X1,Y1,X2,Y2", help="About the object, pixels.")
    ] = None,
    point: Annotated[
        list[str] | None,
        typer.Option(metavar="X,Y,1", help="1 on the object, 0 beside it. Repeatable."),
    ] = None,
    engine: Annotated[str, typer.Option(help="Name of a segmenter.")] = "auto",
    engines: Annotated[bool, typer.Option("--engines", help="List the segmenters.")] = False,
) -> None:
    """Say what shape an object has that a box or clicks point at. Nothing is changed."""
    context = of(ctx)
    if engines:
        _engines(ctx)
        return
    if project is None or image is None:
        raise InvalidInputError("say where to look", hint="name a project and one of its images")
    where = None if box is None else box_of(box)
    points = tuple(map(_point, point or ()))
    found = context.bench.assist_image(project, image, box=where, points=points, engine=engine)
    if context.json:
        output.line(found)
        return
    output.table(
        ("score", "box", "corners"),
        (
            (
                f"{one['score']:.2f}",
                ", ".join(f"{side:.1f}" for side in one["box"]),
                _corners(one["polygon"]),
            )
            for one in found["candidates"]
        ),
        empty="Nothing was found there.",
    )


def tweak(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    class_: Annotated[str, typer.Option("--class", help="Name of the class.")],
    images: Annotated[list[int] | None, typer.Argument(help="Ids of images. Default: all.")] = None,
    engine: Annotated[str, typer.Option(help="Name of a segmenter.")] = "auto",
    min_iou: Annotated[
        float, typer.Option(min=0, max=1, help="Shapes that agree less with the old are not taken.")
    ] = MIN_IOU,
) -> None:
    """Make all boxes, polygons and masks of a class tight; one undo step."""
    context = of(ctx)
    bench = context.bench
    found = bench.projects.get(project)
    class_id = next(
        (one.id for one in bench.store.classes.list(found.id) if one.name == class_), None
    )
    if class_id is None:
        known = [one.name for one in bench.store.classes.list(found.id)]
        raise UnknownClassError(f"no class {class_!r}", hint=did_you_mean(class_, known))
    job = bench.tweaking.start(
        found, class_id, engine=engine, min_iou=min_iou, image_ids=images or None
    )
    done = follow(context, job["id"], "tweak")
    text = f"{done['changed']:,} of {done['objects']:,} changed in {done['images']:,} images"
    tell(ctx, done, text + "".join(f"\n{_skipped(one)}" for one in done["skipped"]))


def _skipped(one: dict[str, Any]) -> str:
    return f"image {one['image_id']} was left out: {one['reason']}"


def _engines(ctx: typer.Context) -> None:
    listing(
        ctx,
        of(ctx).bench.assist.engines.listed(),
        ("segmenter", "ready", "what it is"),
        lambda r: (
            r["name"] + (" (default)" if r["default"] else ""),
            r["why"] or "yes",
            r["description"],
        ),
        empty="",
    )


def box_of(text: str) -> Bounds:
    """Read a box as people write it: x1,y1,x2,y2."""
    x1, y1, x2, y2 = _numbers("--box", text, (_BOX_NUMBERS,))
    return x1, y1, x2, y2


def _point(text: str) -> tuple[float, float, bool]:
    x, y, *on = _numbers("--point", text, _POINT_NUMBERS)
    return x, y, not on or on[0] > 0


def _numbers(option: str, text: str, counts: tuple[int, ...]) -> list[float]:
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) not in counts:
        raise InvalidInputError(
            f"{option} {text!r} is not valid", hint="as in --box 10,20,110,90 or --point 60,50,1"
        )
    return found


def _corners(polygon: list[list[list[float]]] | None) -> Any:
    return None if polygon is None else sum(len(ring) // 2 for part in polygon for ring in part)


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(assist)
    app.command()(tweak)
