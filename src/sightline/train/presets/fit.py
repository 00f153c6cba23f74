"""A preset made a whole spec for a project's data: how many pictures there are, and how large."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError
from sightline.core.tiers import LARGEST, TIERS, tier_of
from sightline.nets.table import spec_of
from sightline.train.presets.table import preset_of
from sightline.train.rates import rates
from sightline.train.spec_augment import AugmentPart
from sightline.train.spec_io import build_spec
from sightline.train.spec_loss import LOSSES, MONITORS, OF_TASK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.core.samples import LabelTask
    from sightline.nets.table import NetSpec
    from sightline.train.presets.preset import Preset
    from sightline.train.spec import TrainSpec
    from sightline.train.spec_loss import Task

UNKNOWN_PX: Final = 480
"""Side that pictures are taken to have where it is not known."""
GRID_PX: Final = 32
EPOCH_PICTURES: Final = 1_000
"""An epoch of fewer pictures spends its time on checks: views of each make it up."""
TUNING: Final = 5
"""With weights that have learned before so many times fewer pictures are enough."""
LEAST_BATCH: Final = 4
SCALED: Final = (
    "rotate", "scale", "translate", "shear", "elastic", "crop", "perspective", "brightness",
    "contrast", "colour", "hue", "grey", "blur", "noise", "jpeg", "erase", "mixup", "cutmix",
)  # fmt: skip
"""Variations that are stronger the fewer pictures there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What a number of pictures asks for."""

    seen: int
    """Varied pictures that the network sees in all."""
    epochs: tuple[int, int]
    """Least and most."""
    views: int
    """Most copies of a picture in an epoch."""
    batch: float
    """Times the preset's."""
    strength: float
    """Of variation, times the preset's."""
    dropout: float
    """Added."""
    decay: float
    """Weight decay, times the usual."""


SCALE: Final = {
    "tiny": Tier(
        seen=30_000, epochs=(12, 60), views=8, batch=0.5, strength=1.2, dropout=0.1, decay=2.0
    ),
    "small": Tier(
        seen=60_000, epochs=(12, 50), views=4, batch=1.0, strength=1.1, dropout=0.05, decay=1.5
    ),
    "medium": Tier(
        seen=160_000, epochs=(12, 40), views=1, batch=1.0, strength=1.0, dropout=0.0, decay=1.0
    ),
    "large": Tier(
        seen=450_000, epochs=(12, 30), views=1, batch=2.0, strength=0.9, dropout=0.0, decay=1.0
    ),
    "huge": Tier(
        seen=800_000, epochs=(12, 24), views=1, batch=2.0, strength=0.85, dropout=0.0, decay=0.8
    ),
    "massive": Tier(
        seen=1_500_000, epochs=(10, 20), views=1, batch=4.0, strength=0.8, dropout=0.0, decay=0.8
    ),
}
"""By the names of `core.tiers`."""
ORDER: Final = (*(name for name, _ in TIERS), LARGEST)
DECAY: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """What a preset is fitted to."""

    pictures: int
    """Labelled ones; they make the tier."""
    train: int
    """Of those, how many are learned from."""
    task: LabelTask = "single"
    side: int = UNKNOWN_PX
    """Short side of the middle picture, pixels."""

    @staticmethod
    def of(
        pictures: int, train: int, task: LabelTask, sizes: Sequence[tuple[int, int]] = ()
    ) -> Data:
        """Return it for pictures of some (width, height), pixels; none: not known."""
        side = int(median(min(size) for size in sizes)) if sizes else UNKNOWN_PX
        return Data(pictures=pictures, train=max(1, train), task=task, side=side)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A preset for one project."""

    preset: str
    tier: str
    spec: TrainSpec
    notes: tuple[str, ...]


def fit_preset(name: str, data: Data, values: Mapping[str, Any] | None = None) -> Fitted:
    """Return the whole spec of a preset, fitted to data, with somebody's settings over it.

    Args:
        name: Of the preset, with or without `.json`.
        data: What is to be learned from.
        values: Nested settings that count more; a network named here is fitted to as well.

    Raises:
        InvalidInputError: No such preset, it does not suit the labels, or a setting is not valid.
    """
    preset, wanted = preset_of(name), dict(values or {})
    task: Task = wanted.get("task") or task_of(name, data.task)
    tier_name = tier_of(data.pictures)
    tier = SCALE[tier_name]
    asked = wanted["model"] if isinstance(wanted.get("model"), dict) else {}
    chosen = preset.networks[min(ORDER.index(tier_name), len(preset.networks) - 1)]
    network = spec_of(str(asked.get("name", chosen)))
    pretrained = asked.get("weights", "random") != "random"
    side = _side(preset, network, data.side)
    base = _base(preset, tier, network, data, side=side, pretrained=pretrained)
    own = build_spec(_own(preset, task), base=build_spec(base))
    spec = build_spec({**wanted, "preset": preset.name}, base=own)
    notes = _notes(preset, data, network, side, task=task)
    return Fitted(preset.name, tier_name, spec, notes)


def task_of(name: str, labels: LabelTask) -> Task:
    """Return what a preset learns: a project of tags makes any preset of classes one of tags.

    Raises:
        InvalidInputError: No such preset, or it does not suit the labels.
    """
    preset = preset_of(name)
    if preset.task == "embedding" and labels == "multi":
        raise InvalidInputError(
            f"{preset.name} learns from one class for each picture, and these have tags",
            hint="choose a preset of tags, as multilabel_boolean",
        )
    return "multi" if labels == "multi" else preset.task


def _own(preset: Preset, task: Task) -> dict[str, Any]:
    """Return the preset's further settings; what is for another task gives way."""
    suits = OF_TASK.get(task, {"task": task})
    loss = {**preset.values.get("loss", {})}
    watch = preset.values.get("early_stopping", {})
    if loss.get("name") not in LOSSES.get(task, ()):
        loss.pop("name", None)
    if task != preset.task:
        loss.pop("label_smoothing", None)
    found = {**suits, **preset.values, "loss": {**suits.get("loss", {}), **loss}}
    if MONITORS.get(watch.get("monitor", ""), task) != task:
        found["early_stopping"] = suits.get("early_stopping", {})
    if task == "embedding":
        found["augment"] = {"mixup": 0.0, "cutmix": 0.0}
    return found


def _base(
    preset: Preset, tier: Tier, network: NetSpec, data: Data, *, side: int, pretrained: bool
) -> dict[str, Any]:
    views = min(tier.views, math.ceil(EPOCH_PICTURES / data.train))
    seen = tier.seen * preset.seen / (TUNING if pretrained else 1)
    least, most = tier.epochs
    least = max(1, least // (2 if pretrained else 1))
    batch = _batch(preset, tier, side)
    return {
        "epochs": max(least, min(most, round(seen / (data.train * views)))),
        "batch_size": batch,
        "image_size": side,
        "model": {
            "name": network.name,
            "dropout": round(min(0.6, network.dropout + tier.dropout), 3),
        },
        "optimizer": {
            **_rates(preset, network, batch, pretrained=pretrained),
            "weight_decay": round(DECAY * tier.decay, 4),
        },
        "augment": {**_augment(preset, tier.strength), "views": views},
    }


def _rates(preset: Preset, network: NetSpec, batch: int, *, pretrained: bool) -> dict[str, float]:
    """Return learning rates for a batch; one that is not the preset's network may want less."""
    usual = rates(network, pretrained=pretrained)
    if not pretrained:
        strange = network.name not in preset.networks
        usual["lr"] = min(preset.lr, usual["lr"]) if strange else preset.lr
    elif preset.values.get("optimizer", {}).get("name") == "sgd":
        usual["lr"] = preset.lr / 2
    grown = usual["lr"] * math.sqrt(batch / preset.batch)
    return usual | {"lr": float(f"{grown:.2g}")}


def _augment(preset: Preset, strength: float) -> dict[str, Any]:
    """Return every setting of the augmentation: off, but for the preset's, scaled by the tier."""
    off = dict.fromkeys(SCALED, 0.0) | {"flip": 0.0, "flip_vertical": 0.0, "policy": "none"}
    found: dict[str, Any] = {**off, **preset.augment}
    for key in SCALED:
        most = _most(key)
        found[key] = round(min(most, float(found[key]) * strength), 4)
    if "magnitude" in preset.augment:
        found["magnitude"] = min(30, round(float(preset.augment["magnitude"]) * strength))
    return found


def _most(key: str) -> float:
    """Return the greatest value of a variation."""
    bounds = AugmentPart.model_fields[key].metadata
    return float(next(one.le for one in bounds if hasattr(one, "le")))


def _side(preset: Preset, network: NetSpec, data_px: int) -> int:
    """Return the side, pixels: the preset's, no larger than pictures are, as the network takes."""
    wanted = preset.pixels or network.input_px
    there = max(GRID_PX, data_px // GRID_PX * GRID_PX)
    return network.fitting(max(network.min_input_px, min(wanted, there)))


def _batch(preset: Preset, tier: Tier, side: int) -> int:
    """Return the pictures of a batch: more for more data, and for smaller pictures."""
    full = preset.pixels or UNKNOWN_PX // 2
    room = max(1.0, min(4.0, (full / side) ** 2))
    plain = preset.batch * tier.batch * math.sqrt(room)
    return max(LEAST_BATCH, 1 << round(math.log2(plain)))


def _notes(
    preset: Preset, data: Data, network: NetSpec, side: int, *, task: Task
) -> tuple[str, ...]:
    notes = list(preset.notes)
    if task == "multi" and preset.task == "single":
        notes.append("The project gives tags, so tags are learned: any number for each picture.")
    if task == "multi" and data.task == "single":
        notes.append("The project gives one class to each picture: it is taken for its only tag.")
    if side > data.side:
        notes.append(
            f"Pictures of {data.side} px are enlarged to {side} px, the least that {network.name} "
            "takes; small_cnn is made for such small ones."
        )
    return tuple(notes)
