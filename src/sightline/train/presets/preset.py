"""What a preset is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sightline.train.spec_loss import Task

Group = Literal["classes", "tags", "embedding", "compact", "network"]
GROUPS: Final[dict[Group, str]] = {
    "classes": "One class for each picture",
    "tags": "Tags: what is there",
    "embedding": "Embeddings: what is alike",
    "compact": "Small and fast",
    "network": "By network",
}
"""In the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A starting point: what its kind of task asks for, before it is fitted to the data."""

    name: str
    title: str
    purpose: str
    """One sentence: when to take it."""
    group: Group
    task: Task = "single"
    """single becomes multi in a project of tags."""
    networks: tuple[str, ...]
    """From the smallest tier up; the last is for all tiers beyond."""
    pixels: int = 224
    """Side of the network's input where pictures are large enough."""
    batch: int = 32
    """Of the small tier, at `pixels`."""
    lr: float = 2e-3
    """For random weights and `batch`."""
    seen: float = 1.0
    """Varied pictures to see, as a share of what the tier says."""
    augment: Mapping[str, Any] = field(default_factory=dict)
    """All that varies pictures, as for the medium tier; what is left out is off."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Further settings."""
    notes: tuple[str, ...] = ()
