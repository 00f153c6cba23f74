"""A captioner behind a pipe: pictures there, sentences back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightline.core.errors import InvalidInputError
from sightline.core.narration import Caption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sightline.core.arrays import U8
    from sightline.core.detect_wire import Pipe
    from sightline.core.ports import Captioner


class ServedCaptioner:
    """A captioner as the process that holds it answers for it (`ports.Served`)."""

    def __init__(self, captioner: Captioner) -> None:
        self._captioner = captioner

    def answer(
        self, method: str, arguments: dict[str, Any], arrays: Sequence[NDArray[Any]]
    ) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        """Write about a picture.

        Raises:
            InvalidInputError: It knows no such method.
        """
        if method == "facts":
            return {"key": self._captioner.key, "languages": list(self._captioner.languages)}, []
        if method == "caption":
            found = self._captioner.caption(
                arrays[0],
                lang=str(arguments["lang"]),
                prompt=str(arguments["prompt"]),
                max_tokens=int(arguments["max_tokens"]),
            )
            return {"text": found.text, "lang": found.lang, "confidence": found.confidence}, []
        raise InvalidInputError(f"a captioner cannot {method!r}", hint="caption")


class RemoteCaptioner:
    """A captioner in another process."""

    def __init__(self, pipe: Pipe, key: str) -> None:
        self._pipe = pipe
        self._key = key
        self._languages: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the weights and the preprocessing."""
        return self._key

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages that it writes; starts the process when it is not known yet."""
        if not self._languages:
            self._languages = tuple(self._pipe.facts()["languages"])
        return self._languages

    def caption(
        self, image: U8, *, lang: str = "en", prompt: str = "", max_tokens: int = 60
    ) -> Caption:
        """Return a sentence about an upright RGB picture (H, W, 3).

        Raises:
            EngineFailedError: The process died.
        """
        about = {"lang": lang, "prompt": prompt, "max_tokens": max_tokens}
        told = self._pipe.call("caption", about, arrays=[image]).facts
        return Caption(str(told["text"]), str(told["lang"]), float(told["confidence"]))
