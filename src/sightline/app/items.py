"""How the store's rows look to a caller: plain JSON, the same in API, command line and page."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sightline.core.skeletons import skeleton_from

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.store.classes import ClassRow
    from sightline.store.history import Entry
    from sightline.store.images import ImageRow
    from sightline.store.journal import Applied, Outcome


def item(
    row: ImageRow,
    *,
    folder: Path,
    score: float | None = None,
    why: str | None = None,
    predicted: int | None = None,
    probability: float | None = None,
) -> dict[str, Any]:
    """Return one image as lists show it; paths inside the project's folder are relative.

    `v` changes with the picture: a picture's address with `?v=` may be cached for ever.
    """
    return {
        "id": row.id,
        "ordinal": row.ordinal,
        "path": shown_path(row.path, folder),
        "page": row.page,
        "width": row.width,
        "height": row.height,
        "status": row.status,
        "class_id": row.class_id,
        "tags": list(row.tags),
        "split": row.split,
        "version": row.version,
        "score": score,
        "why": why,
        "predicted": predicted,
        "probability": probability,
        "review": row.review,
        "objects": row.objects,
        "v": row.digest[:16],
    }


def shown_path(path: str, folder: Path) -> str:
    """Return a path relative to the project's folder when it lies inside."""
    inside = f"{folder}/"
    return path.removeprefix(inside) if path.startswith(inside) else path


def class_item(row: ClassRow, count: int) -> dict[str, Any]:
    """Return one class with the number of images that have it."""
    return {
        "id": row.id,
        "name": row.name,
        "colour": row.colour,
        "hotkey": row.hotkey,
        "skeleton": skeleton_from(row.skeleton),
        "position": row.position,
        "count": count,
    }


def outcome(done: Outcome) -> dict[str, Any]:
    """Return what a change of many images did, or would do."""
    return {
        "count": done.count,
        "changed": done.changed,
        "seq": done.seq,
        "description": done.description,
    }


def applied(change: Applied) -> dict[str, Any]:
    """Return what a change did."""
    return {
        "seq": change.seq,
        "description": change.description,
        "count": change.count,
        "images": [asdict(state) for state in change.images],
    }


def entry(line: Entry) -> dict[str, Any]:
    """Return a line of the history."""
    return asdict(line)
