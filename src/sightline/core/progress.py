"""How long work tells what it does and hears that it should stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


class Progress(Protocol):
    """What long work is given. Every call is cheap enough for each step."""

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Say how far it is: `done` of `total` (None: not known)."""
        ...

    def tell(self, kind: str, **data: Any) -> None:
        """Tell a structured fact, a metric for one; `data` is JSON."""
        ...

    def log(self, text: str) -> None:
        """Add a line to the log."""
        ...

    def check(self) -> None:
        """Raise CancelledError when somebody asked the work to stop."""
        ...


class Silent:
    """Tells nobody and is never stopped."""

    def advance(self, done: int, total: int | None, note: str = "") -> None:
        """Do nothing."""

    def tell(self, kind: str, **data: Any) -> None:
        """Do nothing."""

    def log(self, text: str) -> None:
        """Do nothing."""

    def check(self) -> None:
        """Do nothing."""


def track(
    progress: Progress, items: Iterable[T], *, total: int | None = None, note: str = ""
) -> Iterator[T]:
    """Yield each item, stopping when asked to and telling the progress after each.

    Raises:
        CancelledError: Somebody asked the work to stop.
    """
    progress.advance(0, total, note)
    for done, item in enumerate(items, start=1):
        progress.check()
        yield item
        progress.advance(done, total, note)
