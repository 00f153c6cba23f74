"""Settings of how a training runs: stopping, reading, saving."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightline.train.spec_base import Part


class EarlyStoppingPart(Part):
    """When to stop before the last epoch, and which epoch is the best."""

    patience: int = Field(
        default=0, ge=0, le=10_000, description="Epochs without a better value; 0: no early stop.",
        json_schema_extra={"unit": "epochs"},
    )  # fmt: skip
    min_delta: float = Field(
        default=0.0, ge=0, le=10, description="What counts as better than the best so far."
    )
    monitor: Literal["val_loss", "val_accuracy", "val_map", "val_recall_at_1"] = Field(
        default="val_loss",
        description="Chooses the best epoch; needs a val split. val_map: of tags; "
        "val_recall_at_1: of an embedding.",
    )


class PrecisionPart(Part):
    """In what numbers a network computes, and whether it is compiled."""

    amp: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="bfloat16 in the forward pass. auto: on a GPU that has it, and on a CPU that "
        "has it where a short measurement finds it faster.",
    )
    compile: bool = Field(
        default=False,
        description="torch.compile: a minute at the start, faster steps after. Needs a compiler.",
    )


class MemoryPart(Part):
    """How much a training may take."""

    ceiling: float = Field(
        default=0.9, ge=0.05, le=1,
        json_schema_extra={"unit": "share of what is free when it begins"},
        description="Room is left for other programs: a batch that would go beyond is split.",
    )  # fmt: skip


class LoaderPart(Part):
    """How pictures are read. Never changes what is learned."""

    workers: int = Field(
        default=2, ge=0, le=64, description="Threads that read ahead; 0: the training's own."
    )
    ahead: int = Field(
        default=4, ge=1, le=64, json_schema_extra={"unit": "batches"},
        description="How far the threads read ahead.",
    )  # fmt: skip
    memory_mb: int = Field(
        default=2048, ge=0, le=1_000_000, json_schema_extra={"unit": "MB"},
        description="Pictures are kept in memory when all fit into this.",
    )  # fmt: skip
    cache: bool = Field(
        default=True, description="Decoded pictures are kept on disk for later epochs and runs."
    )


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
