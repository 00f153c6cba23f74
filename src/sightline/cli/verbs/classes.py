"""More of `labels`: classes made one or parted, tags, and whole queues labelled at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from sightline.cli.context import of, tell
from sightline.cli.verbs.labels import Project, labels, told
from sightline.core.errors import InvalidInputError

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count; change nothing.")]
Images = Annotated[list[str], typer.Argument(help="Ids or paths of images.", metavar="IMAGE")]


@labels.command("delete-class")
def delete_class(
    ctx: typer.Context,
    class_id: Annotated[int, typer.Argument(help="Id of the class; see `labels classes`.")],
    dry_run: DryRun = False,
) -> None:
    """Delete a class; images without another are unlabelled; one undo step."""
    _counted(ctx, of(ctx).bench.labels.delete_class(class_id, dry_run=dry_run))


@labels.command("merge-classes")
def merge_classes(
    ctx: typer.Context,
    project: Project,
    classes: Annotated[
        list[str], typer.Argument(help="Names or ids of the classes that go.", metavar="CLASS")
    ],
    into: Annotated[str, typer.Option(help="Name or id of the class that stays.")],
    dry_run: DryRun = False,
) -> None:
    """Make several classes one; one undo step brings all of them back."""
    bench = of(ctx).bench
    found = bench.projects.get(project)
    ids = [bench.labels.class_id(found, one) for one in classes]
    target = bench.labels.class_id(found, into)
    _counted(ctx, bench.labels.merge_classes(found, ids, target, dry_run=dry_run))


@labels.command("split-class")
def split_class(
    ctx: typer.Context,
    project: Project,
    images: Images,
    class_: Annotated[str, typer.Option("--of", help="Name or id of the class they have.")],
    name: Annotated[str, typer.Option("--into", help="Name of the new class.")],
    dry_run: DryRun = False,
) -> None:
    """Move images of a class to a new class; one undo step."""
    bench = of(ctx).bench
    found = bench.projects.get(project)
    done = bench.bulk.split_class(
        found,
        bench.labels.class_id(found, class_),
        name,
        image_ids=bench.labels.image_ids(found, images),
        dry_run=dry_run,
    )
    _counted(ctx, done)


@labels.command()
def tag(
    ctx: typer.Context,
    project: Project,
    images: Images,
    add: Annotated[
        list[str] | None, typer.Option("--add", help="A tag to give. Repeatable.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", help="A tag to take away. Repeatable.")
    ] = None,
) -> None:
    """Give tags to images and take others away; one undo step."""
    bench = of(ctx).bench
    told(ctx, bench.labels.tag(bench.projects.get(project), images, add or [], remove or []))


@labels.command()
def bulk(
    ctx: typer.Context,
    project: Project,
    queue: Annotated[str, typer.Option(help="The queue whose images are meant; all: every one.")],
    class_: Annotated[
        str | None,
        typer.Option("--class", help="A class to give; predicted: the likeliest of each image."),
    ] = None,
    status: Annotated[
        Literal["unsure", "skipped", "unlabelled"] | None, typer.Option(help="A mark to give.")
    ] = None,
    add: Annotated[
        list[str] | None, typer.Option("--add", help="A tag to give. Repeatable.")
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", help="A tag to take away. Repeatable.")
    ] = None,
    dry_run: DryRun = False,
) -> None:
    """Label, mark or tag all images of a queue; one undo step."""
    bench = of(ctx).bench
    found = bench.projects.get(project)
    if sum(one is not None for one in (class_, status)) + bool(add or remove) != 1:
        raise InvalidInputError("say one thing", hint="--class, --status, or --add and --remove")
    class_id: Any = class_
    if class_ is not None and class_ != "predicted":
        class_id = bench.labels.class_id(found, class_)
    done = bench.bulk.change(
        found,
        view=bench.queues.make_view(found, queue)["id"],
        class_id=class_id,
        status=status,
        add_tags=[bench.labels.class_id(found, one) for one in add or []],
        remove_tags=[bench.labels.class_id(found, one) for one in remove or []],
        dry_run=dry_run,
    )
    _counted(ctx, done)


def _counted(ctx: typer.Context, done: dict[str, Any]) -> None:
    would = "" if done["seq"] is not None else "would change " if done["changed"] else "changes "
    text = f"{would}{done['changed']:,} images" if would else done["description"]
    tell(ctx, done, text)


def install(app: typer.Typer) -> None:
    """Add nothing: the verbs are of the group `labels`."""
    del app
