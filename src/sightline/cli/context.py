"""What a verb knows: the workspace, how to print, and the bench, opened at first use."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

from sightline.cli import output
from sightline.core.errors import SightlineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sightline.app import Workbench


@dataclass(slots=True)
class Context:
    """The state of one call of the command line."""

    workspace: Path
    json: bool
    quiet: bool
    flags: dict[str, Any] = field(default_factory=dict)
    verb: str = ""
    _bench: Workbench | None = None

    @property
    def bench(self) -> Workbench:
        """The open workspace."""
        if self._bench is None:
            from sightline.app import open_workbench

            self._bench = open_workbench(self.workspace, **self.flags)
        return self._bench

    def close(self) -> None:
        """Finish writing."""
        if self._bench is not None:
            if self._bench.settings.usage_report:
                with suppress(SightlineError, OSError):  # what was asked for is done
                    self._bench.usage.count(self.verb)
            self._bench.close()


def tell(ctx: typer.Context, result: dict[str, Any], text: str) -> None:
    """Print a result: as JSON when that is asked for, else in words."""
    if of(ctx).json:
        output.line(result)
    else:
        output.say(text)


def listing(
    ctx: typer.Context,
    rows: Sequence[dict[str, Any]],
    columns: Sequence[str],
    cells: Callable[[dict[str, Any]], Sequence[Any]],
    *,
    empty: str,
) -> None:
    """Print rows: a line of JSON each when that is asked for, else a table of their cells."""
    if of(ctx).json:
        for row in rows:
            output.line(row)
    else:
        output.table(columns, map(cells, rows), empty=empty)


def of(ctx: typer.Context) -> Context:
    """Return the context that `main` made."""
    found: Context = ctx.obj
    return found
