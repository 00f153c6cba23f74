"""`splits`: which pictures are learned from, chosen by and measured on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from sightline.cli import output
from sightline.cli.context import of


def splits(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    method: Annotated[
        Literal["hash", "group", "stratified", "kfold"],
        typer.Option(help="hash: each file; group: see --by; stratified: shares in every class."),
    ] = "hash",
    by: Annotated[
        str | None,
        typer.Option(
            help="What stays together: image, folder, folder:2 (the one above), name (without its "
            "counter), name:REGEX, near (doubles), day (EXIF)."
        ),
    ] = None,
    val: Annotated[
        float | None, typer.Option(help="Share of val, 0 to 1. Default: the project's.")
    ] = None,
    test: Annotated[
        float | None, typer.Option(help="Share of test, 0 to 1. Default: the project's.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Another seed gives another split. Default: the project's.")
    ] = None,
    keep: Annotated[
        bool | None,
        typer.Option(
            "--keep/--anew",
            help="Keep what a person, a folder or an earlier dealing has put somewhere. "
            "Default: only of stratified.",
        ),
    ] = None,
    folds: Annotated[int, typer.Option(help="Of kfold: how many.")] = 5,
    fold: Annotated[int, typer.Option(help="Of kfold: which one is val, from 0.")] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; move nothing.")] = False,
) -> None:
    """Put all pictures into train, val and test anew; one undo step."""
    context = of(ctx)
    bench = context.bench
    report = bench.splits.change(
        bench.projects.get(project),
        method=method,
        group_by=by,
        val=val,
        test=test,
        seed=seed,
        keep=keep,
        folds=folds,
        fold=fold,
        dry_run=dry_run,
    )
    if context.json:
        output.line(report)
        return
    _show(report)


def _show(report: dict[str, Any]) -> None:
    would = "would move" if report["dry_run"] else "moved"
    output.say(f"{report['moved']:,} of {report['images']:,} pictures {would}")
    rows = [{"name": "all", "before": report["before"], "after": report["after"]}]
    output.table(
        ("class", "train", "val", "test"),
        (
            (one["name"], *(_change(one, split) for split in ("train", "val", "test")))
            for one in [*rows, *report["classes"]]
        ),
        empty="",
    )
    for note in report["notes"]:
        output.say(f"note: {note}")


def _change(one: dict[str, Any], split: str) -> str:
    before, after = one["before"][split], one["after"][split]
    return f"{after:,}" if before == after else f"{before:,} -> {after:,}"


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(splits)
