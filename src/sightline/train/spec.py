"""What a training is asked to do: one model from which file, flags, API and form come."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sightline.core.errors import InvalidInputError
from sightline.core.tone import parse_tone
from sightline.nets.table import NETWORKS


class Part(BaseModel):
    """A group of settings: unknown keys and wrong types are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ModelPart(Part):
    """The network and the weights it starts from."""

    name: str = Field(
        default="small_cnn", description="Network.", json_schema_extra={"examples": [*NETWORKS]}
    )
    weights: str = Field(
        default="random",
        description="'random', a .safetensors file, or an added model; a head of another size is "
        "made anew.",
        min_length=1,
    )
    dropout: float = Field(
        default=0.2,
        ge=0,
        lt=1,
        description="Share of the embedding that is dropped while training.",
    )


class OptimizerPart(Part):
    """How gradients become steps."""

    name: Literal["adamw", "sgd"] = Field(
        default="adamw", description="AdamW, or SGD with momentum."
    )
    lr: float = Field(default=4e-3, gt=0, le=10, description="Highest learning rate.")
    weight_decay: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Decoupled decay of weights; biases and norms have none.",
    )
    momentum: float = Field(
        default=0.9, ge=0, lt=1, description="SGD's momentum (Nesterov), or AdamW's first beta."
    )


class SchedulePart(Part):
    """The learning rate over the steps."""

    name: Literal["cosine", "one_cycle", "constant"] = Field(
        default="one_cycle",
        description="cosine: linear warm-up, then half a cosine; one_cycle: half a cosine up and "
        "half a cosine down; constant: linear warm-up, then level.",
    )
    warmup_share: float = Field(
        default=0.1, ge=0, le=0.9, description="Share of all steps in which the rate rises."
    )
    final_share: float = Field(
        default=0.0, ge=0, le=1, description="Last learning rate, as a share of the highest."
    )


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


class EarlyStoppingPart(Part):
    """When to stop before the last epoch, and which epoch is the best."""

    patience: int = Field(
        default=0, ge=0, le=10_000, description="Epochs without a better value; 0: no early stop.",
        json_schema_extra={"unit": "epochs"},
    )  # fmt: skip
    min_delta: float = Field(
        default=0.0, ge=0, le=10, description="What counts as better than the best so far."
    )
    monitor: Literal["val_loss", "val_accuracy"] = Field(
        default="val_loss", description="Chooses the best epoch; needs a val split."
    )


class LoaderPart(Part):
    """How pictures are read. Never changes what is learned."""

    workers: int = Field(
        default=2, ge=0, le=64, description="Threads that read ahead; 0: the training's own."
    )
    memory_mb: int = Field(
        default=2048, ge=0, le=1_000_000, json_schema_extra={"unit": "MB"},
        description="Pictures are kept in memory when all fit into this.",
    )  # fmt: skip


class CheckpointPart(Part):
    """How often the state is saved, besides at the end."""

    every_s: float = Field(
        default=30.0, ge=0, description="At the next step after this long; 0: by steps only.",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip
    every_steps: int = Field(
        default=0, ge=0, description="After this many steps; 0: by time only.",
        json_schema_extra={"unit": "steps"},
    )  # fmt: skip


class TrainSpec(Part):
    """All of a training's settings."""

    epochs: int = Field(
        default=30, ge=1, le=100_000, description="Rounds over the training pictures."
    )
    batch_size: int = Field(
        default=32,
        ge=1,
        le=8192,
        description="Pictures per forward pass at most; memory may split it.",
    )
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        description="The same seed, data and threads: the same model.",
    )
    image_size: int = Field(
        default=32, ge=8, le=1024, description="Side of the network's input.",
        json_schema_extra={"unit": "px"},
    )  # fmt: skip
    resize: Literal["stretch", "crop", "letterbox"] = Field(
        default="stretch", description="How a picture becomes a square."
    )
    tone: str = Field(
        default="",
        max_length=200,
        description="How TIFF, FITS and 16-bit pictures become 8 bits; the project's setting.",
    )
    model: ModelPart = ModelPart()
    optimizer: OptimizerPart = OptimizerPart()
    schedule: SchedulePart = SchedulePart()
    augment: AugmentPart = AugmentPart()
    early_stopping: EarlyStoppingPart = EarlyStoppingPart()
    loader: LoaderPart = LoaderPart()
    checkpoint: CheckpointPart = CheckpointPart()
    ema: float = Field(
        default=0.995,
        ge=0,
        lt=1,
        description="Decay of the averaged weights; 0: none. Slower at first.",
    )
    clip_norm: float = Field(
        default=1.0, ge=0, le=1e6, description="Longest gradient; 0: no limit."
    )
    accumulate: int = Field(
        default=1, ge=1, le=1024, description="Batches whose gradients make one step together."
    )
    class_weights: Literal["none", "balanced"] = Field(
        default="none", description="balanced: rare classes count for more."
    )
    label_smoothing: float = Field(
        default=0.05, ge=0, lt=1, description="Share of the target given to all classes alike."
    )
    amp: Literal["auto", "off"] = Field(
        default="auto", description="auto: bfloat16 on a GPU that has it."
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="auto: a GPU if it works."
    )
    threads: int = Field(
        default=0, ge=0, le=1024, description="CPU threads of the arithmetic; 0: torch's choice."
    )

    @model_validator(mode="after")
    def _fits(self) -> TrainSpec:
        try:
            parse_tone(self.tone)
        except InvalidInputError as error:
            raise ValueError(f"{error}; {error.hint}") from error
        net = NETWORKS.get(self.model.name)
        if net and self.image_size < net.min_input_px:
            raise ValueError(
                f"image_size {self.image_size} is too small for {net.name}, which needs "
                f"{net.min_input_px} px"
            )
        return self

    def key(self) -> str:
        """Return a short hash that changes with any setting."""
        raw = json.dumps(self.model_dump(), sort_keys=True).encode()
        return hashlib.blake2b(raw, digest_size=8).hexdigest()


RESUMABLE = ("epochs", "loader", "checkpoint", "early_stopping", "threads", "device", "amp")
"""Top-level keys that may differ when a run is resumed."""


def changed_keys(old: TrainSpec, new: TrainSpec) -> list[str]:
    """Return the dotted keys in which two specs differ."""
    one, other = flat(old.model_dump()), flat(new.model_dump())
    return [key for key in one if one[key] != other[key]]


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings by their dotted keys."""
    out: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            out |= flat(value, f"{prefix}{key}.")
        else:
            out[f"{prefix}{key}"] = value
    return out
