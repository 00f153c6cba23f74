"""The map verb: lay a project's images out on a plane."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sightline.cli.context import of, tell
from sightline.cli.follow import follow
from sightline.core.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = ("id", "path", "x", "y", "cluster")


def map_(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    method: Annotated[
        Literal["pca", "umap", "pacmap", "tsne"], typer.Option(help="How to lay them out.")
    ] = "umap",
    mode: Annotated[
        Literal["auto", "update", "new"],
        typer.Option(help="update: place what is new; new: lay out all; auto: what is needed."),
    ] = "auto",
    neighbours: Annotated[
        int | None, typer.Option(help="Neighbours of each picture, 2 to 200. Default: 15.")
    ] = None,
    min_dist: Annotated[
        float | None, typer.Option(help="How near points may come (umap), 0 to 1. Default: 0.1.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, another map. Default: 0.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write id, path, x, y and cluster to this CSV file.")
    ] = None,
) -> None:
    """Lay the pictures out so that similar ones lie together; embeds what is not embedded."""
    context = of(ctx)
    bench = context.bench
    found = bench.projects.get(project)
    options = {"neighbours": neighbours, "min_dist": min_dist, "seed": seed}
    given = {name: value for name, value in options.items() if value is not None}
    job = bench.maps.start(found, method, mode=mode, **given)
    result = follow(context, job["id"], "map")
    if out is not None:
        _write(out, bench.map_drawing.rows(found, method))
        result["out"] = str(out)
    text = (
        f"{result['images']:,} pictures on the {method} map of {project}: "
        f"{result['clusters']} clusters, {result['outliers']:,} outliers, "
        f"in {result['seconds']:.1f} s"
    )
    tell(ctx, result, text + (f"\nwritten to {out}" if out is not None else ""))


def _write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            table.writerows(rows)
    except OSError as error:
        raise StorageError(
            f"cannot write {path}: {error.strerror}", hint="choose another place with --out"
        ) from error


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("map")(map_)
