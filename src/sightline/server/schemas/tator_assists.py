"""Pictures encoded ahead, with Tator's names."""

from __future__ import annotations

from typing import Literal

from sightline.server.schemas.common import In, Out


class SamSlot(Out):
    """One picture that is encoded ahead, or room for one."""

    slot_name: Literal["current", "next", "previous"]
    enabled: bool
    image_name: str | None
    variant: str | None
    width: int | None
    height: int | None
    busy: bool
    memory_bytes: int


class PredictorSettings(Out):
    """How many pictures are encoded ahead, and what that takes, megabytes."""

    max_predictors: int
    min_predictors: int
    max_supported_predictors: int
    active_predictors: int
    loaded_predictors: int
    process_ram_mb: float
    total_ram_mb: float
    available_ram_mb: float
    image_ram_mb: float


class SetPredictorSettings(In):
    """How many pictures to encode ahead: the current, the next, the previous one."""

    max_predictors: int
