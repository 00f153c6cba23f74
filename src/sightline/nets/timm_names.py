"""The names of timm's networks, read from its sources: importing timm would import torch."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

TIMM: Final = "timm:"
_REGISTERED: Final = re.compile(r"^@register_model\b.*\n(?:@.*\n)*def (\w+)\(", re.MULTILINE)


@cache
def timm_names() -> frozenset[str]:
    """Return the names of timm's networks; none when it is not installed."""
    found = find_spec("timm")
    if found is None or not found.submodule_search_locations:
        return frozenset()
    folder = Path(found.submodule_search_locations[0]) / "models"
    texts = (file.read_text("utf-8") for file in sorted(folder.glob("*.py")))
    return frozenset(name for text in texts for name in _REGISTERED.findall(text))
