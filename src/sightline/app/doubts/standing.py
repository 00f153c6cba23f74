"""How things stand with a project's doubts, at a glance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = "doubts"
"""Below a project's folder."""
TOLD: Final = "told"
"""Below that: what serving processes told last, a file for each model."""


def told(folder: Path) -> list[dict[str, Any]]:
    """Return what serving processes told last; what is damaged is passed over."""
    found = []
    for path in sorted((folder / TOLD).glob("*.json")):
        try:
            found.append(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError):
            continue
    return found


def standing(folder: Path) -> dict[str, Any]:
    """Return {doubts, drifting}: how many are kept, and models whose stream has moved."""
    if not folder.is_dir():
        return {"doubts": 0, "drifting": []}
    lines = sorted(told(folder), key=lambda one: str(one.get("at", "")))
    newest = {one["model_name"]: one for one in lines}  # an earlier version is served no more
    drifting = sorted(name for name, one in newest.items() if (one.get("drift") or {}).get("alarm"))
    return {"doubts": sum(1 for _ in folder.glob("*.json")), "drifting": drifting}
