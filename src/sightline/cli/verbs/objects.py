"""`objects` and `review`: what is drawn in pictures, what looks wrong, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.cli.verbs.labels import Project
from sightline.core.errors import InvalidInputError
from sightline.core.objects import ObjectChange

if TYPE_CHECKING:
    from sightline.app import Workbench

ROUND = 1
Image = Annotated[str | None, typer.Argument(help="Id or path of an image.", metavar="IMAGE")]
Images = Annotated[
    list[str] | None, typer.Argument(help="Ids or paths of images.", metavar="IMAGE")
]


def objects(
    ctx: typer.Context,
    project: Project,
    image: Image = None,
    check: Annotated[
        Literal["tiny", "huge", "outside", "duplicate", "overlap"] | None,
        typer.Option(help="List the objects that this check is about, the worst first."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many lines of a check.")] = 100,
    forget_waiting: Annotated[
        bool, typer.Option("--forget-waiting", help="Throw away labels that wait for pictures.")
    ] = False,
) -> None:
    """Show what is drawn in a project or in one image, and what looks like a slip."""
    bench = of(ctx).bench
    found = bench.projects.get(project)
    if forget_waiting:
        gone = bench.waiting.forget(found)
        tell(ctx, gone, f"labels of {gone['deleted']:,} pictures no longer wait")
    elif check is not None:
        _findings(ctx, bench.object_review.findings(found, check, limit=limit)["items"])
    elif image is not None:
        _image(ctx, bench.objects.form(bench.labels.image_ids(found, [image])[0]))
    else:
        _summary(ctx, bench, project)


def _summary(ctx: typer.Context, bench: Workbench, project: str) -> None:
    found = bench.projects.get(project)
    told = bench.objects.summary(found) | bench.object_review.counts(found)
    told["checks"] = told.pop("counts")
    told["waiting"] = bench.waiting.get(found, limit=1)["count"]
    if of(ctx).json:
        output.line(told)
        return
    output.say(f"{told['objects']:,} objects in {told['drawn']:,} of {told['images']:,} images")
    output.say(", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in told["review"].items()))
    slips = [f"{kind} {count:,}" for kind, count in told["checks"].items() if count]
    output.say(f"worth a look: {', '.join(slips)}" if slips else "no object looks like a slip")
    if told["waiting"]:
        output.say(f"labels of {told['waiting']:,} pictures wait for them to come")
    rows = ((one["name"], f"{one['objects']:,}") for one in told["classes"])
    output.table(("class", "objects"), rows, empty="")


def _image(ctx: typer.Context, form: dict[str, Any]) -> None:
    if of(ctx).json:
        output.line(form)
        return
    note = f": {form['note']}" if form["note"] else ""
    output.say(f"image {form['image_id']}, {form['review'].replace('_', ' ')}{note}")
    rows = ((one["uid"], one["kind"], one["class_id"], one["source"]) for one in form["objects"])
    output.table(("object", "kind", "class", "from"), rows, empty="Nothing is drawn in it.")


def _findings(ctx: typer.Context, rows: list[dict[str, Any]]) -> None:
    listing(
        ctx,
        rows,
        ("image", "object", "why", "where"),
        lambda r: (r["image_id"], r["uid"], r["why"], _place(r["bounds"])),
        empty="Nothing looks like it.",
    )


def _place(bounds: list[float]) -> str:
    return ", ".join(f"{one:.{ROUND}f}" for one in bounds)


def review(
    ctx: typer.Context,
    project: Project,
    images: Images = None,
    status: Annotated[
        Literal["todo", "in_progress", "done", "reviewed", "rejected"] | None,
        typer.Option("--set", help="Give the images this status."),
    ] = None,
    note: Annotated[str | None, typer.Option(help="Why; kept with the images.")] = None,
) -> None:
    """Show how far the drawing is and which image is next, or give images a status."""
    bench = of(ctx).bench
    found = bench.projects.get(project)
    if not images:
        if status is not None or note is not None:
            raise InvalidInputError("of which images?", hint="name them, by id or path")
        told = bench.objects.summary(found)["review"] | bench.objects.next_open(found, None)
        counts = (f"{key.replace('_', ' ')} {told[key]:,}" for key in list(told)[:-2])
        following = "" if told["image_id"] is None else f"; next: image {told['image_id']}"
        tell(ctx, told, ", ".join(counts) + following)
        return
    if status is None and note is None:
        raise InvalidInputError("what shall they be?", hint="say --set STATUS or --note TEXT")
    ids = bench.labels.image_ids(found, images)
    changes = [ObjectChange(image_id=one, review=status, note=note) for one in ids]
    done = bench.objects.change(found, changes)
    tell(ctx, done, done["description"])


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(objects)
    app.command()(review)
