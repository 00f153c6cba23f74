"""What an exported form was made from, even where that is gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sightline.core.errors import UnknownModelError

if TYPE_CHECKING:
    from sightline.core.cards import ModelCard
    from sightline.store.models import ModelStore


def source_of(models: ModelStore, card: ModelCard) -> ModelCard:
    """Return the card of what a form was made from, of any other model its own.

    Where the source is gone, the form's own with the name and the run that its report tells of it.
    """
    if not card.origin:
        return card
    try:
        return models.get(card.origin, allow_paths=False)
    except UnknownModelError:
        name, run = card.report.get("origin_name", card.origin), card.report.get("run", "")
        return replace(card, name=str(name), run=str(run))
