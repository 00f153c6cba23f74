"""`explain`: where a network looked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import Context, listing, of, tell
from sightline.cli.follow import follow
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from sightline.app.explaining.explaining import Asked

_METHODS = "auto, gradcam, gradcam++, hirescam, scorecam, integrated_gradients or rollout."


def explain(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="Id or name of a model that was trained here.")],
    image: Annotated[
        str | None, typer.Argument(help="A picture, or the id of an image of a project.")
    ] = None,
    method: Annotated[str, typer.Option(help=_METHODS)] = "auto",
    layer: Annotated[str, typer.Option(help="Which to look at. Default: the last.")] = "",
    class_: Annotated[
        str | None, typer.Option("--class", help="Explain this one. Default: the likeliest.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the picture with the map (.png, .webp), or a folder.")
    ] = None,
    opacity: Annotated[float, typer.Option(min=0.0, max=1.0, help="Of the map.")] = 0.6,
    layers: Annotated[bool, typer.Option("--layers", help="List layers and methods.")] = False,
    mistakes: Annotated[
        bool, typer.Option("--mistakes", help="Explain all mistakes of the model's training.")
    ] = False,
    classes: Annotated[
        bool, typer.Option("--classes", help="Where it looks for each class, on average.")
    ] = False,
) -> None:
    """Show where a network looked when it gave its answer."""
    from sightline.app.explaining.explaining import Asked

    context = of(ctx)
    asked = Asked(method=method, layer=layer, class_name=class_)
    if [image is not None, layers, mistakes, classes].count(True) != 1:
        raise InvalidInputError(
            "say what to explain", hint="name one picture, or one of --layers --mistakes --classes"
        )
    if layers:
        _layers(ctx, model)
    elif image is not None:
        _picture(ctx, model, image, asked, out=out, opacity=opacity)
    else:
        _run(context, model, asked, mistakes=mistakes, out=out, opacity=opacity)


def _picture(
    ctx: typer.Context, model: str, image: str, asked: Asked, *, out: Path | None, opacity: float
) -> None:
    bench = of(ctx).bench
    found = bench.explain(model, image, asked=asked)
    if out is not None:
        found["out"] = str(bench.explaining.save(found["key"], out, opacity=opacity))
    best = ", ".join(f"{one['class']} {one['p']:.1%}" for one in found["prediction"][:3])
    where = f" at {found['layer']}" if found["layer"] else ""
    seen = "nothing speaks for it" if found["nothing"] else found.get("out", "")
    note = "".join(f"\n{one}" for one in (found["note"], seen) if one)
    tell(ctx, found, f"{best}\n{found['class']}: {found['method']}{where}{note}")


def _layers(ctx: typer.Context, model: str) -> None:
    context = of(ctx)
    found = context.bench.explaining.layers(model, here=True)
    if context.json:
        output.line(found)
        return
    output.table(
        ("layer", "places", "channels"),
        (
            (
                f"{r['name']} (automatic)" if r["name"] == found["auto"] else r["name"],
                f"{r['height']} x {r['width']}",
                r["channels"],
            )
            for r in found["layers"]
            if r["main"]
        ),
        empty="No layer has places.",
    )
    listing(
        ctx,
        found["methods"],
        ("method", "ready", "what it shows"),
        lambda r: (r["name"], r["why"] or "yes", r["description"]),
        empty="",
    )


def _run(
    context: Context,
    model: str,
    asked: Asked,
    *,
    mistakes: bool,
    out: Path | None,
    opacity: float,
) -> None:
    bench = context.bench
    run = bench.explained_runs.run_of(model)
    job = bench.explained_runs.start(run, "mistakes" if mistakes else "classes", asked)
    done = follow(context, job["id"], "explain")
    rows = _rows(bench, run, asked, mistakes=mistakes)
    for row in rows:
        shown = row.get("explanation") or (None if mistakes else row)
        if out is not None and shown is not None:
            name = f"{row['image_id']}-{row['says']}.png" if mistakes else f"{row['class']}.png"
            file = out / name.replace("/", "_")
            row["out"] = str(bench.explaining.save(shown["key"], file, opacity=opacity))
    if context.json:
        for row in rows:
            output.line(row)
        return
    output.say(f"run {run}: {done}" if not rows else f"run {run}: {len(rows)} explained")
    if mistakes:
        output.table(
            ("image", "label", "the network says", "probability", "picture"),
            (
                (r["image_id"], r["label"], r["says"], f"{r['probability']:.1%}", r.get("out", ""))
                for r in rows
            ),
            empty="No mistakes.",
        )
    else:
        output.table(
            ("class", "images", "on the edge", "picture"),
            ((r["class"], r["images"], f"{r['edge']:.0%}", r.get("out", "")) for r in rows),
            empty="No pictures that it did not learn from.",
        )


def _rows(bench: Any, run: str, asked: Asked, *, mistakes: bool) -> list[dict[str, Any]]:
    if mistakes:
        most = bench.explained_runs.mistakes(run, asked, limit=0)["most"]
        found: list[dict[str, Any]] = bench.explained_runs.mistakes(run, asked, limit=most)["items"]
        return found
    averages: list[dict[str, Any]] = bench.explained_runs.classes(run, asked)["items"]
    return averages


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(explain)
