"""`evaluate`, `compare` and `models card`: how far a network, or predictions, can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sightline.app.detection.gather import Judging
from sightline.cli import output
from sightline.cli.context import of, tell
from sightline.cli.verbs.judge import interval as _interval
from sightline.cli.verbs.judge import judge, wants_asking

Ref = Annotated[str, typer.Argument(help="Id of a run, or of a model that it made.")]
Split = Annotated[
    Literal["test", "val", "train"] | None, typer.Option(help="Default: test, else val.")
]
SHOWN = 12
_CLASS = ("ap", "ap50", "precision", "recall", "f1")


def evaluate(
    ctx: typer.Context,
    ref: Annotated[
        str,
        typer.Argument(
            help="A model, by id, name or .onnx file, or a run; with --predictions a project."
        ),
    ],
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", help="Ask the model about pictures in a folder for each class."
        ),
    ] = None,
    split: Split = None,
    project: Annotated[
        str | None, typer.Option(help="Ask the model about a project's labelled pictures.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Compare with it on the same pictures.")
    ] = None,
    labels: Annotated[
        Literal["then", "now"], typer.Option(help="Labels of the training, or as they are now.")
    ] = "then",
    predictions: Annotated[
        str | None,
        typer.Option(
            metavar="SRC",
            help="Judge predicted objects by the drawn ones: a file, folder or ZIP in a format of "
            "objects, or suggestions:SOURCE.",
        ),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="Of SRC.")] = "auto",
    by: Annotated[
        Literal["auto", "box", "mask"], typer.Option(help="What is laid over each other.")
    ] = "auto",
    min_score: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Less sure ones are no errors. Default: best F1."),
    ] = None,
    min_iou: Annotated[
        float, typer.Option(min=0.05, max=1, help="From which on an object is found.")
    ] = 0.5,
    silent: Annotated[
        Literal["missed", "skip"] | None,
        typer.Option(help="Labelled pictures that SRC does not name. Default: missed for files."),
    ] = None,
    names: Annotated[
        str | None, typer.Option("--classes", metavar="A,B,...", help="Names of SRC's numbers.")
    ] = None,
    ids: Annotated[
        Path | None, typer.Option(help="COCO file that a list of results is numbered by.")
    ] = None,
) -> None:
    """Judge a trained network or any model, or with --predictions what anything predicted."""
    if predictions is None:
        asked = folder or project or against
        if asked or wants_asking(ctx, ref):
            judge(ctx, ref, folder=folder, project=project, split=split, against=against)
        else:
            _network(ctx, ref, split, labels)
        return
    wish = Judging(
        form=form,
        by=by,
        min_score=min_score,
        min_iou=min_iou,
        silent=silent,
        splits=() if split is None else (split,),
        classes=tuple(one.strip() for one in (names or "").split(",") if one.strip()),
        ids="" if ids is None else str(ids),
    )
    _objects(ctx, ref, predictions, wish)


def _objects(ctx: typer.Context, project: str, predictions: str, wish: Judging) -> None:
    context = of(ctx)
    with output.bar("evaluate", quiet=context.quiet) as bar:
        found = context.bench.evaluate_objects(project, predictions, wish=wish, progress=bar)
    if context.json:
        output.line(found)
        return
    output.say(
        f"{found['images']:,} pictures, {found['truth']:,} objects, {found['predicted']:,} "
        f"predictions, compared by {found['by']}"
    )
    output.say(
        f"  mAP {_share(found['map'])}, at IoU .5 {_share(found['map50'])}, "
        f"at .75 {_share(found['map75'])}"
    )
    output.say(
        f"  from score {found['min_score']:.3f}: precision {_share(found['precision'])}, "
        f"recall {_share(found['recall'])}, F1 {_share(found['f1'])}"
    )
    output.table(
        ("error", "objects", "pictures"),
        (
            (name.replace("_", " "), one["objects"], one["images"])
            for name, one in found["errors"].items()
        ),
        empty="",
    )
    output.table(
        ("class", "objects", "mAP", "at .5", "precision", "recall", "F1"),
        ((r["name"], r["truth"], *(_share(r[key]) for key in _CLASS)) for r in found["per_class"]),
        empty="",
    )
    for note in found["notes"]:
        output.say(f"note: {note}")
    output.say(f"its errors: sightline queue {project} --strategy detection-errors")


def _network(
    ctx: typer.Context, ref: str, split: str | None, labels: Literal["then", "now"]
) -> None:
    context = of(ctx)
    found = context.bench.evaluation.get(ref, split=split, labels=labels)
    if context.json:
        output.line(found)
        return
    output.say(f"{found['images']} pictures of the {found['split']} split")
    for name, one in found["figures"].items():
        output.say(f"  {name:<10} {_interval(one)}")
    for one in found["top"][1:]:
        output.say(f"  top {one['k']:<6} {output.percent(one['accuracy'])}")
    mended = found["calibration"]
    output.say(f"  calibration error {mended['ece']:.3f} (before {mended['ece_before']:.3f})")
    output.table(
        ("class", "pictures", "precision", "recall", "F1"),
        (
            (r["name"], r["support"], *(_share(r[key]) for key in ("precision", "recall", "f1")))
            for r in found["per_class"]
        ),
        empty="",
    )
    output.table(
        ("slice", "pictures", "accuracy", "elsewhere", "p", ""),
        (
            (
                f"{r['kind']}: {r['name']}",
                r["images"],
                _share(r["accuracy"]),
                _share(r["rest"]),
                f"{r['p']:.2g}",
                "worse" if r["worse"] else "",
            )
            for r in found["slices"][:SHOWN]
        ),
        empty="",
    )


def compare(ctx: typer.Context, first: Ref, second: Ref, split: Split = None) -> None:
    """Say which of two networks is better on the same pictures, and whether it can be chance."""
    context = of(ctx)
    found = context.bench.evaluation.compare(first, second, split=split)
    one, other = found["accuracy"]
    verdict = "it can be chance"
    if found["better"] is not None:
        verdict = f"{(first, second)[found['better']]} is better"
    tell(
        ctx,
        found,
        f"{found['images']} pictures of the {found['split']} split: {output.percent(one)} and "
        f"{output.percent(other)}, difference {_interval(found['difference'])}, "
        f"p = {found['p']:.2g}: {verdict}",
    )


def card(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="Id or name (the newest) of the model.")],
    out: Annotated[
        Path | None, typer.Option(help="Write it to this file: .md or .json. Default: print it.")
    ] = None,
) -> None:
    """Print a model's card: data, spec, figures, weak slices, calibration, limits, licence."""
    from sightline.core.files import write_atomic, write_json

    context = of(ctx)
    found = context.bench.cards.get(model)
    if out is None:
        tell(ctx, found, context.bench.cards.markdown(model).rstrip())
        return
    if out.suffix == ".json":
        write_json(out, found)
    else:
        write_atomic(out, context.bench.cards.markdown(model))
    tell(ctx, {"model": found["model"]["id"], "out": str(out)}, f"{out} is written")


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(evaluate)
    app.command()(compare)


def _share(value: float | None) -> str:
    return "-" if value is None else output.percent(value)
