"""What Sightline asks of an engine. Each port is small enough to fake in ten lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import F32, U8
    from sightline.core.assist import Candidate, DecoderPlan, Detections, Encoding, Prompt
    from sightline.core.media import ClipFacts, Frame
    from sightline.core.narration import Caption
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
class TextEncoder(Protocol):
    """Turns words into vectors of the space of an image encoder with the same key."""

    @property
    def key(self) -> str:
        """The key of the image encoder that it belongs to."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode_text(self, texts: Sequence[str]) -> F32:
        """Return (N, dim) for N texts; the cosine to an image's vector says how well they fit."""
        ...


@runtime_checkable
class Segmenter(Protocol):
    """Finds the outline of what a person points at: encode a picture once, ask it many times."""

    @property
    def key(self) -> str:
        """Names the weights and the preprocessing: equal keys give equal encodings."""
        ...

    def encode(self, image: U8) -> Encoding:
        """Return what answers about an upright RGB picture (H, W, 3) are made from."""
        ...

    def predict(self, encoding: Encoding, prompt: Prompt) -> list[Candidate]:
        """Return candidates, the best first; at least one unless the prompt says nothing."""
        ...


@runtime_checkable
class ManySegmenter(Segmenter, Protocol):
    """A segmenter that is asked many things of a picture for the price of sending it once."""

    def predict_many(self, encoding: Encoding, prompts: Sequence[Prompt]) -> list[list[Candidate]]:
        """Return for each prompt what `predict` returns."""
        ...


@runtime_checkable
class PortableSegmenter(Segmenter, Protocol):
    """A segmenter whose answers can be worked out elsewhere, from its encodings."""

    def decoder(self) -> DecoderPlan:
        """Return what does it."""
        ...


@runtime_checkable
class Detector(Protocol):
    """Finds objects."""

    @property
    def key(self) -> str:
        """Names the weights and the preprocessing."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of `Detections.class_index`."""
        ...

    def detect(self, image: U8, *, min_score: float = 0.05, limit: int = 300) -> Detections:
        """Return what is in an upright RGB picture (H, W, 3), by descending score."""
        ...


@runtime_checkable
class TextDetector(Protocol):
    """Finds what words name."""

    @property
    def key(self) -> str:
        """Names the weights and the preprocessing."""
        ...

    def detect_text(
        self, image: U8, texts: Sequence[str], *, min_score: float = 0.1, limit: int = 300
    ) -> Detections:
        """Return what the texts name in an upright RGB picture (H, W, 3), by descending score.

        `Detections.class_index` is the place in `texts`.
        """
        ...


@runtime_checkable
class Captioner(Protocol):
    """Says in a sentence what a picture shows."""

    @property
    def key(self) -> str:
        """Names the weights and the preprocessing."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages that it writes (ISO 639-1); the first is what it falls back to."""
        ...

    def caption(
        self, image: U8, *, lang: str = "en", prompt: str = "", max_tokens: int = 60
    ) -> Caption:
        """Return a sentence about an upright RGB picture (H, W, 3).

        Args:
            image: The picture.
            lang: Wished for; `Caption.lang` says what it became.
            prompt: What is asked of it; empty: its usual question. Not every engine reads one.
            max_tokens: The longest answer.
        """
        ...


@runtime_checkable
class FrameSource(Protocol):
    """Gives the frames of a clip, a camera or a stream, one after the other."""

    @property
    def facts(self) -> ClipFacts:
        """What is known before the first frame."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Yield frames by rising time; of a live source the newest one, those between are lost.

        Raises:
            UnreadableMediaError: It breaks off, and is not live.
            SourceLostError: A camera or a stream does not answer any more.
        """
        ...

    def close(self) -> None:
        """Let go of it; `frames` ends."""
        ...


@runtime_checkable
class Served(Protocol):
    """An engine as a process of its own answers for it: facts and arrays in, the same out."""

    def answer(
        self, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        """Do what `method` names with JSON arguments and arrays.

        Raises:
            InvalidInputError: It knows no such method.
        """
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
