"""The networks as a person chooses them: in families, with what each costs."""

from __future__ import annotations

from typing import Any


def networks(text: str = "") -> list[dict[str, Any]]:
    """Return the networks of the table, the ones that suit most first.

    Args:
        text: Only those whose name, family or description holds it; timm's too where it fits.
    """
    from sightline.nets.families import FAMILIES
    from sightline.nets.table import NETWORKS, spec_of
    from sightline.nets.timm_names import TIMM, timm_names

    asked = text.strip().lower()
    found = list(NETWORKS.values())
    if asked:
        plain = asked.removeprefix(TIMM)
        timm = sorted(name for name in timm_names() if plain in name)
        found += [spec_of(f"{TIMM}{name}") for name in timm]
    rows = [
        {
            "name": net.name,
            "family": net.family,
            "title": FAMILIES[net.family].title if net.family in FAMILIES else net.family,
            "group": net.group,
            "featured": net.featured,
            "input_px": net.input_px,
            "min_px": net.min_input_px,
            "step_px": net.step_px,
            "parameters_m": net.parameters_m,
            "gmacs": net.gmacs,
            "dim": net.dim,
            "mb": net.mb,
            "licence": net.licence,
            "description": net.description,
        }
        for net in found
    ]
    shown = ("name", "title", "group", "description")
    return [row for row in rows if any(asked in str(row[key]).lower() for key in shown)]
