"""`evaluate`, `compare` and `models card`: how far a trained network can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sightline.cli import output
from sightline.cli.context import of, tell

Ref = Annotated[str, typer.Argument(help="Id of a run, or of a model that it made.")]
Split = Annotated[
    Literal["test", "val", "train"] | None, typer.Option(help="Default: test, else val.")
]
SHOWN = 12


def evaluate(
    ctx: typer.Context,
    ref: Ref,
    split: Split = None,
    labels: Annotated[
        Literal["then", "now"], typer.Option(help="Labels of the training, or as they are now.")
    ] = "then",
) -> None:
    """Judge a trained network: figures with intervals, classes, calibration, weak slices."""
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


def _interval(one: dict[str, Any]) -> str:
    return f"{one['value'] * 100:.1f} % ({one['low'] * 100:.1f} to {one['high'] * 100:.1f})"


def _share(value: float | None) -> str:
    return "-" if value is None else output.percent(value)
