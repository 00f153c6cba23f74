"""A map as it lies in its array, and what may be asked of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.curate.map_methods import Method, Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, I64, Bool
    from sightline.store.array_files import ArrayVersion
    from sightline.store.state import ProjectState

MODES: Final = ("auto", "update", "new")


@dataclass(frozen=True, slots=True)
class Asked:
    """A map that somebody wants."""

    method: Method
    options: Options


@dataclass(frozen=True, slots=True)
class Laid:
    """A map as it is now, without images that were deleted; M images."""

    ordinals: I64
    """(M,) ascending."""
    points: F32
    """(M, 3) x, y and cluster, -1 for none."""
    known: Bool
    """(N,) which ordinals were looked at when it was made."""
    facts: dict[str, Any]
    """`key`, `bounds`, `clusters`, `options`, `seconds`, `at`, as they were written."""


def standing(laid: Laid | None, embedded: Bool, *, running: bool) -> dict[str, Any]:
    """Return how a map stands, as callers see it; `embedded` (N,) are those that could be on it."""
    if laid is None:
        return {
            "state": "running" if running else "missing",
            "mapped": 0,
            "new": 0,
            "stale": False,
            "left_out": 0,
            "bounds": None,
            "key": None,
            "seconds": None,
            "at": None,
            "options": None,
        }
    new = int(np.count_nonzero(embedded & ~laid.known))
    left_out = int(np.count_nonzero(embedded & laid.known)) - len(laid.ordinals)
    kept = ("bounds", "key", "seconds", "at", "options")
    return {
        "state": "ready",
        "mapped": len(laid.ordinals),
        "new": new,
        "stale": new > 0,
        "left_out": max(0, left_out),
        **{name: laid.facts[name] for name in kept},
    }


def laid_of(version: ArrayVersion, state: ProjectState) -> Laid:
    """Return a version of a map's array as a map."""
    rows, known = version.load(state.size)
    shown = known & state.alive & np.isfinite(rows[:, 0])
    ordinals = np.flatnonzero(shown)
    points: NDArray[np.float32] = rows[ordinals]
    return Laid(ordinals, points, known, version.header.extra)


def options_of(given: Mapping[str, Any]) -> Options:
    """Return checked options; those that are None are left as they are by default."""
    known = Options.__dataclass_fields__
    for name in given:
        if name not in known:
            raise InvalidInputError(f"a map has no option {name!r}", hint=", ".join(known))
    asked = Options(**{name: value for name, value in given.items() if value is not None})
    asked.check()
    return asked


def check_mode(mode: str) -> None:
    """Raise InvalidInputError unless it is a way to make a map."""
    if mode not in MODES:
        raise InvalidInputError(f"no mode {mode!r}", hint=", ".join(MODES))
