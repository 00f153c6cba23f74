"""`labels` and `heads`: what people said, and the small classifier that learns from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.core.skeletons import skeleton_of_words

labels = typer.Typer(no_args_is_help=True, help="Labels: set, undo, classes, tags.")
heads = typer.Typer(no_args_is_help=True, help="Heads: small classifiers on frozen embeddings.")
Project = Annotated[str, typer.Argument(help="Name of the project.")]
_NO_HELD: Final = "nothing could be held out yet: label two pictures or more of each class"
_NO_TEST: Final = "it is measured here once 50 pictures of the test split are labelled"


@labels.command("set")
def set_(
    ctx: typer.Context,
    project: Project,
    csv: Annotated[Path, typer.Option(help="A table with the columns path,label or path,tags.")],
) -> None:
    """Label from a table; classes are made as needed; one undo step."""
    context = of(ctx)
    result = context.bench.set_labels(project, csv)
    if context.json:
        output.line(result)
        return
    output.say(f"{result['written']:,} labels written, {len(result['unmatched']):,} unmatched")
    for path in result["unmatched"][:20]:
        output.say(f"  {path}")


@labels.command()
def undo(ctx: typer.Context, project: Project) -> None:
    """Take back your newest change."""
    bench = of(ctx).bench
    told(ctx, bench.labels.undo(bench.projects.get(project)))


@labels.command()
def redo(ctx: typer.Context, project: Project) -> None:
    """Do again what you undid last."""
    bench = of(ctx).bench
    told(ctx, bench.labels.redo(bench.projects.get(project)))


@labels.command()
def classes(ctx: typer.Context, project: Project) -> None:
    """List the classes with their keys and counts."""
    context = of(ctx)
    bench = context.bench
    rows = bench.labels.classes(bench.projects.get(project))
    listing(
        ctx,
        rows,
        ("id", "class", "key", "colour", "images"),
        lambda r: (r["id"], r["name"], r["hotkey"], r["colour"], r["count"]),
        empty="There are no classes yet: sightline labels add-class PROJECT NAME",
    )


@labels.command("add-class")
def add_class(
    ctx: typer.Context,
    project: Project,
    name: Annotated[str, typer.Argument(help="Name of the class.")],
    colour: Annotated[str | None, typer.Option(help="As in #3fa9f5. Default: chosen.")] = None,
    key: Annotated[str | None, typer.Option(help="1 to 9. Default: the next free one.")] = None,
) -> None:
    """Make a class."""
    bench = of(ctx).bench
    made = bench.labels.add_class(bench.projects.get(project), name, colour=colour, hotkey=key)
    tell(ctx, made, f"made class {made['name']}, id {made['id']}")


@labels.command("edit-class")
def edit_class(
    ctx: typer.Context,
    class_id: Annotated[int, typer.Argument(help="Id of the class; see `labels classes`.")],
    name: Annotated[str | None, typer.Option(help="New name.")] = None,
    colour: Annotated[str | None, typer.Option(help="New colour, as in #3fa9f5.")] = None,
    key: Annotated[str | None, typer.Option(help="New key, 1 to 9; none takes it away.")] = None,
    position: Annotated[
        int | None, typer.Option(min=0, help="New place among the classes, from 0.")
    ] = None,
    skeleton: Annotated[
        str | None,
        typer.Option(help='Keypoints, as in "nose,left eye,right eye;1-2,1-3"; or none.'),
    ] = None,
) -> None:
    """Change a class's name, colour, key, place or skeleton."""
    asked = {"name": name, "colour": colour, "hotkey": key, "position": position}
    values: dict[str, Any] = {field: one for field, one in asked.items() if one is not None}
    if key == "none":
        values["hotkey"] = None
    if skeleton is not None:
        values["skeleton"] = skeleton_of_words(skeleton)
    made = of(ctx).bench.labels.edit_class(class_id, **values)
    tell(ctx, made, f"class {class_id} is {made['name']}")


@heads.command("show")
def show_head(ctx: typer.Context, project: Project) -> None:
    """Show the newest head of a project that learns beside you."""
    bench = of(ctx).bench
    show_live(ctx, project, bench.heads.require(bench.projects.get(project)))


def show_live(ctx: typer.Context, project: str, head: dict[str, Any]) -> None:
    """Print what the head that learns beside a person came to."""
    if of(ctx).json:
        output.line(head)
        return
    if head.get("model"):
        output.say(head["note"])
    else:
        output.say(f"{head['labels']} labels, calibrated by {head['method']}")
    if head.get("estimate"):
        output.say(head["estimate"]["text"])
    if head["accuracy"] is None:
        output.say(_NO_TEST if head.get("model") else _NO_HELD)
        return
    output.say(
        f"accuracy {head['accuracy']:.1%}, log loss {head['log_loss']:.3f}, ECE {head['ece']:.3f} "
        f"(measured on: {head['measured_on']})"
    )
    if head.get("tags"):
        _show_tags(ctx, project, head)


def _show_tags(ctx: typer.Context, project: str, head: dict[str, Any]) -> None:
    bench = of(ctx).bench
    names = {one["id"]: one["name"] for one in bench.labels.classes(bench.projects.get(project))}
    output.say(f"macro F1 {head['macro_f1']:.3f}, micro F1 {head['micro_f1']:.3f}")
    output.table(
        ("tag", "from", "precision", "recall", "F1", "average precision", "images"),
        (
            (
                names.get(one["class_id"], "(deleted)"),
                *(
                    f"{one[name]:.2f}"
                    for name in ("threshold", "precision", "recall", "f1", "average_precision")
                ),
                one["support"],
            )
            for one in head["tags"]
        ),
        empty="",
    )


def told(ctx: typer.Context, result: dict[str, Any]) -> None:
    """Print what a change did."""
    tell(ctx, result, result["description"])


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(labels, name="labels")
    app.add_typer(heads, name="heads")
