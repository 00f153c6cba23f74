"""`export`: a model as a file for others, smaller or for another runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sightline.app.forms.wish import CALIBRATION, FormWish
from sightline.cli import output
from sightline.cli.context import of, tell

Model = Annotated[str, typer.Argument(help="Id or name (the newest) of the model.")]


def export(
    ctx: typer.Context,
    model: Model,
    form: Annotated[str, typer.Option("--format", help="onnx, torchscript or openvino.")] = "onnx",
    quantize: Annotated[
        str,
        typer.Option(
            help="none: float32. int8: weights and activations, calibrated on pictures. "
            "dynamic: weights alone."
        ),
    ] = "none",
    max_drop: Annotated[
        float | None,
        typer.Option(help="Points of accuracy it may lose. Default: the setting export_max_drop."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Keep it although it loses more; it is marked.")
    ] = False,
    project: Annotated[
        str, typer.Option(help="Project to calibrate on and judge by. Default: the model's.")
    ] = "",
    data: Annotated[
        Path | None,
        typer.Option(help="Instead of a project: a folder with a folder for each class."),
    ] = None,
    calibration: Annotated[
        int, typer.Option(help="Pictures that int8 is calibrated on.")
    ] = CALIBRATION,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where to write: a file NAME.onnx, for other forms a folder. Default: ONNX in "
            "float32 beside the model, every other form as a model of its own."
        ),
    ] = None,
) -> None:
    """Write a model for others to run, once it answers as the model does.

    A form that loses more than is allowed is refused.
    """
    context = of(ctx)
    wish = FormWish(
        form=form,
        quantize=quantize,
        max_drop=max_drop,
        force=force,
        project=project,
        data="" if data is None else str(data),
        calibration=calibration,
        out="" if out is None else str(out),
    )
    with output.bar("export", quiet=context.quiet) as bar:
        result = context.bench.forms.export(model, wish, progress=bar)
    tell(ctx, result, "\n".join(_told(result)))


def _told(result: dict[str, Any]) -> list[str]:
    """Return what a person wants to know of an export, a line for each fact."""
    gap = result.get("parity_max_abs")
    alike = "" if gap is None else f", differs by at most {gap:.1e} in float32"
    lines = [f"{result['path']} ({output.size(result['bytes'])}){alike}"]
    report = result.get("report")
    if report is None:
        return lines
    if "name" in result:
        lines.append(f"it is the model {result['name']}: {result['model']}")
    lines += [*_judged(report["judged"]), *_speed(report["latency"])]
    if result["forced"]:
        lines.append("kept because of --force, and marked so")
    return lines + [f"note: {one}" for one in report["notes"]]


def _judged(judged: dict[str, Any] | None) -> list[str]:
    if judged is None:
        return []
    change, figure = judged["change"][judged["figure"]], judged["figure"]
    return [
        f"{figure} {100 * judged['before'][figure]:.1f} -> {100 * judged['after'][figure]:.1f} % "
        f"on {judged['images']} pictures of {judged['split']} "
        f"({change['points']:+.2f} points, 95 %: {change['low']:+.2f} to {change['high']:+.2f}), "
        f"same answer in {100 * judged['agreement']:.1f} %"
    ]


def _speed(latency: dict[str, Any]) -> list[str]:
    """Return how fast it is at one thread, beside the others."""
    row = {one["what"]: one["ms"] for one in latency["rows"] if one["threads"] == 1}
    mine = row.get("this", row["onnx"])
    others = [
        f"{factor:.1f} x as fast as {name}"
        for name, factor in (("torch", latency["over_torch"]), ("ONNX", latency["over_onnx"]))
        if factor is not None and not (name == "ONNX" and "this" not in row)
    ]
    return [", ".join([f"{mine:.1f} ms a picture at one thread", *others])]
