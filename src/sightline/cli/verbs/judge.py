"""The part of `evaluate` that asks a model now: any form, on folders or a project's split."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.cli import output
from sightline.cli.context import of
from sightline.core.errors import SightlineError

if TYPE_CHECKING:
    import typer

WORST = 5
CELLS = 20
"""Classes up to which the confusion is shown whole."""


def wants_asking(ctx: typer.Context, ref: str) -> bool:
    """Return whether a model has no kept answers of its own: an exported form, or a file."""
    try:
        card = of(ctx).bench.store.models.get(ref)
    except SightlineError:
        return False
    return bool(card.origin) or Path(card.file).is_absolute()


def judge(
    ctx: typer.Context,
    ref: str,
    *,
    folder: Path | None,
    project: str | None,
    split: str | None,
    against: str | None,
) -> None:
    """Ask a model about pictures whose class is known, and tell how often it is right."""
    context = of(ctx)
    with output.bar("evaluate", quiet=context.quiet) as bar:
        found = context.bench.judging.judge(
            ref, folder=folder, project=project, split=split, against=against, progress=bar
        )
    if context.json:
        output.line(found)
        return
    model, on = found["model"], found["on"]
    where = on["folder"] or on["project"]
    part = f", {on['split']} split" if on["split"] else ""
    output.say(
        f"{model['name']} ({model['format']}, {model['precision']}) "
        f"on {found['images']} pictures of {where}{part}"
    )
    _figures(found)
    _classes(found)
    _confusion(found)
    for one in found["mistakes"][:WORST]:
        output.say(
            f"  wrong: {one['path']}: {one['said']} {output.percent(one['probability'])}, "
            f"it is {one['label']}"
        )
    if found["unreadable"]["count"]:
        output.say(f"{found['unreadable']['count']} pictures could not be read")
    for note in found["notes"]:
        output.say(f"note: {note}")


def interval(one: dict[str, Any]) -> str:
    """Return a figure with its interval, in per cent."""
    return f"{one['value'] * 100:.1f} % ({one['low'] * 100:.1f} to {one['high'] * 100:.1f})"


def _figures(found: dict[str, Any]) -> None:
    for name, one in found["figures"].items():
        output.say(f"  {name:<10} {interval(one)}")
    for one in found["top"][1:]:
        output.say(f"  top {one['k']:<6} {output.percent(one['accuracy'])}")
    output.say(f"  calibration error {found['calibration']['ece']:.3f}")
    other = found["against"]
    if other is not None:
        sure = "it can be chance" if other["better"] is None else "that is no chance"
        output.say(
            f"  against {other['name']}: {interval(other['difference'])}, p = {other['p']:.2g}: "
            f"{sure}; {output.percent(other['agreement'])} of the answers agree"
        )


def _classes(found: dict[str, Any]) -> None:
    output.table(
        ("class", "pictures", "precision", "recall", "F1"),
        (
            (r["name"], r["support"], *(_share(r[key]) for key in ("precision", "recall", "f1")))
            for r in found["per_class"]
        ),
        empty="",
    )


def _confusion(found: dict[str, Any]) -> None:
    rows, names = found["confusion"], found["model"]["classes"]
    if rows is None or len(names) > CELLS:
        return
    output.table(
        ("it is", *(f"said {name}" for name in names)),
        ((name, *(cell or "" for cell in row)) for name, row in zip(names, rows, strict=True)),
        empty="",
    )


def _share(value: float | None) -> str:
    return "-" if value is None else output.percent(value)
