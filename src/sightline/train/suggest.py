"""Settings that suit the data: how many pictures there are and how large they are."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from sightline.nets.table import spec_of
from sightline.train.presets.fit import Data, fit_preset
from sightline.train.rates import rates
from sightline.train.spec_io import build_spec
from sightline.train.spec_loss import OF_TASK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.core.samples import SampleSet
    from sightline.train.spec import TrainSpec

TINY_PX: Final = 128
"""Short side up to which pictures go to the network for tiny ones."""
EPOCH_PICTURES: Final = 1_000
"""An epoch of fewer pictures spends its time on checks: views of each make it up."""
SEEN: Final = 19_000
"""Varied pictures that the tiny network has to see; measured on digits and hand signs."""
PHOTOS_SEEN: Final = 60_000
TUNED_SEEN: Final = 12_000
"""Varied photographs that a network has to see that knows others already."""


def suggest(
    samples: SampleSet,
    sizes: Sequence[tuple[int, int]] = (),
    *,
    network: str | None = None,
    pretrained: bool = False,
) -> TrainSpec:
    """Return a spec for these pictures.

    Args:
        samples: Counts are taken from the train split.
        sizes: (width, height), pixels, of some or all pictures; none: taken for photographs.
        network: A name of the table; None: chosen by the pictures' size.
        pretrained: Whether weights are given: then fewer epochs, and a lower rate before the head.

    Raises:
        InvalidInputError: No such network.
    """
    side = int(median(min(size) for size in sizes)) if sizes else TINY_PX * 2
    count = max(1, len(samples.of("train")))
    name = network or ("small_cnn" if side <= TINY_PX else "mobilenet_v3_small")
    values = _tiny(count, side) if name == "small_cnn" else _photo(count, side, name, pretrained)
    return build_spec({**values, "model": {"name": name, "dropout": spec_of(name).dropout}})


def plan_spec(
    values: Mapping[str, Any], samples: SampleSet, sizes: Sequence[tuple[int, int]] = ()
) -> TrainSpec:
    """Return the spec of somebody's settings, the rest by their preset, or suggested for the data.

    Raises:
        InvalidInputError: A setting is not valid.
    """
    name = values.get("preset")
    if isinstance(name, str) and name:
        data = Data.of(len(samples.samples), len(samples.of("train")), samples.task, sizes)
        return fit_preset(name, data, values).spec
    model = values.get("model")
    given = dict(model) if isinstance(model, dict) else {}
    network = given.get("name")
    base = suggest(
        samples,
        sizes,
        network=network if isinstance(network, str) else None,
        pretrained=given.get("weights", "random") != "random",
    )
    base = build_spec(OF_TASK.get(str(values.get("task", samples.task)), {}), base=base)
    return build_spec(values, base=base)


def _tiny(count: int, side: int) -> dict[str, Any]:
    views = min(16, math.ceil(EPOCH_PICTURES / count))
    return {
        "image_size": 32 if side <= 64 else 48,  # noqa: PLR2004
        "epochs": max(8, min(60, round(SEEN / (count * views)))),
        "augment": {"views": views},
    }


def _photo(count: int, side: int, name: str, pretrained: bool) -> dict[str, Any]:
    views = min(8, math.ceil(EPOCH_PICTURES / count))
    seen = TUNED_SEEN if pretrained else PHOTOS_SEEN
    net = spec_of(name)
    return {
        "image_size": net.fitting(max(net.min_input_px, min(net.input_px, side // 32 * 32))),
        "epochs": max(5, min(90, round(seen / (count * views)))),
        "optimizer": rates(net, pretrained=pretrained),
        "augment": {
            "views": views, "flip": 0.5, "rotate": 10.0, "scale": 0.25, "shear": 5.0,
            "brightness": 0.2, "contrast": 0.3, "colour": 0.3, "erase": 0.1,
        },
    }  # fmt: skip
