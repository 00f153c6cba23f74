"""Settings of what counts as an error, and for how much."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightline.train.spec_base import Part


class LossPart(Part):
    """What counts as an error, and for how much."""

    class_weights: Literal["none", "balanced"] = Field(
        default="none", description="balanced: rare classes count for more."
    )
    label_smoothing: float = Field(
        default=0.05, ge=0, lt=1, description="Share of the target given to all classes alike."
    )
