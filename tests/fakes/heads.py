"""Heads that were never trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.heads.bundle import HeadBundle, Layer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.app import Workbench


def head_on(
    bench: Workbench, classes: Sequence[str], *, encoder: str = "hog", seed: int = 0, **more: Any
) -> HeadBundle:
    """Return a linear head of random numbers on an encoder of the workspace."""
    rng = np.random.default_rng(seed)
    dim = bench.encoders.dim_of(encoder)
    layer = Layer(
        rng.normal(size=(dim, len(classes))).astype(np.float32), np.zeros(len(classes), np.float32)
    )
    told: dict[str, Any] = {"encoder": encoder, "encoder_key": bench.encoders.key_of(encoder)}
    return HeadBundle(**{"layers": (layer,), "classes": tuple(classes), "dim": dim, **told, **more})
