"""`labels export` and `labels import`: data sets for others, and from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sightline.cli import output
from sightline.cli.context import of
from sightline.cli.verbs.labels import Project, labels
from sightline.cli.verbs.object_files import mapping_of, show_export, show_import

ExportFormat = Literal[
    "zip",
    "csv",
    "imagefolder",
    "hf",
    "parquet",
    "yolo",
    "yolo-seg",
    "yolo-obb",
    "yolo-pose",
    "coco",
    "voc",
    "cvat",
    "labelstudio",
    "labelme",
    "datumaro",
    "dota",
    "masks",
    "crops",
]
ImportFormat = Literal[
    "auto",
    "zip",
    "csv",
    "imagefolder",
    "hf",
    "parquet",
    "hoshina",
    "hootsight",
    "yolo",
    "yolo-seg",
    "yolo-obb",
    "yolo-pose",
    "coco",
    "voc",
    "cvat",
    "labelstudio",
    "labelme",
    "datumaro",
    "dota",
    "masks",
]


@labels.command("export")
def export(
    ctx: typer.Context,
    project: Project,
    out: Annotated[Path, typer.Argument(help="File or folder to write, outside the workspace.")],
    form: Annotated[
        ExportFormat,
        typer.Option("--format", help="Labels of whole pictures, or a format of objects."),
    ] = "zip",
    images: Annotated[
        Literal["none", "copy", "link"] | None,
        typer.Option(help="The pictures. Default: copy for imagefolder and hf, else none."),
    ] = None,
    split: Annotated[
        list[str] | None, typer.Option(help="Only this split: train, val or test. Repeatable.")
    ] = None,
    status: Annotated[
        list[str] | None, typer.Option(help="Only this status, as in labelled. Repeatable.")
    ] = None,
    review: Annotated[
        list[str] | None, typer.Option(help="Objects: only this review status. Repeatable.")
    ] = None,
    class_name: Annotated[
        list[str] | None, typer.Option("--class", help="Objects: only this class. Repeatable.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--every", help="Objects: also pictures that nobody has looked at.")
    ] = False,
) -> None:
    """Write the labels for others to use. The same labels give the same bytes."""
    context = of(ctx)
    drawn = {"reviews": review or (), "classes": class_name or (), "every": every}
    with output.bar("export", quiet=context.quiet) as bar:
        report = context.bench.export_labels(
            project,
            out,
            form=form,
            images=images,
            splits=split or (),
            statuses=status or (),
            progress=bar,
            **{key: value for key, value in drawn.items() if value},
        )
    if context.json:
        output.line(report)
        return
    if report.get("kind") == "objects":
        show_export(report)
        return
    output.say(f"{report['path']}: {report['items']:,} images, {report['pictures']:,} pictures")
    if report["left_out"]:
        output.say(f"  {report['left_out']:,} images without a class have no place in this format")
    output.listed("pictures are missing", report["missing_count"], report["missing"], "where")


@labels.command("import")
def import_(
    ctx: typer.Context,
    project: Project,
    source: Annotated[Path, typer.Argument(help="A ZIP, table, Parquet file, folder or app.db.")],
    form: Annotated[
        ImportFormat, typer.Option("--format", help="What it is. auto: found out.")
    ] = "auto",
    mode: Annotated[
        Literal["merge", "replace", "add"],
        typer.Option(
            help="merge: what is there stays; replace: what comes counts; add: only images "
            "that have nothing."
        ),
    ] = "merge",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Report only; change nothing.")
    ] = False,
    add_images: Annotated[
        bool, typer.Option("--add-images", help="Take in pictures that the project lacks, too.")
    ] = False,
    renames: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="Objects: OLD=NEW names a class anew, OLD= leaves it out. Repeatable."
        ),
    ] = None,
    classes: Annotated[
        Path | None,
        typer.Option(help="Objects: names of the classes, one in each line, or a YAML."),
    ] = None,
) -> None:
    """Take in labels from elsewhere; one undo step."""
    context = of(ctx)
    drawn = {"mapping": mapping_of(renames or []), "classes": classes and str(classes)}
    with output.bar("import", quiet=context.quiet) as bar:
        report = context.bench.import_labels(
            project,
            source,
            form=form,
            mode=mode,
            dry_run=dry_run,
            add_images=add_images,
            progress=bar,
            **{key: value for key, value in drawn.items() if value},
        )
    if context.json:
        output.line(report)
    elif report.get("kind") == "objects":
        show_import(report)
    else:
        _show(report)


def _show(report: dict[str, Any]) -> None:
    would = "would be " if report["dry_run"] else ""
    output.say(
        f"{report['format']}: {report['records']:,} records, {report['matched']:,} matched, "
        f"{report['changed']:,} images {would}changed, {report['same']:,} as they are"
    )
    if report["classes"]["new"]:
        output.say(f"  new classes: {', '.join(report['classes']['new'])}")
    if report["pictures"]["lacking"] and report["pictures"]["added"] is None:
        output.say(f"  {report['pictures']['lacking']:,} pictures are not here: --add-images")
    output.listed(
        "conflicts; what is there stays", report["conflict_count"], report["conflicts"], "path"
    )
    output.listed("match no image", report["unmatched_count"], report["unmatched"], "")
    output.listed("cannot be used", report["skipped_count"], report["skipped"], "path")
    for note in report["notes"]:
        output.say(f"  note: {note}")


def install(app: typer.Typer) -> None:
    """The verbs are added to `labels` when this is imported."""
    del app
