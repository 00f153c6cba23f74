"""How a medium looks to a caller."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.core.media import Media


def row(media: Media) -> dict[str, Any]:
    """Return a medium as plain data; its id is called media_id, as in the API."""
    plain = asdict(media)
    return {"media_id": plain.pop("id"), **plain}
