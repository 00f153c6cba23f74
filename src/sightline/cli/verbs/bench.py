"""`bench`: the benchmarks of a source checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from sightline.core.errors import MissingExtraError


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which. Default: all.")] = None,
) -> None:
    """Measure Sightline against its limits; each benchmark prints a ratio and writes JSON."""
    root = Path(__file__).parents[4]
    if not (root / "benchmarks" / "__main__.py").is_file():
        raise MissingExtraError(
            "the benchmarks are not part of the installed package",
            hint="clone the repository and run `python3 run.py bench`",
        )
    command = [sys.executable, "-m", "benchmarks", *(names or [])]
    code = subprocess.run(command, cwd=root, check=False).returncode  # noqa: S603 - our own module
    raise typer.Exit(code)


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(bench)
