"""What Sightline asks of an engine. Each port is small enough to fake in ten lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.core.arrays import F32, U8
    from sightline.core.preprocess import Preprocess


@runtime_checkable
class Encoder(Protocol):
    """Turns pictures into vectors in which near means alike."""

    @property
    def key(self) -> str:
        """Names the weights and the preprocessing: equal keys give equal vectors."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    @property
    def min_side_px(self) -> int:
        """Short side, pixels, below which a picture need not be decoded."""
        ...

    def encode(self, images: Sequence[U8]) -> F32:
        """Return (N, dim) for N upright RGB pictures (H, W, 3) of any size."""
        ...


@runtime_checkable
class Classifier(Protocol):
    """Says how probable each class is."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of the answer's columns."""
        ...

    @property
    def preprocess(self) -> Preprocess:
        """The rule that fits a picture to `classify`."""
        ...

    def classify(self, images: U8) -> F32:
        """Return (N, K) probabilities for (N, size, size, 3) RGB."""
        ...
