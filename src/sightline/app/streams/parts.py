"""What a stream needs of the rest: frames, and somebody who says what is in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sightline.core.errors import SightlineError
    from sightline.core.media import ClipFacts, Frame, MediaKind, MediaState
    from sightline.core.narration import Scene, Telling
    from sightline.core.ports import FrameSource


class Medium(Protocol):
    """What is looked at."""

    @property
    def kind(self) -> MediaKind:
        """A live one ends when nobody follows it."""
        ...

    @property
    def facts(self) -> ClipFacts:
        """What is known of a clip."""
        ...


class Shelf(Protocol):
    """Keeps what is looked at."""

    def get(self, media_id: str) -> Any:
        """Return a `Medium`.

        Raises:
            NotFoundError: It was never there, or is erased.
        """
        ...

    def open(self, media_id: str, *, max_fps: float = 0.0) -> FrameSource:
        """Return its frames, of a clip at most so many for each second; 0: all."""
        ...

    def push(self, media_id: str, jpeg: bytes) -> bool:
        """Put the newest frame of a camera, an encoded picture, into its slot."""
        ...

    def note(
        self,
        media_id: str,
        *,
        state: MediaState | None = None,
        progress: float | None = None,
        last: dict[str, Any] | None = None,
        error: str | None = None,
    ) -> Any:
        """Remember how far it is looked at."""
        ...

    def folder(self, media_id: str) -> Path:
        """Return where its files lie; they are erased with it."""
        ...


class Narrator(Protocol):
    """Says what is seen, one frame after the other, in one thread."""

    pace: Any
    """Frozen: `every_s` seconds lie between two texts, `look_s` between two looks; 0: none."""

    @property
    def lang(self) -> str:
        """What it writes."""
        ...

    @property
    def scene(self) -> Scene | None:
        """What was seen last, whether it was told or not."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What a person ought to know, such as an unknown language."""
        ...

    def see(self, frame: Frame) -> Telling | None:
        """Return a text, or None: it is too soon, or nothing is new."""
        ...

    def finish(self) -> Telling:
        """Return the summary."""
        ...

    def swap(self, engine: str) -> None:
        """Look with another engine from now on; when it cannot be loaded all stays as it is."""
        ...

    def speak(self, lang: str) -> None:
        """Go on in another language."""
        ...

    def close(self) -> None:
        """Let go of the engine."""
        ...


class Narrators(Protocol):
    """Opens narrations."""

    def open(
        self,
        engine: str = "auto",
        *,
        lang: str = "en",
        every_s: float | None = None,
        project: str | None = None,
    ) -> Any:
        """Return a `Narrator`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a viewer wants to follow."""

    media_id: str
    engine: str = "auto"
    lang: str = "en"
    every_s: float | None = None
    """Seconds from text to text; None: as the settings say."""
    frame_rate: float | None = None
    """Frames a second that are looked at; None: all of them."""
    project: str | None = None
    last_seen: int | None = None
    """The newest text that it has; 0: none. None: a clip's from the start, of others new ones."""
    masks: bool = False
    """Outline objects, too."""
    again: bool = False
    """Narrate a clip anew, although its texts are here."""

    @property
    def key(self) -> str:
        """Equal keys follow the same narration."""
        return f"{self.lang}|{self.engine}"


def said(error: SightlineError | None) -> dict[str, str] | None:
    """Return an error as a viewer gets it."""
    if error is None:
        return None
    return {"code": error.code, "message": str(error), "hint": error.hint}


def moved(wish: Wish, **changes: Any) -> Wish:
    """Return a wish with what a viewer changed; None is no change but of a rate: every frame."""
    made = {name: to for name, to in changes.items() if to is not None or name == "frame_rate"}
    return replace(wish, **made)
