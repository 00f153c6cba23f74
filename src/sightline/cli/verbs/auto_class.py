"""`autoclass`: a head says which class objects have; a person takes what is right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import of, tell
from sightline.cli.follow import follow
from sightline.cli.verbs.assist import box_of
from sightline.core.errors import InvalidInputError, UnknownClassError, did_you_mean

if TYPE_CHECKING:
    from sightline.app import Workbench
    from sightline.store.projects import Project

SHOWN = 20
MOST = 1_000_000_000


def autoclass(
    ctx: typer.Context,
    project: Annotated[
        str, typer.Argument(help="Name of a project; or id or path of one image of any project.")
    ],
    images: Annotated[
        list[str] | None,
        typer.Argument(help="Ids or paths of images of the project. Default: all."),
    ] = None,
    box: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X1,Y1,X2,Y2", help="Only say what is in this box of one image. Repeatable."
        ),
    ] = None,
    class_: Annotated[
        str | None, typer.Option("--class", help="Only objects of this class.")
    ] = None,
    head: Annotated[str, typer.Option(help="Name or id of a head. Default: the project's.")] = "",
    min_prob: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least probability of a class.")
    ] = None,
    margin: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least lead over the second class.")
    ] = None,
    bg_margin: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least lead over the background.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Change the classes, as one undo step.")
    ] = False,
) -> None:
    """Say which objects should be of another class; nothing is changed without --apply."""
    context = of(ctx)
    bench = context.bench
    found, named = _meant(bench, project, images or [])
    asked = {"min_prob": min_prob, "margin": margin, "bg_margin": bg_margin}
    guard = {name: value for name, value in asked.items() if value is not None}
    ids = [_image(bench, found, one) for one in named] or None
    if box:
        _look(ctx, ids or [], box, head=head, guard=guard)
        return
    class_id = None if class_ is None else _class(bench, found, class_)
    job = bench.auto_class.start(found, image_ids=ids, class_id=class_id, head=head, guard=guard)
    done = follow(context, job["id"], "check classes")
    result = {"job": job["id"], **done, "items": _items(bench, found, job["id"]), "applied": None}
    if apply and done["changes"]:
        result["applied"] = bench.auto_class_review.apply_all(found, job["id"])
    tell(ctx, result, in_words(result))


def _look(
    ctx: typer.Context, ids: list[int], boxes: list[str], *, head: str, guard: dict[str, float]
) -> None:
    if len(ids) != 1:
        raise InvalidInputError(
            "a box lies in one image", hint="name that image, as in autoclass cars 17 --box ..."
        )
    where = [box_of(one) for one in boxes]
    found = of(ctx).bench.auto_class.classify(ids[0], boxes=where, head=head, guard=guard)
    if of(ctx).json:
        output.line(found)
        return
    output.table(
        ("box", "class", "p", "taken", "why"),
        (
            (
                ", ".join(f"{side:g}" for side in one["box"]),
                one["class"],
                f"{one['p']:.2f}",
                "yes" if one["accepted"] else "no",
                one["why"],
            )
            for one in found["boxes"]
        ),
        empty="",
    )


def _items(bench: Workbench, project: Project, job_id: str) -> list[dict[str, Any]]:
    """Return all that would be changed, the surest first, with names of classes."""
    names = {row.id: row.name for row in bench.store.classes.list(project.id)}
    rows = bench.auto_class_review.listed(project, job_id, limit=MOST)["items"]
    shown = ("image_id", "uid", "bounds", "p", "margin")
    return [
        {key: row[key] for key in shown}
        | {side: names.get(row[side], str(row[side])) for side in ("from", "to")}
        for row in rows
    ]


def in_words(result: dict[str, Any]) -> str:
    """Return what came of it for people."""
    lines = [
        f"{result['objects']:,} objects in {result['images']:,} images by {result['head']}: "
        f"{result['agree']:,} agree, {result['unsure']:,} unsure, "
        f"{result['changes']:,} should be of another class"
    ]
    lines += [
        f"  image {one['image_id']}: {one['from']} -> {one['to']}  {one['p']:.2f}"
        for one in result["items"][:SHOWN]
    ]
    if len(result["items"]) > SHOWN:
        lines.append(f"  and {len(result['items']) - SHOWN:,} more: --json lists all")
    lines += [f"image {one['image_id']}: {one['reason']}" for one in result["skipped"]]
    if result["unknown"]:
        lines.append(f"classes that the project does not have: {', '.join(result['unknown'])}")
    applied = result["applied"]
    if applied is not None:
        lines.append(f"changed {applied['objects']:,} objects, left out {applied['left_out']:,}")
    elif result["changes"]:
        lines.append("nothing is changed yet: --apply")
    return "\n".join(lines)


def _meant(bench: Workbench, project: str, images: list[str]) -> tuple[Project, list[str]]:
    """Return a project with the images that are named; an image alone names its project."""
    if bench.store.projects.find(project) is None and not images:
        if project.isdecimal():
            row = bench.store.images.get(int(project))
            return bench.store.projects.by_id(row.project_id), [project]
        path = Path(project).absolute()
        for one in bench.store.projects.list() if path.is_file() else ():
            if bench.store.images.ordinal_at(one.id, path) is not None:
                return one, [project]
    return bench.projects.get(project), images


def _image(bench: Workbench, project: Project, image: str) -> int:
    found = bench.assist.subject(project, image).image_id
    if found is None:
        raise InvalidInputError(
            f"{image} is no picture of {project.name}", hint="add it first: sightline ingest"
        )
    return found


def _class(bench: Workbench, project: Project, name: str) -> int:
    ids = {row.name: row.id for row in bench.store.classes.list(project.id)}
    if name not in ids:
        raise UnknownClassError(f"no class {name!r}", hint=did_you_mean(name, ids))
    return ids[name]


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(autoclass)
