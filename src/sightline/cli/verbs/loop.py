"""The main loop's verbs: ingest, train, and demo, which runs all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sightline.app.runs.rows import headline
from sightline.cli import output
from sightline.cli.context import Context, of
from sightline.cli.follow import follow
from sightline.cli.verbs.folds import train_folds

Project = Annotated[str, typer.Option("--project", "-p", help="Name of the project.")]


def ingest(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(help="A folder of pictures, or one picture.")],
    project: Project,
    labels: Annotated[
        Literal["auto", "folders", "tags", "none"],
        typer.Option(
            help="folders: class folders; tags: .txt beside the pictures, however few; auto: tags "
            "if four fifths have some; none: no labels."
        ),
    ] = "auto",
    reference: Annotated[
        bool, typer.Option("--reference/--copy", help="Leave the files where they are, or copy.")
    ] = True,
    pages: Annotated[
        Literal["auto", "all", "first"],
        typer.Option(
            help="Images of one file. auto: a TIFF's pages; all: FITS planes and GIF frames too."
        ),
    ] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only; write nothing.")] = False,
    extensions: Annotated[
        str | None, typer.Option(help="Only these, as in .jpg,.png. Default: every kind known.")
    ] = None,
) -> None:
    """Register pictures in a project, which is made when it is not there."""
    context = of(ctx)
    with output.bar("ingest", quiet=context.quiet) as bar:
        report = context.bench.pictures.ingest(
            project,
            source,
            labels=labels,
            copy=not reference,
            extensions=None if extensions is None else extensions.split(","),
            pages=pages,
            dry_run=dry_run,
            progress=bar,
        )
    if context.json:
        output.line(report)
        return
    would = "would be " if dry_run else ""
    output.say(
        f"{report['found']:,} files: {report['added']:,} {would}added, {report['known']:,} known, "
        f"{len(report['skipped']):,} skipped, in {report['seconds']:.2f} s"
    )
    if report["labels"]["rule"]:
        output.say(f"{report['labels']['rule']} (task: {report['labels']['task']})")
    output.table(
        ("skipped", "reason"),
        ((one["path"], one["reason"]) for one in report["skipped"][:20]),
        empty="",
    )


def train(
    ctx: typer.Context,
    project: Annotated[str, typer.Argument(help="Name of the project.")],
    spec: Annotated[Path | None, typer.Option(help="JSON (with comments) or YAML.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="Begin with this preset; see `presets`.")
    ] = None,
    mode: Annotated[
        Literal["new", "resume", "finetune"], typer.Option(help="How to start.")
    ] = "new",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="One value of the spec: epochs=8. Repeatable.")
    ] = None,
    parent: Annotated[
        str | None, typer.Option(help="Run to resume or to start from. Default: the newest.")
    ] = None,
    folds: Annotated[
        int, typer.Option(help="Train one network for each of so many folds, 2 to 100.")
    ] = 0,
    group_by: Annotated[
        str,
        typer.Option(help="What stays in one fold; see `splits --by`. Default: the project's."),
    ] = "",
    predict_all: Annotated[
        bool, typer.Option("--predict-all", help="At the end, predict every image of the project.")
    ] = False,
) -> None:
    """Train a network on the labels. Ctrl+C stops it; --mode resume goes on exactly there."""
    context = of(ctx)
    bench = context.bench
    begin = [f"preset={preset}"] if preset else []
    wish = bench.training.read_spec(spec, [*begin, *(set_ or [])])
    if folds:
        train_folds(context, project, wish, folds, group_by)
        return
    made = bench.training.start(
        bench.projects.get(project),
        wish,
        mode=mode,
        parent=parent,
        predict_all=predict_all,
    )
    follow(context, made["job"]["id"], "train")
    show_result(context, bench.training.result(made["run"]))


def show_result(context: Context, result: dict[str, Any]) -> None:
    """Print what a training came to."""
    if context.json:
        output.line(result)
        return
    name, value = headline(result["metrics"])
    output.say(
        f"run {result['run']}: {name} {output.percent(value)} on "
        f"{result['metrics'].get('accuracy_split', 'nothing')}, {result['epochs']} epochs, "
        f"{result['seconds']:.1f} s\n"
        f"model {result['model']}"
    )


def demo(ctx: typer.Context) -> None:
    """Run the whole loop on the handwritten digits: queue, labels, head, network, ONNX."""
    context = of(ctx)
    steps: dict[str, Any] = {}
    with output.bar("demo", quiet=context.quiet) as bar:
        steps = context.bench.demo(progress=bar)
    if context.json:
        output.line(steps)
        return
    output.say(
        f"{steps['images']:,} pictures, {steps['labels_given']} labels given\n"
        f"head on frozen embeddings  {output.percent(steps['head_accuracy'])}\n"
        f"trained network            {output.percent(steps['model_accuracy'])}\n"
        f"ONNX differs by at most    {steps['parity_max_abs']:.1e}\n"
        f"{steps['seconds']:.0f} s"
    )
    for name, path in steps["artifacts"].items():
        output.say(f"  {name:<10} {path}")


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(demo)
    app.command()(ingest)
    app.command()(train)
