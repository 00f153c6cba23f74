"""The verbs, one file for each noun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.cli.verbs import (
    ask,
    bench,
    datasets,
    doctor,
    encoders,
    jobs,
    labels,
    loop,
    maps,
    models,
    projects,
    queue,
    runs,
    similar,
    up,
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
    projects,
    labels,
    datasets,
    runs,
    models,
    ask,
    jobs,
    doctor,
    bench,
)


def install(app: typer.Typer) -> None:
    """Add every verb."""
    for part in ORDER:
        part.install(app)
