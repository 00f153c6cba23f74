"""What tells how odd a picture is: the model's own embedding, or plain statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np

from sightline.imaging.decode import decode
from sightline.imaging.preprocess import load
from sightline.imaging.statistics import input_statistics

if TYPE_CHECKING:
    from sightline.core.arrays import F32
    from sightline.imaging.limits import Limits
    from sightline.imaging.source import Source
    from sightline.predict.session import OnnxNet

SMALL_PX: Final = 144
STATISTICS: Final = "statistics"


class Seen(NamedTuple):
    """What an eye sees of a picture."""

    vector: F32
    """(D,)"""
    probabilities: F32 | None
    """(K,) where the eye is a classifier."""


class Eye(Protocol):
    """Turns a picture into a vector in which far means odd."""

    @property
    def kind(self) -> str:
        """`embedding` or `statistics`: vectors of one kind, of one model, can be compared."""
        ...

    def see(self, source: Source, page: int = 0) -> Seen:
        """Return what it sees.

        Raises:
            UnreadableImageError: The picture cannot be read.
        """
        ...


class ModelEye:
    """Sees with a network: its embedding, of length 1, or plain statistics where it gives none."""

    def __init__(self, net: OnnxNet, limits: Limits) -> None:
        self._net = net
        self._limits = limits
        self._embeds = "embedding" in net.card.outputs
        self.kind: Final = "embedding" if self._embeds else STATISTICS

    def see(self, source: Source, page: int = 0) -> Seen:
        """Return what it sees; one run of the network gives vector and probabilities."""
        rule = self._net.preprocess
        found = self._net.answers(load(source, rule, page, limits=self._limits)[None])
        said = found["probabilities"][0] if "probabilities" in found else None
        if not self._embeds:
            return Seen(StatisticsEye(self._limits).see(source, page).vector, said)
        vector = found["embedding"][0]
        return Seen(vector / max(float(np.linalg.norm(vector)), 1e-12), said)


class StatisticsEye:
    """Sees brightness, colours and sharpness."""

    kind: Final = STATISTICS

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def see(self, source: Source, page: int = 0) -> Seen:
        """Return what it sees."""
        small = decode(source, page=page, min_side_px=SMALL_PX, limits=self._limits)
        return Seen(input_statistics(small), None)
