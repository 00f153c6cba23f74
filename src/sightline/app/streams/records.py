"""A text as it is kept in the ring, and as it goes to a viewer."""

from __future__ import annotations

import base64
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.clock import now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.core.arrays import F32
    from sightline.core.narration import Telling, Thing

_KEPT_ALONE: Final = ("key", "session", "heat")
"""What a viewer does not get."""
MAX_BOXES: Final = 300
MAX_HEAT: Final = 64
"""Most rows and columns of a map that are kept."""


def record_of(
    telling: Telling,
    *,
    media_id: str,
    about: Mapping[str, Any],
    outlines: Sequence[list[float] | None] = (),
) -> dict[str, Any]:
    """Return a telling as it is kept, all but its id.

    Args:
        telling: What was said.
        media_id: About what.
        about: `key` and `session` of the narration, `latency_ms`, `dropped`, `notes`.
        outlines: Of the things of its scene, x0, y0, x1, y1, ...; none when they are not wanted.
    """
    scene = telling.scene
    heat = None if scene.heat is None else packed(scene.heat)
    return {
        "timestamp": now(),
        "text": telling.text,
        "confidence": round(telling.confidence, 4),
        "boxes": [
            _box(thing, outline)
            for thing, outline in zip_longest(scene.things[:MAX_BOXES], outlines[:MAX_BOXES])
        ],
        "media_id": media_id,
        "time_s": round(telling.time_s, 3),
        "frame": telling.index,
        "width": scene.width,
        "height": scene.height,
        "kind": telling.kind,
        "lang": telling.lang,
        "asked_lang": telling.asked_lang,
        "engine": telling.engine,
        "counts": dict(telling.counts),
        "heat": heat,
        **about,
    }


def message_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a viewer gets of a record from the ring."""
    seen = bool(record["boxes"] or record["heat"]) and record["kind"] == "text"
    address = f"/api/media/{record['media_id']}/overlays/{record['id']}.webp" if seen else None
    facts = {name: value for name, value in record.items() if name not in _KEPT_ALONE}
    return facts | {"overlay_url": address}


def packed(heat: F32) -> dict[str, Any]:
    """Return a map (h, w) of 0..1 as text, 8 bits a cell; a large one is thinned out."""
    down, across = (-(-side // MAX_HEAT) for side in heat.shape)
    thin = np.clip(heat[::down, ::across] * 255 + 0.5, 0, 255).astype(np.uint8)
    return {
        "height": thin.shape[0],
        "width": thin.shape[1],
        "cells": base64.b64encode(thin.tobytes()).decode(),
    }


def unpacked(heat: Mapping[str, Any]) -> F32:
    """Return the map (h, w) of 0..1 that `packed` made text of."""
    cells = np.frombuffer(base64.b64decode(heat["cells"]), np.uint8)
    found: F32 = cells.reshape(heat["height"], heat["width"]).astype(np.float32)
    return found / np.float32(255)


def _box(thing: Thing, outline: list[float] | None) -> dict[str, Any]:
    return {
        "name": thing.name,
        "score": round(float(thing.score), 4),
        "box": [round(float(side), 1) for side in thing.box],
        "track": thing.track,
        "outline": outline,
    }
