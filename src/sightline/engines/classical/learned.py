"""The few numbers that were learned, and the small networks that they are of.

They lie in `weights.npz`; `benchmarks/train_classical.py` fits them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from sightline.core.arrays import F32

WEIGHTS: Final = Path(__file__).with_name("weights.npz")


@dataclass(frozen=True, slots=True)
class Weights:
    """Arrays by name, as they were kept: `part.name`."""

    arrays: dict[str, F32]

    def __getitem__(self, name: str) -> F32:
        return self.arrays[name]

    def layers(self, part: str) -> list[tuple[F32, F32]]:
        """Return the weight and bias of `part.0`, `part.1`, ..."""
        found: list[tuple[F32, F32]] = []
        while f"{part}.{len(found)}.weight" in self.arrays:
            at = f"{part}.{len(found)}"
            found.append((self.arrays[f"{at}.weight"], self.arrays[f"{at}.bias"]))
        return found


@cache
def weights() -> Weights:
    """Read the weights, once."""
    with np.load(WEIGHTS, allow_pickle=False) as found:
        return Weights({name: found[name].astype(np.float32) for name in found.files})


def convolved(rows: F32, weight: F32, bias: F32) -> F32:
    """Return (N, out, K): rows (N, C, K) through a convolution (out, C, odd), ends padded by 0."""
    reach = weight.shape[2] // 2
    padded = np.pad(rows, ((0, 0), (0, 0), (reach, reach)))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2], axis=2)
    n, _, places, _ = pieces.shape
    flat = pieces.transpose(0, 2, 1, 3).reshape(n * places, -1)
    out = flat @ weight.reshape(len(weight), -1).T + bias
    return np.asarray(out.reshape(n, places, -1).transpose(0, 2, 1), dtype=np.float32)


def through(rows: F32, layers: list[tuple[F32, F32]]) -> F32:
    """Return (N, out): rows (N, C) through dense layers (C, out), all but the last rectified."""
    for weight, bias in layers[:-1]:
        rows = np.maximum(rows @ weight + bias, 0)
    weight, bias = layers[-1]
    return np.asarray(rows @ weight + bias, dtype=np.float32)
