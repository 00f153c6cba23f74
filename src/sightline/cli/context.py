"""What a verb knows: the workspace, how to print, and the bench, opened at first use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.app import Workbench


@dataclass(slots=True)
class Context:
    """The state of one call of the command line."""

    workspace: Path
    json: bool
    quiet: bool
    flags: dict[str, Any] = field(default_factory=dict)
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
            self._bench.close()


def of(ctx: typer.Context) -> Context:
    """Return the context that `main` made."""
    found: Context = ctx.obj
    return found
