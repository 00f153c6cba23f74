"""The one place where parts are chosen and joined, and the verbs over them.

The workbench is imported when it is first named: what needs one part of it alone, as `serve` does,
pays for that part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.app.workbench import Workbench, open_workbench

__all__ = ["Workbench", "open_workbench"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sightline.app import workbench

    return getattr(workbench, name)
