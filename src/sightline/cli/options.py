"""Options that every verb takes, before or after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

TAKES_VALUE: Final = {"--workspace": True, "-w": True, "--json": False, "--quiet": False}
"""Global options and whether each takes a value."""


def hoist(arguments: Sequence[str]) -> list[str]:
    """Move global options to the front, so that they may stand anywhere before a `--`."""
    front: list[str] = []
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        one = waiting.pop(0)
        name, found, _ = one.partition("=")
        if one == "--":
            return [*front, *rest, one, *waiting]
        if name not in TAKES_VALUE:
            rest.append(one)
        elif TAKES_VALUE[name] and not found and waiting:
            front += [one, waiting.pop(0)]
        else:
            front.append(one)
    return [*front, *rest]
