"""`bench`: a model in each of its forms, or the benchmarks of a source checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sightline.cli import output
from sightline.cli.context import of
from sightline.core.errors import InvalidInputError, MissingExtraError

ROOT = Path(__file__).parents[4]


def bench(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL | NAME...]",
            help="A model, or benchmarks of a checkout. Default: all of those.",
        ),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=256, help="Of a model, besides 1. Default: all cores.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.05, max=60, help="For each measurement of a model.")
    ] = 1.0,
    alone: Annotated[
        bool, typer.Option("--alone", help="Of a model this form only, not its relatives.")
    ] = False,
) -> None:
    """Measure a model in every form that is here, or Sightline against its limits."""
    known = _benchmarks()
    asked = names or []
    models = [name for name in asked if name not in known]
    if not models:
        _benchmark(asked)
    if len(asked) > 1:
        raise InvalidInputError(
            f"no benchmark named {models[0]}", hint="name one model, or benchmarks only"
        )
    context = of(ctx)
    with output.bar("bench", quiet=context.quiet) as bar:
        found = context.bench.speeds.measure(
            models[0], threads=threads, seconds=seconds, alone=alone, progress=bar
        )
    if context.json:
        output.line(found)
        return
    _shown(found)


def _benchmarks() -> set[str]:
    """Return the names of the benchmarks; none where this is no checkout."""
    files = (ROOT / "benchmarks").glob("bench_*.py")
    return {one.stem.removeprefix("bench_") for one in files}


def _benchmark(names: list[str]) -> None:
    if not (ROOT / "benchmarks" / "__main__.py").is_file():
        raise MissingExtraError(
            "the benchmarks are not part of the installed package",
            hint="name a model, or clone the repository and run `python3 run.py bench`",
        )
    command = [sys.executable, "-m", "benchmarks", *names]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603 - our own module
    raise typer.Exit(code)


def _shown(found: dict[str, Any]) -> None:
    count, rows = found["threads"], [one for one in found["forms"] if not one["error"]]
    output.say(
        f"{found['name']}, {found['input_px']} px, on {found['machine']['cores']} cores; "
        f"a 640 x 480 JPEG is prepared in {found['prepare_ms']:.1f} ms"
    )
    many = [f"{count} threads"] if count > 1 else []
    output.table(
        ("form", "size", "start ms", "memory", "p50 ms", "p95 ms", *many, "a second", "faster"),
        (_cells(one, rows) for one in rows),
        empty="",
    )
    for one in found["forms"]:
        if one["error"]:
            output.say(f"{_named(one)}: {one['error']['message']}; {one['error']['hint']}")


def _cells(one: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[str, ...]:
    single, *more = one["latency"]
    first = rows[0]["latency"][0]["cpu_ms"]
    return (
        _named(one),
        output.size(one["bytes"]),
        f"{one['cold_ms']:.0f}",
        output.size(one["memory_bytes"]),
        f"{single['p50_ms']:.2f}",
        f"{single['p95_ms']:.2f}",
        *(f"{at['p50_ms']:.2f}" for at in more),
        f"{one['throughput']['per_s']:.0f}",
        f"{first / single['cpu_ms']:.1f} x" if single["cpu_ms"] else "",
    )


def _named(one: dict[str, Any]) -> str:
    exact = "" if one["precision"] == "float32" else f" {one['precision']}"
    return f"{one['format']}{exact}{' (forced)' if one['forced'] else ''}"


def install(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(bench)
