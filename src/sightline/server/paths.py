"""Paths that come over the API lie under allowed folders, whatever links and dots they hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sightline.core.errors import ForbiddenError, InvalidInputError


def allowed_roots(configured: Iterable[str], workspace: Path) -> tuple[Path, ...]:
    """Return the folders, resolved: the configured ones, else the home folder; the workspace."""
    named = [Path(one).expanduser() for one in configured] or [Path.home()]
    return tuple(root.resolve() for root in (*named, workspace))


def confine(given: str, roots: Iterable[Path]) -> Path:
    """Return `given` as an absolute path with every link followed.

    Raises:
        InvalidInputError: It is no path, or a relative one.
        ForbiddenError: It leads out of the allowed folders.
    """
    try:
        path = Path(given).expanduser()
        resolved = path.resolve()
    except (ValueError, OSError, RuntimeError) as error:
        raise InvalidInputError(
            f"{given[:200]!r} is not a path", hint="send the full path of a folder or a file"
        ) from error
    if not path.is_absolute():
        raise InvalidInputError(
            f"{given[:200]!r} is not a full path", hint="start it at the root, such as /home/me"
        )
    if any(resolved.is_relative_to(root) for root in roots):
        return resolved
    raise ForbiddenError(
        f"{given[:200]} lies outside of the allowed folders",
        hint="add its folder to the setting allowed_roots (SIGHTLINE_ALLOWED_ROOTS)",
    )
