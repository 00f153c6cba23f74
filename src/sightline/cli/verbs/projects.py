"""`projects`: list, create, archive, restore, delete, erase, discover."""

from __future__ import annotations

from typing import Annotated

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell

group = typer.Typer(no_args_is_help=True, help="Projects: list, create, put away, throw away.")
Name = Annotated[str, typer.Argument(help="Name of the project.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    archived: Annotated[bool, typer.Option(help="Those that are archived.")] = False,
    trash: Annotated[bool, typer.Option(help="Those in the trash.")] = False,
) -> None:
    """List projects with their counts."""
    context = of(ctx)
    rows = context.bench.projects.all(archived=None if trash else archived, trashed=trash)
    listing(
        ctx,
        rows,
        ("project", "images", "labelled", "classes", "runs", "made"),
        lambda r: (
            r["name"],
            r["images"],
            r["labelled"],
            r["classes"],
            r["runs"],
            r["created_at"][:10],
        ),
        empty="No projects yet: sightline ingest FOLDER --project NAME",
    )


@group.command()
def create(ctx: typer.Context, name: Name) -> None:
    """Make an empty project."""
    context = of(ctx)
    bench = context.bench
    tell(ctx, bench.projects.summary(bench.projects.create(name)), f"made {name}")


@group.command()
def archive(ctx: typer.Context, name: Name) -> None:
    """Put a project away; `restore` fetches it back."""
    tell(ctx, of(ctx).bench.projects.archive(name), f"archived {name}")


@group.command()
def restore(ctx: typer.Context, name: Name) -> None:
    """Fetch a project back from the archive or the trash."""
    tell(ctx, of(ctx).bench.projects.restore(name), f"restored {name}")


@group.command()
def delete(ctx: typer.Context, name: Name) -> None:
    """Move a project to the trash; pictures outside the workspace are not touched."""
    result = of(ctx).bench.projects.delete(name)
    tell(ctx, result, f"{name} is in the trash: sightline projects restore {name!r} brings it back")


@group.command()
def erase(
    ctx: typer.Context,
    name: Name,
    confirm: Annotated[str, typer.Option(help="The project's name once more.")] = "",
) -> None:
    """Delete a project for good, with its journal, runs and caches."""
    tell(ctx, of(ctx).bench.projects.erase(name, confirm=confirm), f"erased {name}")


@group.command()
def discover(ctx: typer.Context) -> None:
    """Register folders that were put under WORKSPACE/projects by hand, and their pictures."""
    context = of(ctx)
    with output.bar("looking", quiet=context.quiet) as bar:
        found = context.bench.pictures.discover(progress=bar)
    tell(ctx, {"found": found}, f"found: {', '.join(found) or 'nothing new'}")


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(group, name="projects")
