"""Settings of the network and of how it moves: weights, optimiser, learning rate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightline.nets.table import NETWORKS
from sightline.train.spec_base import Part


class ModelPart(Part):
    """The network and the weights it starts from."""

    name: str = Field(
        default="small_cnn", description="Network.", json_schema_extra={"examples": [*NETWORKS]}
    )
    weights: str = Field(
        default="random",
        description="'random', a .safetensors or .pth file, or an added model; a head of another "
        "size is made anew.",
        min_length=1,
    )
    colours: Literal["auto", "imagenet", "half", "clip"] = Field(
        default="auto",
        description="How colours are scaled; auto: as the network's published weights expect.",
    )
    dropout: float = Field(
        default=0.2,
        ge=0,
        lt=1,
        description="Share of the embedding that is dropped while training.",
    )
    freeze_epochs: int = Field(
        default=0, ge=0, le=10_000, json_schema_extra={"unit": "epochs"},
        description="Epochs at the beginning in which only the head learns.",
    )  # fmt: skip
    freeze_norm: bool = Field(
        default=False,
        description="Whether batch norms keep the statistics of the weights' own pictures.",
    )


class OptimizerPart(Part):
    """How gradients become steps."""

    name: Literal["adamw", "sgd"] = Field(
        default="adamw", description="AdamW, or SGD with momentum."
    )
    lr: float = Field(default=4e-3, gt=0, le=10, description="Highest learning rate.")
    backbone_lr: float = Field(
        default=1.0, ge=0, le=1,
        description="Learning rate of all before the head, as a share of `lr`.",
    )  # fmt: skip
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
