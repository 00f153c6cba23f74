"""`quick-train` and `predictions`: a network from a few choices, asked about every image."""

from __future__ import annotations

from typing import Annotated

import typer

from sightline.cli.context import listing, of
from sightline.cli.follow import follow
from sightline.cli.verbs.labels import Project
from sightline.cli.verbs.loop import show_result


def quick_train(
    ctx: typer.Context,
    project: Project,
    network: Annotated[
        str | None, typer.Option(help="Default: the one that suits the pictures.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Default: about five minutes.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Pictures in a step.")] = None,
    image_px: Annotated[
        int | None, typer.Option(min=8, max=1024, help="Side of the network's input, pixels.")
    ] = None,
    augmentation: Annotated[
        bool, typer.Option("--augmentation/--no-augmentation", help="Vary the pictures.")
    ] = True,
) -> None:
    """Train a network on the labels as they are; then it predicts every image."""
    context = of(ctx)
    bench = context.bench
    made = bench.quick.start(
        bench.projects.get(project),
        network=network,
        epochs=epochs,
        batch_size=batch_size,
        augmentation=augmentation,
        image_px=image_px,
    )
    follow(context, made["job"]["id"], "train")
    show_result(context, bench.training.result(made["run"]))


def predictions(
    ctx: typer.Context,
    project: Project,
    model: Annotated[
        str | None, typer.Option(help="Ask this model about the images it has not seen, first.")
    ] = None,
) -> None:
    """List the models that have predicted every image of a project."""
    context = of(ctx)
    bench = context.bench
    found = bench.projects.get(project)
    if model is not None:
        follow(context, bench.predictions.start(found, model)["id"], "predict")
    listing(
        ctx,
        bench.predictions.all(found),
        ("model", "name", "images", "missing", "when"),
        lambda r: (r["model"], r["name"], r["images"], r["missing"], r["at"][:19]),
        empty=f"No model has predicted them yet: sightline quick-train {project}",
    )


def install(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("quick-train")(quick_train)
    app.command()(predictions)
