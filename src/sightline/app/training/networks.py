"""The networks as a person chooses them: in families, with what each costs and has weights for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightline.nets.table import NetSpec
    from sightline.store.models import ModelStore


def networks(models: ModelStore, text: str = "") -> list[dict[str, Any]]:
    """Return the networks of the table, the ones that suit most first.

    Args:
        models: Says for which there are weights here.
        text: Only those whose name, family or description holds it; timm's too where it fits.
    """
    from sightline.nets.table import NETWORKS, spec_of
    from sightline.nets.timm_names import TIMM, timm_names

    asked = text.strip().lower()
    found = list(NETWORKS.values())
    if asked:
        plain = asked.removeprefix(TIMM)
        found += [spec_of(f"{TIMM}{name}") for name in sorted(timm_names()) if plain in name]
    here = weights_here(models)
    rows = [_row(net, here.get(net.name)) for net in found]
    shown = ("name", "title", "group", "description")
    return [row for row in rows if any(asked in str(row[key]).lower() for key in shown)]


def weights_here(models: ModelStore) -> dict[str, str]:
    """Return, by network, the newest model that was added, not trained here."""
    found: dict[str, str] = {}
    for record in models.list():
        card = record.card
        if card and card.network and card.format == "torch" and not card.run:
            found.setdefault(card.network.removeprefix("torchvision:"), card.id)
    return found


def _row(net: NetSpec, weights: str | None) -> dict[str, Any]:
    from sightline.nets.families import FAMILIES

    family = FAMILIES.get(net.family)
    return {
        "name": net.name,
        "family": net.family,
        "title": family.title if family else {"plain": "Plain"}.get(net.family, net.family),
        "group": net.group,
        "featured": net.featured,
        "input_px": net.input_px,
        "min_px": net.min_input_px,
        "step_px": net.step_px,
        "parameters_m": net.parameters_m,
        "gmacs": net.gmacs,
        "dim": net.dim,
        "mb": net.mb,
        "pullable": net.mb > 0,
        "weights": weights,
        "licence": net.licence,
        "description": net.description,
    }
