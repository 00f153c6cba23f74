"""What can be asked of a network: layers and methods, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.explain.methods import METHODS
from sightline.explain.rollout import can_roll

if TYPE_CHECKING:
    from sightline.explain.explainer import Explainer
    from sightline.explain.methods import Method


def facts_of(explainer: Explainer) -> dict[str, Any]:
    """Return the layers, in the order in which they are run, and the methods."""
    layers, rolls = explainer.layers, can_roll(explainer.net)
    return {
        "auto": layers.auto,
        "note": layers.note,
        "layers": [
            {
                "name": one.name,
                "channels": one.grid.channels,
                "height": one.grid.height,
                "width": one.grid.width,
                "main": one.main,
            }
            for one in layers.table.values()
        ],
        "methods": [_method(one, rolls=rolls) for one in METHODS.values()],
    }


def _method(method: Method, *, rolls: bool) -> dict[str, Any]:
    missing = ", ".join(method.missing())
    why = f"needs {missing}: pip install 'sightline[{method.extra}]'" if missing else ""
    if method.kind == "attention" and not rolls:
        why = "for plain vision transformers only"
    return {
        "name": method.name,
        "title": method.title,
        "description": method.description,
        "ready": not why,
        "why": why,
        "by_layer": method.by_layer,
        "by_class": method.by_class,
    }
