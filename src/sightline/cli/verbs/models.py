"""`models`: weights that are here and come; `export` is in `exporting.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import listing, of, tell
from sightline.cli.follow import follow
from sightline.cli.verbs import evaluation, exporting, model_files, model_push, packages
from sightline.core.errors import InvalidInputError

group = typer.Typer(no_args_is_help=True, help="Models: list, add, pull, show, verify, remove.")
Model = Annotated[str, typer.Argument(help="Id or name (the newest) of the model.")]


@group.command("list")
def list_(ctx: typer.Context) -> None:
    """List models, newest first."""
    context = of(ctx)
    rows = context.bench.model_shelf.all()
    listing(
        ctx,
        rows,
        ("model", "name", "kind", "format", "licence", "used by", "size", "fault"),
        lambda r: (
            r["id"],
            r["name"],
            r.get("kind"),
            _form(r),
            r.get("licence"),
            ", ".join(sorted({use["name"] or "workspace" for use in r["used_by"]})),
            output.size(r["bytes"]),
            r["fault"],
        ),
        empty="No models yet: sightline train PROJECT, or sightline models add FILE --name NAME",
    )


def _form(row: dict[str, Any]) -> str:
    """Return what a model lies as, as in `onnx int8, forced`."""
    precision = row.get("precision", "float32")
    held = "" if precision == "float32" else f" {precision}"
    return f"{row.get('format', '')}{held}{', forced' if row.get('forced') else ''}"


@group.command()
def add(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="An .onnx or .safetensors file, a folder (transformers, timm, SAM as ONNX), or a "
            "package."
        ),
    ],
    name: Annotated[str, typer.Option(help="What to call it. Default: as the file.")] = "",
    output_: Annotated[
        str | None, typer.Option("--output", help="Output of the graph to use, as in embedding.")
    ] = None,
    preprocess: Annotated[
        str | None,
        typer.Option(help="imagenet, imagenet-224-crop, half-224, or size=224,resize=crop,..."),
    ] = None,
    classes: Annotated[
        Path | None,
        typer.Option(help="File with a class name per line: it is a classifier or detector."),
    ] = None,
    network: Annotated[
        str,
        typer.Option(
            help="Network of safetensors weights: resnet50, timm:vit_tiny_patch16_224, ..."
        ),
    ] = "",
    decoder: Annotated[
        str,
        typer.Option(
            help="It is a detector; how its answer is read: yolox, yolov5, yolov8, detr, rtdetr, "
            "boxes, or yolox,channels=rgb,strides=8 16 32."
        ),
    ] = "",
    licence: Annotated[str, typer.Option(help="Licence of the weights.")] = "",
    key_file: packages.KeyFile = None,
) -> None:
    """Add a model that you have. Nothing is downloaded."""
    from sightline.store.model_plan import ImportOptions

    if packages.add(ctx, file, name, key_file):
        return
    names = () if classes is None else _lines(classes)
    options = ImportOptions(
        name=name or file.resolve().with_suffix("").name,
        output=output_,
        preprocess=preprocess,
        classes=tuple(one.strip() for one in names if one.strip()),
        network=network,
        decoder=decoder,
        licence=licence,
    )
    found = of(ctx).bench.models.add(file, options)
    tell(ctx, found, f"added {found['kind']} {found['name']}: {found['id']}")


@group.command()
def catalogue(ctx: typer.Context) -> None:
    """List weights that `models pull` fetches by name. Nothing is downloaded."""
    listing(
        ctx,
        of(ctx).bench.pulling.catalogue(),
        ("name", "kind", "size", "vector", "words", "licence", "state", "what it is"),
        lambda r: (
            r["name"],
            r["kind"],
            f"{r['mb']:.0f} MB",
            r["dim"] or "",
            "yes" if r["text"] else "",
            r["licence"],
            "ask first" if r["gated"] and r["state"] == "absent" else r["state"],
            r["description"],
        ),
        empty="",
    )


@group.command()
def networks(
    ctx: typer.Context,
    text: Annotated[
        str, typer.Argument(help="Part of a name, a family or a purpose; finds timm's too.")
    ] = "",
) -> None:
    """List the networks that `train` takes as model.name, those that suit most first."""
    listing(
        ctx,
        of(ctx).bench.training.networks(text),
        ("name", "family", "side px", "million", "GMAC", "weights", "licence", "when"),
        lambda r: (
            r["name"],
            r["title"],
            r["input_px"],
            r["parameters_m"] or "",
            r["gmacs"] or "",
            "here" if r["weights"] else f"{r['mb']:.0f} MB" if r["pullable"] else "",
            r["licence"],
            r["description"],
        ),
        empty="No network is called like this: sightline models networks lists all",
    )


@group.command()
def pull(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help="Name in the catalogue, of a network, or OWNER/NAME[@REVISION] of the hub."
        ),
    ],
    forget: Annotated[
        bool, typer.Option("--forget", help="Throw away what came of one that did not end.")
    ] = False,
) -> None:
    """Download published weights and add them. Stopped, it goes on where it was."""
    context = of(ctx)
    if forget:
        gone = context.bench.pulling.forget(name)
        tell(ctx, gone, f"{output.size(gone['freed_bytes'])} of {name} are gone")
        return
    job = context.bench.pulling.start(name)
    found = follow(context, job["id"], "pull")
    what = "added" if found["added"] else "there already:"
    tell(
        ctx,
        found,
        f"{what} the {found['kind']} {found['name']} ({output.size(found['bytes'])}, "
        f"licence: {found['licence'] or 'see its page'})",
    )


@group.command()
def show(ctx: typer.Context, model: Model) -> None:
    """Show a model's card."""
    output.line(of(ctx).bench.model_shelf.get(model))


def _lines(file: Path) -> tuple[str, ...]:
    try:
        return tuple(file.read_text("utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{file} cannot be read: {error}", hint="write a class name per line, in UTF-8"
        ) from error


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    group.command()(evaluation.card)
    model_files.install(group)
    model_push.install(group)
    app.add_typer(group, name="models")
    app.command()(exporting.export)
