"""`detect`: what words name in the pictures, for a person to accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.app.texts.wish import TextWish
from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.core.errors import InvalidInputError
from sightline.core.phrases import parse_pairs, split_phrases

if TYPE_CHECKING:
    from sightline.app.texts.shapes import Form


def detect(
    ctx: typer.Context,
    project: Annotated[str | None, typer.Argument(help="Name of the project.")] = None,
    engine: Annotated[str | None, typer.Option(help="Engine to ask; see --engines.")] = None,
    text: Annotated[
        str | None, typer.Option(help='What is to be found, as in "a cat, traffic light".')
    ] = None,
    segmenter: Annotated[
        str | None, typer.Option(help="Make each box tight by this segmenter; auto: the usual one.")
    ] = None,
    polygons: Annotated[
        bool, typer.Option("--polygons", help="Polygons in place of boxes; needs a segmenter.")
    ] = False,
    min_score: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Below it nothing is suggested; else what is usual."),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="Class of a text, as automobile=car. Repeatable."),
    ] = None,
    create: Annotated[bool, typer.Option("--create", help="Make the classes that lack.")] = False,
    tile: Annotated[
        int, typer.Option(min=0, max=8192, help="Look into tiles of so many pixels, too.")
    ] = 0,
    image: Annotated[
        list[int] | None, typer.Option(help="Only this image, by id. Repeatable.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="About pictures that were asked the same, too.")
    ] = False,
    accept: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Make what is so sure objects, as one undo step."),
    ] = None,
    engines: Annotated[bool, typer.Option("--engines", help="List the engines.")] = False,
) -> None:
    """Find what words name in the pictures; nothing is labelled until it is accepted."""
    context = of(ctx)
    if engines:
        listing(
            ctx,
            context.bench.text_finding.engines.listed(),
            ("engine", "what it is", "ready"),
            lambda r: (r["name"], r["description"], r["why"] or "yes"),
            empty="No engine finds things by words yet: sightline models add FOLDER --name NAME",
        )
        return
    if project is None or engine is None or text is None:
        raise InvalidInputError(
            "say of which project, whom to ask and for what",
            hint='sightline detect PROJECT --engine NAME --text "a, b"; see --engines',
        )
    form: Form = "polygon" if polygons else "box"
    wish = TextWish(
        engine=engine,
        texts=split_phrases(text),
        min_score=min_score,
        classes=parse_pairs(map_ or []),
        create=create,
        segmenter=segmenter,
        form=form,
        tile_px=tile,
    )
    bench = context.bench
    found = bench.projects.get(project)
    with output.bar("detect", quiet=context.quiet) as bar:
        result = bench.text_finding.perform(found, wish, image_ids=image, again=again, progress=bar)
    if accept is not None:
        result["accepted"] = bench.suggesting.accept(
            found,
            image_ids=image or bench.suggesting.image_ids(found),
            source=result["source"],
            min_score=accept,
            labels=set(result["labels"].values()),
        )
    tell(ctx, result, _told(result))


def _told(found: dict[str, Any]) -> str:
    lines = [f"{found['source']}: {found['objects']:,} objects in {found['images']:,} images"]
    if found["passed_over"]:
        lines.append(f"  {found['passed_over']:,} images were asked the same before: --again")
    if found["unreadable"]:
        lines.append(f"  {len(found['unreadable']):,} images cannot be read")
    if found["unknown"]:
        lines.append(f"  no class yet: {', '.join(found['unknown'])} (made when accepted)")
    if accepted := found.get("accepted"):
        lines.append(f"accepted {accepted['objects']:,} objects in {accepted['images']:,} images")
    return "\n".join(lines)


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(detect)
