"""The verbs, one file for each noun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.cli.verbs import (
    analyse,
    ask,
    assist,
    augment,
    auto_class,
    bench,
    builds,
    classes,
    datasets,
    detect,
    doctor,
    doubts,
    encoders,
    evaluation,
    explain,
    head_benchmark,
    head_files,
    heads,
    history,
    jobs,
    labels,
    loop,
    maps,
    media,
    models,
    narrate,
    objects,
    packages,
    presets,
    projects,
    queue,
    quick,
    runs,
    segment,
    serve,
    similar,
    splits,
    suggest,
    sweeps,
    system,
    up,
    update,
)

if TYPE_CHECKING:
    import typer

ORDER = (
    up,
    loop,
    queue,
    encoders,
    similar,
    maps,
    analyse,
    projects,
    labels,
    heads,
    head_benchmark,
    head_files,
    classes,
    history,
    objects,
    datasets,
    assist,
    auto_class,
    suggest,
    segment,
    detect,
    quick,
    presets,
    splits,
    builds,
    runs,
    evaluation,
    sweeps,
    augment,
    models,
    packages,
    ask,
    serve,
    narrate,
    explain,
    doubts,
    media,
    jobs,
    doctor,
    system,
    bench,
    update,
)


def install(app: typer.Typer) -> None:
    """Add every verb."""
    for part in ORDER:
        part.install(app)
