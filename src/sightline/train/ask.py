"""A trained network asked about pictures that nobody has labelled."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from sightline.heads.calibration import softmax
from sightline.heads.sigmoids import sigmoid
from sightline.nets.build import build
from sightline.nets.weights import apply_state, load_state
from sightline.train.augment import Augmenter
from sightline.train.data import IGNORED, Pixels
from sightline.train.evaluate import logits_of
from sightline.train.spec_augment import AugmentPart
from sightline.train.start import device_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.arrays import F32, Bool
    from sightline.core.preprocess import Preprocess
    from sightline.core.samples import Sample

BATCH = 64


class Asker:
    """A network with its weights, on the GPU where there is one; opened once, asked often."""

    def __init__(
        self,
        network: str,
        weights: Path,
        *,
        classes: int,
        rule: Preprocess,
        temperature: float = 1.0,
        tags: bool = False,
        workers: int = 2,
    ) -> None:
        device = device_of("auto")
        self._net = build(network, classes, px=rule.size)
        apply_state(self._net, load_state(weights)[0])
        self._net.to(device)
        self._rule = rule
        self._augmenter = Augmenter(AugmentPart(), rule, seed=0, device=device)
        self._temperature = temperature
        self._squash = sigmoid if tags else softmax
        self._workers = workers

    def probabilities(self, samples: Sequence[Sample]) -> tuple[F32, Bool, list[str]]:
        """Return (N, K) probabilities, which pictures could be read (N,), and why others not.

        Rows sum to 1, but for tags: each of those is there or not, whatever the others are.
        """
        pixels = Pixels(samples, self._rule, workers=self._workers, memory_mb=0)
        where = np.arange(len(samples), dtype=np.int64)
        with closing(pixels):
            logits, labels = logits_of(self._net, pixels, where, self._augmenter, BATCH)
        found = self._squash(logits.astype(np.float64) / self._temperature).astype(np.float32)
        return found, labels != IGNORED, sorted(pixels.unreadable.values())
