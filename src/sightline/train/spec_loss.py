"""Settings of what is learned, and of what counts as an error, and for how much."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field

from sightline.train.spec_base import Part

Task = Literal["single", "multi", "embedding"]
LossName = Literal["auto", "cross_entropy", "focal", "bce", "asymmetric", "arcface"]

LOSSES: Final[dict[Task, tuple[LossName, ...]]] = {
    "single": ("cross_entropy", "focal"),
    "multi": ("bce", "focal", "asymmetric"),
    "embedding": ("arcface",),
}
"""What a task can be learned by; `auto` is the first."""
MONITORS: Final[dict[str, Task]] = {"val_map": "multi", "val_recall_at_1": "embedding"}
"""What can be monitored of one task alone."""
OF_TASK: Final[dict[str, dict[str, Any]]] = {
    "multi": {"task": "multi", "loss": {"label_smoothing": 0.0}},
    "embedding": {
        "task": "embedding",
        "loss": {"label_smoothing": 0.0},
        "early_stopping": {"monitor": "val_recall_at_1"},
    },
}
"""What suits a task besides."""


class LossPart(Part):
    """What counts as an error, and for how much."""

    name: LossName = Field(
        default="auto",
        description="auto: what the task is usually learned by. One class: cross_entropy, or focal "
        "for rare and hard pictures. Tags: bce, focal, or asymmetric where most tags are absent. "
        "Embedding: arcface.",
    )
    class_weights: Literal["none", "balanced", "effective"] = Field(
        default="none",
        description="balanced: rare classes count for more; effective: the same, less steeply "
        "(effective number of samples). Of tags: how much their presence counts.",
    )
    effective_beta: float = Field(
        default=0.999,
        ge=0,
        lt=1,
        description="Of effective weights: 0 is none, near 1 is balanced.",
    )
    label_smoothing: float = Field(
        default=0.05, ge=0, lt=1, description="Share of the target given to all classes alike."
    )
    focal_gamma: float = Field(
        default=2.0, ge=0, le=10, description="Focal loss: how little easy pictures count."
    )
    gamma_present: float = Field(
        default=0.0, ge=0, le=10, description="Asymmetric loss: focus on tags that are there."
    )
    gamma_absent: float = Field(
        default=4.0, ge=0, le=10, description="Asymmetric loss: focus on tags that are not there."
    )
    clip_absent: float = Field(
        default=0.05,
        ge=0,
        lt=1,
        description="Asymmetric loss: an absent tag below this probability costs nothing.",
    )
    margin: float = Field(
        default=0.3,
        ge=0,
        le=1.5,
        description="ArcFace: how far inside its class a picture should lie; 0: NormFace.",
        json_schema_extra={"unit": "radians"},
    )
    cosine_scale: float = Field(
        default=24.0, gt=0, le=256, description="ArcFace: what cosines are multiplied by."
    )
