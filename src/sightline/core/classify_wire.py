"""A classifier behind a pipe: fitted pictures there, probabilities back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from sightline.core.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, U8
    from sightline.core.cards import ModelCard
    from sightline.core.detect_wire import Parcel, Pipe
    from sightline.core.preprocess import Preprocess

BATCH: Final = 8
"""Pictures that go through the pipe at once when that many wait."""


class Answering(Protocol):
    """A classifier that tells more than its probabilities."""

    def answers(self, images: U8) -> dict[str, F32]:
        """Return every known output by role."""
        ...


class ServedClassifier:
    """A classifier as the process that holds it answers for it (`ports.Served`)."""

    def __init__(self, classifier: Answering) -> None:
        self._classifier = classifier

    def answer(
        self, method: str, _arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> Parcel:
        """Answer `facts`, and `answers` for pictures (N, size, size, 3).

        Raises:
            InvalidInputError: It knows no such method.
        """
        if method == "facts":
            return {}, []
        if method == "answers":
            found = self._classifier.answers(np.asarray(arrays[0], np.uint8))
            return {"roles": list(found)}, list(found.values())
        raise InvalidInputError(f"a classifier cannot {method!r}", hint="answers")


class RemoteClassifier:
    """A classifier in another process."""

    def __init__(self, pipe: Pipe, card: ModelCard, *, file_bytes: int) -> None:
        self.card: Final = card
        self.max_batch: Final = BATCH
        self.nbytes: Final = file_bytes
        """About what the other process holds."""
        self._pipe = pipe

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of the answer's columns."""
        return self.card.classes

    @property
    def preprocess(self) -> Preprocess:
        """The rule that fits a picture to it."""
        return self.card.preprocess

    @property
    def limits(self) -> tuple[float, ...]:
        """From which probability on each tag counts as there; none where one class is."""
        return self.card.limits

    def classify(self, images: U8) -> F32:
        """Return (N, K) probabilities for (N, size, size, 3) RGB.

        Raises:
            EngineFailedError: The process died.
        """
        return self.answers(images)["probabilities"]

    def answers(self, images: U8) -> dict[str, F32]:
        """Return every known output by role: probabilities, logits (N, K), embedding (N, D).

        Raises:
            EngineFailedError: The process died.
        """
        told = self._pipe.call("answers", arrays=[images])
        rows = [np.asarray(one, np.float32) for one in told.arrays]
        return dict(zip(told.facts["roles"], rows, strict=True))
