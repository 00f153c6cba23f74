"""`heads benchmark`: encoders against heads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Context, Option

from sightline.cli import output
from sightline.cli.context import of
from sightline.cli.follow import follow
from sightline.cli.verbs.labels import heads

if TYPE_CHECKING:
    import typer


@heads.command()
def benchmark(
    ctx: Context,
    project: Annotated[str, Argument(help="Name of the project.")],
    encoders: Annotated[
        str, Option(help="Names, as in hog,clip. Default: every encoder that is ready.")
    ] = "",
    kinds: Annotated[
        str, Option("--heads", help="logistic, mlp or both, as in logistic,mlp. Default: both.")
    ] = "",
    set_: Annotated[
        list[str] | None,
        Option("--set", help="A setting of all trainings: padding=0.2, of=images. Repeatable."),
    ] = None,
) -> None:
    """Compare encoders and heads on one split, the best pair first. Stopped, it goes on there."""
    context = of(ctx)
    bench = context.bench
    values = bench.training.read_spec(None, set_ or [])
    asked = bench.projects.get(project)
    job = bench.head_benchmark.start(asked, _names(encoders), _names(kinds), values)
    found = follow(context, job["id"], "compare")
    if context.json:
        output.line(found)
        return
    output.table(
        ("encoder", "head", "macro F1", "accuracy", "ECE", "vector", "embedding", "fitting"),
        map(_cells, found["rows"]),
        empty="",
    )
    if found["note"]:
        output.say(f"note: {found['note']}")


def _names(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    if row["fault"]:
        return (row["encoder"], row["head"], row["fault"], "", "", "", "", "")
    measures = (_figure(row[key]) for key in ("macro_f1", "accuracy", "ece"))
    times = (f"{row[key]:.1f} s" for key in ("embed_s", "fit_s"))
    return (row["encoder"], row["head"], *measures, row["dim"], *times)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def install(app: typer.Typer) -> None:
    """Add nothing: the verb stands in the group of `heads`."""
    del app
