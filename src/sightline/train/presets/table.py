"""All presets by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.train.presets import classes, compact, embedding, networks, tags
from sightline.train.presets.preset import GROUPS

if TYPE_CHECKING:
    from sightline.train.presets.preset import Preset

_ALL: Final[tuple[Preset, ...]] = (
    *classes.PRESETS,
    *tags.PRESETS,
    *embedding.PRESETS,
    *compact.PRESETS,
    *networks.PRESETS,
)
PRESETS: Final[dict[str, Preset]] = {one.name: one for one in _ALL}
"""In the order of their groups."""
assert [*dict.fromkeys(one.group for one in _ALL)] == [*GROUPS]


def preset_of(name: str) -> Preset:
    """Return a preset by its name, with or without `.json`.

    Raises:
        InvalidInputError: No preset bears this name.
    """
    plain = name.strip().removesuffix(".json")
    if plain not in PRESETS:
        raise InvalidInputError(f"no preset named {name!r}", hint=did_you_mean(plain, PRESETS))
    return PRESETS[plain]
