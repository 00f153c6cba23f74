"""A shelf of media, and narrators that say what they are told to."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fakes.narrated import picture
from sightline.core.errors import NotFoundError, UnknownEngineError
from sightline.core.media import ClipFacts, Frame, MediaKind
from sightline.core.narration import LANGUAGES, Scene, Telling, Thing
from sightline.imaging.clip_opencv import quiet
from sightline.imaging.frame_slot import LatestFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sightline.core.arrays import F32

PIXELS = np.zeros((120, 160, 3), np.uint8)


def telling_of(
    frame: Frame, text: str, *, heat: F32 | None = None, lang: str = "en", **more: Any
) -> Telling:
    """Return a text about a frame in which a car is."""
    height, width = frame.image.shape[:2]
    car = Thing(name="car", score=0.9, box=(10.0, 20.0, 60.0, 80.0), track=1)
    scene = Scene(time_s=frame.time_s, width=width, height=height, things=(car,), heat=heat)
    return Telling(
        text=text,
        lang=lang,
        asked_lang=lang,
        confidence=0.9,
        time_s=frame.time_s,
        index=frame.index,
        scene=scene,
        **more,
    )


class FakeSource:
    """A clip of so many frames, ten a second; `gate` holds it back frame by frame."""

    def __init__(self, frames: int, *, fault: Exception | None = None, live: bool = False) -> None:
        self.facts = ClipFacts(
            width=160, height=120, fps=10, frames=frames, duration_s=frames / 10, live=live
        )
        self.fault = fault
        self.closed = threading.Event()
        self.gate: threading.Semaphore | None = None

    def frames(self) -> Iterator[Frame]:
        for index in range(self.facts.frames):
            if self.gate is not None:
                self.gate.acquire()
            if self.closed.is_set():
                return
            yield Frame(index, index / 10, PIXELS)
        if self.fault is not None:
            raise self.fault

    def close(self) -> None:
        self.closed.set()
        if self.gate is not None:
            self.gate.release()


class FakeCamera:
    """What is pushed, the newest only; a frame's bytes are its brightness."""

    def __init__(self) -> None:
        self.facts = ClipFacts(width=160, height=120, live=True)
        self.slot: LatestFrame[bytes] = LatestFrame()
        self.start_s = time.monotonic()

    def frames(self) -> Iterator[Frame]:
        while (held := self.slot.take()) is not None:
            shade = held.value[0] if held.value else 0
            yield Frame(held.index, held.at_s - self.start_s, np.full_like(PIXELS, shade))

    def close(self) -> None:
        self.slot.close()


@dataclass
class FakeMedium:
    id: str
    kind: MediaKind
    source: Any
    facts: ClipFacts
    notes: list[dict[str, Any]] = field(default_factory=list)


class FakeShelf:
    """Holds media in memory and their texts in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.media: dict[str, FakeMedium] = {}

    def clip(self, media_id: str = "clip", frames: int = 5, **more: Any) -> FakeSource:
        source = FakeSource(frames, **more)
        self.media[media_id] = FakeMedium(media_id, "clip", source, source.facts)
        return source

    def camera(self, media_id: str = "cam") -> FakeCamera:
        source = FakeCamera()
        self.media[media_id] = FakeMedium(media_id, "camera", source, source.facts)
        return source

    def get(self, media_id: str) -> FakeMedium:
        if media_id not in self.media:
            raise NotFoundError(f"no medium {media_id!r}", hint="it may have been erased")
        return self.media[media_id]

    def open(self, media_id: str, **_: Any) -> Any:
        source = self.get(media_id).source
        if isinstance(source, FakeSource):
            source.closed.clear()
        return source

    def push(self, media_id: str, jpeg: bytes) -> bool:
        return bool(self.get(media_id).source.slot.put(jpeg))

    def note(self, media_id: str, **facts: Any) -> None:
        self.get(media_id).notes.append(facts)

    def folder(self, media_id: str) -> Path:
        self.get(media_id)
        return self.root / media_id


@dataclass(frozen=True)
class FakePace:
    every_s: float
    look_s: float = 0.0


class FakeNarrator:
    """Says the number of each frame; `say` replaces what it says."""

    def __init__(self, engine: str, lang: str, say: Callable[[Frame], Telling | None]) -> None:
        self.engine, self.say = engine, say
        self.pace = FakePace(10.0)
        self.scene: Scene | None = None
        self.speak(lang)
        self.closed = False
        self.seen = 0
        self.last = Frame(0, 0.0, PIXELS)

    def speak(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else "en"
        self.notes = () if lang in LANGUAGES else (f"{lang} is not known: English it is",)

    def see(self, frame: Frame) -> Telling | None:
        self.seen, self.last = self.seen + 1, frame
        told = self.say(frame)
        self.scene = telling_of(frame, "").scene
        return told and telling_of(
            frame, f"{self.engine} {self.lang}: {told.text}", engine=self.engine, lang=self.lang
        )

    def finish(self) -> Telling:
        return telling_of(
            self.last, f"{self.seen} frames in all", kind="summary", engine=self.engine
        )

    def swap(self, engine: str) -> None:
        _check(engine)
        self.engine = engine

    def close(self) -> None:
        self.closed = True


class FakeNarrators:
    """Opens narrators, all alike, and remembers them."""

    def __init__(self, say: Callable[[Frame], Telling | None] | None = None) -> None:
        self.opened: list[FakeNarrator] = []
        self.say = say or (lambda frame: telling_of(frame, f"frame {frame.index}"))

    def open(self, engine: str = "auto", *, lang: str = "en", **_: Any) -> FakeNarrator:
        _check(engine)
        self.opened.append(FakeNarrator(engine, lang, self.say))
        return self.opened[-1]


def _check(engine: str) -> None:
    if engine not in {"auto", "fast", "slow"}:
        raise UnknownEngineError(f"no engine named {engine!r}", hint="known: auto, fast, slow")


def film(path: Path, frames: int = 30, *, fps: float = 10.0) -> Path:
    """Write a clip of a red square that crosses the picture: a car, to the fake detector."""
    cv2 = quiet()
    side = picture({}).shape[0]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), fps, (side, side))
    for index in range(frames):
        shown = picture({"car": (2 + index * (side - 16) // frames, 20)})
        writer.write(np.ascontiguousarray(shown[..., ::-1]))
    writer.release()
    return path
