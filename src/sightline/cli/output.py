"""What a verb prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from sightline.core.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sightline.core.errors import SightlineError


def notes() -> Console:
    """Return the console for what is not a result."""
    return Console(stderr=True, highlight=False)


def line(value: Any) -> None:
    """Print one line of JSON."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Print a line for a person."""
    Console(highlight=False, soft_wrap=True).print(text, markup=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """Print a table, or a sentence when there is nothing in it."""
    made = Table(*columns, box=None, header_style="bold", pad_edge=False)
    count = 0
    for row in rows:
        made.add_row(*(Text("" if one is None else str(one)) for one in row))
        count += 1
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(
        made if count else empty
    )


def fail(error: SightlineError, *, as_json: bool) -> None:
    """Tell an error: in words on standard error, and as JSON on standard output if asked for."""
    console = notes()
    console.print(f"error: {error}", style="bold red", markup=False)
    if error.hint:
        console.print(f"  next: {error.hint}", markup=False)
    if as_json:
        line({"error": {"code": error.code, "message": str(error), "hint": error.hint}})


class Bar:
    """A progress bar on standard error that long work tells its progress to."""

    def __init__(self, title: str, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=None, visible=False)
        self._title = title
        self._stopped = False

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Move the bar to `done` of `total`."""
        text = f"{self._title} {note}".strip()
        self._progress.update(
            self._task, completed=done, total=total, description=text, visible=True
        )

    def tell(self, kind: str, **data: Any) -> None:
        """Show the loss of a training beside its bar."""
        if kind == "metric" and "loss" in data:
            text = f"{self._title} loss {data['loss']:.3f}"
            self._progress.update(self._task, description=text)

    def log(self, text: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(text, markup=False, style="dim")

    def check(self) -> None:
        """Raise CancelledError once `stop` was called."""
        if self._stopped:
            raise CancelledError("stopped", hint="run the same verb again to go on")

    def stop(self) -> None:
        """Ask the work to stop at its next step."""
        self._stopped = True


@contextmanager
def bar(title: str, *, quiet: bool = False) -> Iterator[Bar]:
    """Show a bar for the time of a block."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=notes(), disable=quiet, transient=False) as progress:
        yield Bar(title, progress)


def percent(value: float | None) -> str:
    """Return 0.9731 as 97.3 %, and nothing for None."""
    return "" if value is None else f"{100 * value:.1f} %"


def size(count: int) -> str:
    """Return bytes as people read them."""
    value = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if value < 1000 or unit == "GB":  # noqa: PLR2004
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return ""


def listed(what: str, count: int, rows: list[Any], key: str) -> None:
    """Say how many, and name the first."""
    if not count:
        return
    say(f"  {count:,} {what}")
    for row in rows[:10]:
        why = row.get("reason", "") if isinstance(row, dict) else ""
        say(f"    {row[key] if key else row} {why}".rstrip())
