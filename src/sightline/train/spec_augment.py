"""Settings of how pictures are varied."""

from __future__ import annotations

from pydantic import Field

from sightline.train.spec_base import Part


class AugmentPart(Part):
    """How pictures are varied. Zero switches a variation off."""

    views: int = Field(
        default=1, ge=1, le=64, description="Differently varied copies of each picture in an epoch."
    )
    flip: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Chance of a left-right flip; 0 where left and right matter.",
    )
    flip_vertical: float = Field(default=0.0, ge=0, le=1, description="Chance of an up-down flip.")
    rotate: float = Field(
        default=15.0,
        ge=0,
        le=180,
        description="Rotation.",
        json_schema_extra={"unit": "degrees, +-"},
    )
    scale: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Zoom and aspect.",
        json_schema_extra={"unit": "share, +-"},
    )
    translate: float = Field(
        default=0.1,
        ge=0,
        le=0.5,
        description="Shift.",
        json_schema_extra={"unit": "share of a side, +-"},
    )
    shear: float = Field(
        default=15.0, ge=0, le=45, description="Slant.", json_schema_extra={"unit": "degrees, +-"}
    )
    elastic: float = Field(
        default=0.0,
        ge=0,
        le=0.5,
        description="Warp.",
        json_schema_extra={"unit": "share of a side, +-"},
    )
    brightness: float = Field(
        default=0.3, ge=0, le=1, description="Added light.", json_schema_extra={"unit": "share, +-"}
    )
    contrast: float = Field(
        default=0.3,
        ge=0,
        le=2,
        description="Contrast.",
        json_schema_extra={"unit": "log factor, +-"},
    )
    colour: float = Field(
        default=0.0,
        ge=0,
        le=2,
        description="Saturation.",
        json_schema_extra={"unit": "log factor, +-"},
    )
    erase: float = Field(
        default=0.0, ge=0, le=1, description="Chance that a rectangle is covered with a flat grey."
    )
    mixup: float = Field(
        default=0.0, ge=0, le=4, description="Alpha of the mix of two pictures (Zhang et al. 2018)."
    )
