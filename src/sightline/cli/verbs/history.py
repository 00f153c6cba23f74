"""`history` and `snapshots`: who changed what, named states, and what differs between them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.cli.verbs.labels import Project, told
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from sightline.app import Workbench

SHOWN = 20


def history(
    ctx: typer.Context,
    project: Project,
    image: Annotated[
        str | None, typer.Option(metavar="IMAGE", help="Id or path: what stands on this image.")
    ] = None,
    person: Annotated[str, typer.Option(help="Only changes of this person.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many lines.")] = 20,
    before: Annotated[int, typer.Option(min=0, help="Only changes older than this number.")] = 0,
) -> None:
    """Show who changed what, newest first: in a project, or on one image."""
    bench = of(ctx).bench
    found = bench.projects.get(project)
    if image is None:
        entries = bench.labels.history(found, limit=limit, before=before, person=person)
        rows = [bench.items.entry(one) for one in entries]
    else:
        image_id = bench.labels.image_ids(found, [image])[0]
        rows = [asdict(one) for one in bench.labels.image_history(image_id, limit=limit)]
    names = {one["id"]: one["name"] for one in bench.labels.classes(found)}
    listing(
        ctx,
        rows,
        ("seq", "when", "who", "what", ""),
        lambda r: (r["seq"], r["at"][:19], r["actor"], r["description"], _after(r, names)),
        empty="Nothing has been changed yet.",
    )


def _after(row: dict[str, Any], names: dict[int, str]) -> str:
    if "before" not in row:
        return "undone" if row["undone"] else ""
    return f"{_state(row['before'], names)} -> {_state(row['after'], names)}"


def _state(state: dict[str, Any], names: dict[int, str]) -> str:
    ids = ([] if state["class_id"] is None else [state["class_id"]]) + state["tags"]
    if state["status"] == "labelled" and ids:
        return " + ".join(names.get(one, f"class {one}") for one in ids)
    return "none of these" if state["status"] == "labelled" else str(state["status"])


def snapshots(
    ctx: typer.Context,
    project: Project,
    action: Annotated[
        Literal["create", "list", "diff", "restore", "delete"],
        typer.Argument(help="create NAME, list, diff FROM [TO], restore NAME, delete NAME."),
    ],
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Names of snapshots; TO is now when it is left out.", metavar="NAME"),
    ] = None,
) -> None:
    """Keep all labels under a name, compare such states, and go back to one."""
    given = names or []
    least, most = {"list": (0, 0), "diff": (1, 2)}.get(action, (1, 1))
    if not least <= len(given) <= most:
        raise InvalidInputError(
            f"snapshots {action} takes {most or 'no'} name{'s' * (most > 1)}",
            hint="see `sightline snapshots --help`",
        )
    _ACTIONS[action](ctx, of(ctx).bench, project, given)


def _create(ctx: typer.Context, bench: Workbench, project: str, names: list[str]) -> None:
    made = bench.labels.snapshot(bench.projects.get(project), names[0])
    tell(ctx, made, f"snapshot {made['name']}: {made['labelled']:,} labels")


def _list(ctx: typer.Context, bench: Workbench, project: str, _names: list[str]) -> None:
    listing(
        ctx,
        bench.labels.snapshots(bench.projects.get(project)),
        ("name", "when", "who", "labels"),
        lambda r: (r["name"], r["at"][:19], r["actor"], r["labelled"]),
        empty="There are no snapshots.",
    )


def _diff(ctx: typer.Context, bench: Workbench, project: str, names: list[str]) -> None:
    told_ = bench.labels.diff(bench.projects.get(project), *names)
    if of(ctx).json:
        output.line(told_)
        return
    output.say(f"{told_['changed']:,} images differ from {told_['from']} to {told_['to']}")
    output.table(
        ("before", "after", "images"),
        ((one["before"], one["after"], f"{one['count']:,}") for one in told_["summary"][:SHOWN]),
        empty="",
    )


def _restore(ctx: typer.Context, bench: Workbench, project: str, names: list[str]) -> None:
    told(ctx, bench.labels.restore(bench.projects.get(project), names[0]))


def _delete(ctx: typer.Context, bench: Workbench, project: str, names: list[str]) -> None:
    gone = bench.labels.delete_snapshot(bench.projects.get(project), names[0])
    tell(ctx, gone, f"the snapshot {gone['name']} is gone")


_ACTIONS = {
    "create": _create,
    "list": _list,
    "diff": _diff,
    "restore": _restore,
    "delete": _delete,
}


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(history)
    app.command()(snapshots)
