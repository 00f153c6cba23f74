"""What a training is asked to do: one model from which file, flags, API and form come."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from sightline.core.errors import InvalidInputError
from sightline.core.tone import parse_tone
from sightline.nets.table import fault_of
from sightline.train.spec_augment import AugmentPart
from sightline.train.spec_base import Part
from sightline.train.spec_data import DataPart
from sightline.train.spec_loss import LOSSES, MONITORS, LossPart, Task
from sightline.train.spec_model import ModelPart, OptimizerPart, SchedulePart
from sightline.train.spec_running import (
    CheckpointPart,
    EarlyStoppingPart,
    LoaderPart,
    MemoryPart,
    PrecisionPart,
)
from sightline.train.spec_track import TrackPart

VERSION: Final = 2
"""Of the spec's shape; `migrate` lifts older ones."""


def _found_by_steps(value: object) -> object:
    return 0 if value == "auto" else value


class TrainSpec(Part):
    """All of a training's settings."""

    version: int = Field(
        default=VERSION, ge=VERSION, le=VERSION, description="Shape of this spec; older are lifted."
    )
    task: Task = Field(
        default="single",
        description="single: one class for each picture; multi: any number of tags; embedding: "
        "pictures of one class near each other. Chosen for the project.",
    )
    target_precision: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Of tags: thresholds are chosen on val so that what is said is right so often; "
        "0: so that F1 is highest.",
    )
    preset: str = Field(
        default="", max_length=100, description="The preset that this began as; says nothing more."
    )
    epochs: int = Field(
        default=30, ge=1, le=100_000, description="Rounds over the training pictures."
    )
    batch_size: Annotated[int, BeforeValidator(_found_by_steps)] = Field(
        default=32,
        ge=0,
        le=8192,
        description="Pictures per forward pass at most; memory may split it. 0 or auto: found by "
        "real steps when the run begins.",
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
    folds: int = Field(
        default=0, ge=0, le=100, description="Folds of cross-validation; 0: the project's splits."
    )
    fold: int = Field(
        default=-1, ge=-1, le=99, description="Which fold is val, from 0; -1: the project's splits."
    )
    data: DataPart = DataPart()
    model: ModelPart = ModelPart()
    optimizer: OptimizerPart = OptimizerPart()
    schedule: SchedulePart = SchedulePart()
    augment: AugmentPart = AugmentPart()
    loss: LossPart = LossPart()
    sampling: Literal["shuffle", "balanced"] = Field(
        default="shuffle",
        description="balanced: rare classes are shown as often as frequent ones.",
    )
    early_stopping: EarlyStoppingPart = EarlyStoppingPart()
    loader: LoaderPart = LoaderPart()
    checkpoint: CheckpointPart = CheckpointPart()
    track: TrackPart = TrackPart()
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
    precision: PrecisionPart = PrecisionPart()
    memory: MemoryPart = MemoryPart()
    on_nan: Literal["stop", "skip"] = Field(
        default="stop",
        description="When a loss or a gradient is no number: stop and keep the batch, or leave "
        "the step out.",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="auto: a GPU if it works."
    )
    threads: int = Field(
        default=0, ge=0, le=1024, description="CPU threads of the arithmetic; 0: torch's choice."
    )
    processes: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes that share each step, on the CPU or with a GPU each; the batch is "
        "that of one. Needs the extra `distributed`.",
    )

    @model_validator(mode="after")
    def _fits(self) -> TrainSpec:
        try:
            parse_tone(self.tone)
        except InvalidInputError as error:
            raise ValueError(f"{error}; {error.hint}") from error
        fault = fault_of(self.model.name, self.image_size)
        if fault:
            raise ValueError(f"image_size {fault}")
        if self.track.secret():
            raise ValueError(
                "track.mlflow must hold no password, since a spec is kept: set "
                "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
            )
        if (self.folds, self.fold) != (0, -1) and not 0 <= self.fold < self.folds >= 2:  # noqa: PLR2004
            raise ValueError(f"there is no fold {self.fold} of {self.folds}")
        return self

    @model_validator(mode="after")
    def _suits_the_task(self) -> TrainSpec:
        usable = LOSSES[self.task]
        if self.loss.name not in {"auto", *usable}:
            raise ValueError(
                f"loss.name {self.loss.name} does not suit task {self.task}: auto, "
                f"{' or '.join(usable)} do"
            )
        needs = MONITORS.get(self.early_stopping.monitor, self.task)
        if needs != self.task:
            raise ValueError(
                f"early_stopping.monitor {self.early_stopping.monitor} is for task {needs}, and "
                f"this is {self.task}"
            )
        if self.task == "embedding" and (self.augment.mixup or self.augment.cutmix):
            raise ValueError("mixup and cutmix mix classes, which an embedding is to part: set 0")
        return self

    def key(self) -> str:
        """Return a short hash that changes with any setting."""
        raw = json.dumps(self.model_dump(), sort_keys=True).encode()
        return hashlib.blake2b(raw, digest_size=8).hexdigest()


RESUMABLE = (
    "epochs", "loader", "checkpoint", "early_stopping", "threads", "device", "precision", "memory",
    "on_nan", "track", "target_precision", "processes",
)  # fmt: skip
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
