"""Settings of how pictures are varied."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sightline.train.spec_base import Part

PER_PICTURE = (
    "policy", "sharpen", "blur", "noise", "jpeg", "posterize", "solarize", "equalize",
    "autocontrast", "invert", "grey",
)  # fmt: skip
"""Variations that are done picture by picture; the others take a whole batch in one call."""


def _drawn(group: str, unit: str = "") -> dict[str, Any]:
    """Return how a form shows a setting: under which heading, and in what unit."""
    return {"group": group} | ({"unit": unit} if unit else {})


class AugmentPart(Part):
    """How pictures are varied. Zero or none switches a variation off."""

    views: int = Field(
        default=1, ge=1, le=64, json_schema_extra=_drawn("copies"),
        description="Differently varied copies of each picture in an epoch.",
    )  # fmt: skip
    flip: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("geometry"),
        description="Chance of a left-right flip; 0 where left and right matter.",
    )  # fmt: skip
    flip_vertical: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("geometry"),
        description="Chance of an up-down flip.",
    )  # fmt: skip
    rotate: float = Field(
        default=15.0, ge=0, le=180, json_schema_extra=_drawn("geometry", "degrees, +-"),
        description="Rotation.",
    )  # fmt: skip
    scale: float = Field(
        default=0.2, ge=0, le=1, json_schema_extra=_drawn("geometry", "share, +-"),
        description="Zoom and aspect.",
    )  # fmt: skip
    translate: float = Field(
        default=0.1, ge=0, le=0.5, json_schema_extra=_drawn("geometry", "share of a side, +-"),
        description="Shift.",
    )  # fmt: skip
    shear: float = Field(
        default=15.0, ge=0, le=45, json_schema_extra=_drawn("geometry", "degrees, +-"),
        description="Slant.",
    )  # fmt: skip
    elastic: float = Field(
        default=0.0, ge=0, le=0.5, json_schema_extra=_drawn("geometry", "share of a side, +-"),
        description="Warp.",
    )  # fmt: skip
    crop: float = Field(
        default=0.0, ge=0, le=0.95, json_schema_extra=_drawn("geometry", "share of the area"),
        description="Random resized crop: how much is cut away at most; ImageNet's recipe: 0.92.",
    )  # fmt: skip
    perspective: float = Field(
        default=0.0, ge=0, le=0.4, json_schema_extra=_drawn("geometry", "+-"),
        description="Tilt, as of a picture that is seen from the side.",
    )  # fmt: skip
    brightness: float = Field(
        default=0.3, ge=0, le=1, json_schema_extra=_drawn("colour", "share, +-"),
        description="Added light.",
    )  # fmt: skip
    contrast: float = Field(
        default=0.3, ge=0, le=2, json_schema_extra=_drawn("colour", "log factor, +-"),
        description="Contrast.",
    )  # fmt: skip
    colour: float = Field(
        default=0.0, ge=0, le=2, json_schema_extra=_drawn("colour", "log factor, +-"),
        description="Saturation.",
    )  # fmt: skip
    hue: float = Field(
        default=0.0, ge=0, le=0.5, json_schema_extra=_drawn("colour", "turns, +-"),
        description="Hue, around the circle of colours; 0 where colour tells the class.",
    )  # fmt: skip
    grey: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("colour"),
        description="Chance of no colour at all.",
    )  # fmt: skip
    invert: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("colour"),
        description="Chance of a negative.",
    )  # fmt: skip
    posterize: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("colour"),
        description="Chance of fewer shades: 2 to 6 bits.",
    )  # fmt: skip
    solarize: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("colour"),
        description="Chance that what is brighter than some level is inverted.",
    )  # fmt: skip
    equalize: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("colour"),
        description="Chance that the histogram is levelled.",
    )  # fmt: skip
    autocontrast: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("colour"),
        description="Chance that the darkest becomes black and the brightest white.",
    )  # fmt: skip
    blur: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("blur"),
        description="Chance of a Gaussian blur.",
    )  # fmt: skip
    blur_sigma: float = Field(
        default=1.5, ge=0.1, le=10, json_schema_extra=_drawn("blur", "px of the input"),
        description="Greatest width of the blur.",
    )  # fmt: skip
    sharpen: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("blur"),
        description="Chance of sharpening, up to three times.",
    )  # fmt: skip
    noise: float = Field(
        default=0.0, ge=0, le=0.5, json_schema_extra=_drawn("blur", "share of white"),
        description="Gaussian noise: its greatest standard deviation.",
    )  # fmt: skip
    jpeg: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("blur"),
        description="Chance of the marks of JPEG at quality 20 to 80.",
    )  # fmt: skip
    erase: float = Field(
        default=0.0, ge=0, le=1, json_schema_extra=_drawn("cover"),
        description="Chance that a rectangle is covered with a flat grey.",
    )  # fmt: skip
    policy: Literal["none", "randaugment", "trivialaugment", "augmix"] = Field(
        default="none", json_schema_extra=_drawn("policy"),
        description="Operations by chance: RandAugment (Cubuk et al. 2020), TrivialAugment wide "
        "(Mueller and Hutter 2021), AugMix (Hendrycks et al. 2020).",
    )  # fmt: skip
    operations: int = Field(
        default=2, ge=1, le=8, json_schema_extra=_drawn("policy"),
        description="RandAugment: operations one after the other.",
    )  # fmt: skip
    magnitude: int = Field(
        default=9, ge=0, le=30, json_schema_extra=_drawn("policy"),
        description="RandAugment: strength of its operations. AugMix: a third of it is its "
        "severity, of 10.",
    )  # fmt: skip
    mixup: float = Field(
        default=0.0, ge=0, le=4, json_schema_extra=_drawn("mix"),
        description="Alpha of the mix of two pictures (Zhang et al. 2018).",
    )  # fmt: skip
    cutmix: float = Field(
        default=0.0, ge=0, le=4, json_schema_extra=_drawn("mix"),
        description="Alpha of a rectangle of another picture (Yun et al. 2019); with mixup, half "
        "of the pictures get either.",
    )  # fmt: skip
