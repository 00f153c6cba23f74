"""The names that Tator's scripts use for pictures encoded ahead; what they do is done elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sightline.app.assist.slots import ROLES
from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from sightline.app.workbench import Workbench

BUSY: Final = frozenset({"queued", "encoding"})
_MB: Final = 1 << 20


def slots(bench: Workbench) -> list[dict[str, Any]]:
    """Return the slots of the page that asked last: the current picture, the next, the previous."""
    shown = bench.assist.slots.shown(bench.assist.slots.newest())
    every = {row["role"]: row for row in shown}
    return [_slot(bench, role, every.get(role)) for role in ROLES]


def settings(bench: Workbench) -> dict[str, Any]:
    """Return how many pictures are encoded ahead, and what that takes, megabytes."""
    load = bench.meter.look()
    used = bench.assist.encodings.cache.state()["memory"]
    rows = slots(bench)
    return {
        "max_predictors": bench.assist.slots.count,
        "min_predictors": 1,
        "max_supported_predictors": len(ROLES),
        "active_predictors": sum(row["enabled"] for row in rows),
        "loaded_predictors": sum(row["image_name"] is not None for row in rows),
        "process_ram_mb": float(load["process_memory_mb"]),
        "total_ram_mb": float(load["memory_total_mb"]),
        "available_ram_mb": float(load["memory_total_mb"] - load["memory_used_mb"]),
        "image_ram_mb": round(used["bytes"] / _MB, 3),
    }


def set_predictors(bench: Workbench, count: int) -> dict[str, Any]:
    """Set how many pictures are encoded ahead, and return the settings.

    Raises:
        InvalidInputError: It is not 1, 2 or 3.
    """
    if not 1 <= count <= len(ROLES):
        raise InvalidInputError(
            f"max_predictors is {count}", hint=f"a number from 1 to {len(ROLES)}"
        )
    bench.assist.set_budget(bytes_=bench.assist.encodings.cache.limit_bytes, slots=count)
    return settings(bench)


def _slot(bench: Workbench, role: str, row: dict[str, Any] | None) -> dict[str, Any]:
    image = None
    if row is not None and row["image_id"] is not None:
        image = next(iter(bench.store.images.by_ids([row["image_id"]])), None)
    return {
        "slot_name": role,
        "enabled": row is not None,
        "image_name": None if image is None else image.path.replace("\\", "/").rpartition("/")[2],
        "variant": None if row is None else row["engine"],
        "width": None if image is None else image.width,
        "height": None if image is None else image.height,
        "busy": row is not None and row["state"] in BUSY,
        "memory_bytes": 0 if row is None else row["bytes"] or 0,
    }
