"""What kinds of long work there are: a table of names. Listing it imports none of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal

from sightline.core.errors import InvalidInputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

IO_AT_ONCE: Final = 2
"""Jobs at once that mostly wait for the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """What is known of a kind of work before it runs."""

    name: str
    factory: str
    """`package.module:function` of `run(bench, job: JobContext, **arguments) -> dict`."""
    title: str
    resumable: bool = False
    """Whether it continues where it stopped; `job.attempt` above 1 says that it does."""
    lane: Literal["cpu", "io"] = "cpu"
    """Which queue it waits in: heavy work runs one at a time, copying beside it."""
    env: dict[str, str] = field(default_factory=dict)
    """Variables of the worker's environment."""

    def load(self) -> Callable[..., dict[str, Any] | None]:
        """Import the function."""
        module, _, function = self.factory.partition(":")
        found: Callable[..., dict[str, Any] | None] = getattr(import_module(module), function)
        return found


class JobKinds:
    """The kinds by name."""

    def __init__(self, kinds: Iterable[JobKind]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}

    def get(self, name: str) -> JobKind:
        """Return a kind.

        Raises:
            InvalidInputError: There is none of this name.
        """
        kind = self._kinds.get(name)
        if kind is None:
            hint = did_you_mean(name, self._kinds)
            raise InvalidInputError(f"no kind of job is named {name!r}", hint=hint)
        return kind

    def names(self) -> list[str]:
        """Return every name, sorted."""
        return sorted(self._kinds)

    def beside(self, name: str) -> list[str]:
        """Return the names of the kinds that wait in one lane with a kind."""
        return self.lanes()[self.get(name).lane]

    def lanes(self) -> dict[str, list[str]]:
        """Return the names of the kinds that wait in each lane."""
        lanes: dict[str, list[str]] = {}
        for name in self.names():
            lanes.setdefault(self._kinds[name].lane, []).append(name)
        return lanes
