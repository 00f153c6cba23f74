"""What encoders share that take squares: pictures fitted by a rule, in runs, and served by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError
from sightline.imaging.preprocess import fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.preprocess import Preprocess

BATCH: Final = 8


class SquareEncoder:
    """An encoder of (N, size, size, 3) RGB; a subclass sets `dim` and gives `run`."""

    dim: int

    def __init__(self, card: ModelCard) -> None:
        self.name: Final = card.name
        self.key: Final = card.encoder_key
        self.preprocess: Final[Preprocess] = card.preprocess
        self.min_side_px: Final = card.preprocess.min_side_px

    def run(self, pictures: U8) -> F32:
        """Return (N, dim) for (N, size, size, 3) RGB, at most BATCH at once."""
        raise NotImplementedError

    def encode(self, images: Sequence[U8]) -> F32:
        """Return (N, dim) for N upright RGB pictures (H, W, 3) of any size.

        Raises:
            InvalidInputError: A picture is not RGB of 8 bits.
        """
        out = np.empty((len(images), self.dim), np.float32)
        for at in range(0, len(images), BATCH):
            batch = np.stack([fit(image, self.preprocess) for image in images[at : at + BATCH]])
            out[at : at + len(batch)] = self.run(batch)
        return out

    def encode_text(self, texts: Sequence[str]) -> F32:
        """Return (N, dim) for N texts.

        Raises:
            InvalidInputError: It knows no words.
        """
        raise InvalidInputError(
            f"{self.name} has no text tower ({len(texts)} texts)",
            hint="use a CLIP or SigLIP encoder: sightline models catalogue",
        )

    def measured(self) -> int:
        """Return the length of a vector, from a trial on a grey picture.

        Raises:
            InvalidInputError: The answer is no vector of finite numbers.
        """
        side = self.preprocess.size
        row = np.asarray(self.run(np.full((1, side, side, 3), 114, np.uint8)))
        if row.ndim != 2 or row.shape[1] < 2 or not np.isfinite(row).all():  # noqa: PLR2004
            raise InvalidInputError(
                f"{self.name} answers with {row.shape}, not with a finite vector",
                hint="the weights may be damaged, or another network's",
            )
        return int(row.shape[1])

    def answer(
        self, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        """Answer for a process of its own: `facts`, `squares` (N, size, size, 3), `texts`."""
        if method == "facts":
            return {"dim": self.dim}, []
        if method == "squares":
            pictures = arrays[0]
            rows = [self.run(pictures[at : at + BATCH]) for at in range(0, len(pictures), BATCH)]
            return {}, [np.concatenate([np.empty((0, self.dim), np.float32), *rows])]
        if method == "texts":
            return {}, [self.encode_text([str(one) for one in arguments["texts"]])]
        raise InvalidInputError(f"no method {method!r}", hint="facts, squares or texts")
