"""Fit the built-in encoder's dictionary of patches, and write its `weights.npz` anew.

    python3 -m benchmarks.train_dictionary

Needs the data that `encoder_data` names. What is judged by `bench_encoders` is not learned from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.encoder_data import to_learn_from
from sightline.engines.dictionary.engine import PATCH_DIM, WEIGHTS
from sightline.engines.dictionary.patches import Scale, described, normalised, patches_of

if TYPE_CHECKING:
    from sightline.core.arrays import F32, U8

WORDS = 256
PATCHES = 60
"""Of each picture."""
ROUNDS = 12
SOFT = 0.1
"""Added to the variance of an axis before whitening: what is faint is not blown up."""
POWER = 0.25
"""How far principal axes are brought to the same strength: 0 not at all, 1 wholly."""
PARTS = 3
"""Parts of each picture that are learned from besides it."""


def dictionary(images: list[U8], side: int, patch: int, grid: int, rng: Any) -> Scale:
    """Return words for one size: spherical k-means on whitened patches (Coates and Ng 2012)."""
    drawn = []
    for image in images:
        found = patches_of(image, side, patch).reshape(-1, patch * patch * 3)
        drawn.append(found[rng.integers(0, len(found), PATCHES)])
    rows = normalised(np.concatenate(drawn))
    mean = rows.mean(axis=0)
    variance, axes = np.linalg.eigh(np.cov((rows - mean).T))
    white = ((axes / np.sqrt(variance + SOFT)) @ axes.T).astype(np.float32)
    words = spherical((rows - mean) @ white, rng)
    joined = (white @ words.T).astype(np.float32)
    return Scale(side, patch, grid, joined, (mean @ joined).astype(np.float32))


def spherical(rows: F32, rng: Any) -> F32:
    """Return (WORDS, D) directions of length 1 that rows (N, D) lie along, either way."""
    words = rng.normal(size=(WORDS, rows.shape[1])).astype(np.float32)
    words /= np.linalg.norm(words, axis=1, keepdims=True)
    for _ in range(ROUNDS):
        sums = np.zeros_like(words)
        for part in np.array_split(rows, 1 + len(rows) // 20_000):
            said = part @ words.T
            best = np.abs(said).argmax(axis=1)
            np.add.at(sums, best, part * said[np.arange(len(part)), best][:, None])
        lengths = np.linalg.norm(sums, axis=1)
        sums[lengths < 1e-6] = rng.normal(size=(int((lengths < 1e-6).sum()), rows.shape[1]))
        words = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(words, dtype=np.float32)


def with_parts(images: list[U8], rng: Any) -> list[U8]:
    """Return pictures and parts of them, some in a mirror."""
    found = []
    for image in images:
        found.append(image)
        for _ in range(PARTS):
            share = rng.uniform(0.4, 0.8)
            height, width = (int(side * share) for side in image.shape[:2])
            if min(height, width) < 20:
                continue
            y = rng.integers(0, image.shape[0] - height + 1)
            x = rng.integers(0, image.shape[1] - width + 1)
            part = image[y : y + height, x : x + width]
            found.append(np.ascontiguousarray(part[:, ::-1] if rng.uniform() < 0.5 else part))
    return found


def main() -> None:
    """Fit all and write it."""
    rng = np.random.default_rng(0)
    images = to_learn_from()
    scales = (dictionary(images, 64, 12, 3, rng), dictionary(images, 96, 6, 1, rng))
    rows = np.stack(
        [
            np.concatenate([described(image, scale) for scale in scales])
            for image in with_parts(images, rng)
        ]
    )
    mean = rows.mean(axis=0)
    _, strength, axes = np.linalg.svd(rows - mean, full_matrices=False)
    turned = axes[:PATCH_DIM].T * (strength[0] / strength[:PATCH_DIM]) ** POWER
    factors = np.abs(turned).max(axis=0) / 127
    kept: dict[str, Any] = {
        "axes": np.round(turned / factors).astype(np.int8),
        "factors": factors.astype(np.float32),
        "mean": mean.astype(np.float16),
    }
    for scale in scales:
        kept |= {
            f"{scale.side}.words": scale.words.astype(np.float16),
            f"{scale.side}.bias": scale.bias.astype(np.float32),
            f"{scale.side}.patch": np.int64(scale.patch),
            f"{scale.side}.grid": np.int64(scale.grid),
        }
    np.savez_compressed(WEIGHTS, allow_pickle=False, **kept)


if __name__ == "__main__":
    main()
