"""One narration as it runs: a thread that looks, and viewers who are told when something is new."""

from __future__ import annotations

import logging
import math
import threading
import time
from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import uuid4

from sightline.app.streams.looks import FOLDER, LookWriter
from sightline.app.streams.masks import Masker
from sightline.app.streams.parts import said
from sightline.app.streams.records import message_of, record_of
from sightline.app.streams.tally import Tally
from sightline.core.errors import (
    EngineFailedError,
    NotFoundError,
    SightlineError,
    SourceLostError,
    UnreadableMediaError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.streams.parts import Narrator, Narrators, Shelf, Wish
    from sightline.core.arrays import U8
    from sightline.core.media import Frame, MediaState
    from sightline.core.narration import Scene, Telling
    from sightline.core.ports import FrameSource
    from sightline.store.replay_ring import Ring

log = logging.getLogger("sightline.streams")

State = Literal["starting", "running", "paused", "done", "failed"]
OVER: Final = ("done", "failed")
_SLACK: Final = 1e-6  # times of frames are rounded
_NOTED_S: Final = 1.0
"""How often at most progress is written down."""


class Session:
    """One narration of one medium. Its methods may be called from any thread."""

    def __init__(
        self,
        wish: Wish,
        *,
        shelf: Shelf,
        narrators: Narrators,
        ring: Ring,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.wish = wish
        self.ring = ring
        self.error: SightlineError | None = None
        self.trouble: SightlineError | None = None
        """Why the last change was not made."""
        self.tally = Tally()
        self.notes: tuple[str, ...] = ()
        self.engine = ""
        self._shelf, self._narrators, self._clock = shelf, narrators, clock
        self._change = threading.Condition()
        self._state: State = "starting"
        self._stopped = self._opened = False
        self._broken_off: SightlineError | None = None
        self.visits = 0  # how often somebody came to follow it
        self._paused: set[int] = set()
        self._followers: dict[int, Callable[[], None]] = {}
        self._source: FrameSource | None = None
        self._looks: LookWriter | None = None
        self._masker = Masker()
        self._scene: Scene | None = None
        self._live = shelf.get(wish.media_id).kind in {"camera", "stream"}
        self._due_s = self._noted_s = 0.0
        self._offset_s = float("inf")
        self._recall()
        self._thread = threading.Thread(
            target=self._run, name=f"narrate-{wish.media_id[:8]}", daemon=True
        )

    def _recall(self) -> None:
        """Find what an earlier process told of the same narration: it is not told again."""
        key, self._told_s = self.wish.key, -1.0
        before = [fact for fact in self.ring.after(0) if fact["key"] == key]
        self.id: str = before[-1]["session"] if before else uuid4().hex
        if self.wish.again or not before:
            self.id = uuid4().hex
            return
        mine = [fact for fact in before if fact["session"] == self.id]
        if self._live:
            return  # its clock begins anew
        self._told_s = max(fact["time_s"] for fact in mine)
        if mine[-1]["kind"] == "summary":
            self._state = "done"

    @property
    def state(self) -> State:
        """What it does now."""
        if self._state == "running" and self._is_paused():
            return "paused"
        return self._state

    @property
    def over(self) -> bool:
        """Tell whether no more texts come."""
        return self._state in OVER

    @property
    def whole(self) -> bool:
        """Tell whether it came to the end of what is not live: there is nothing to add."""
        return self._state == "done" and not self.live

    @property
    def live(self) -> bool:
        """Tell whether frames come when they come."""
        return self._live

    @property
    def ending(self) -> bool:
        """Tell whether it was stopped, though its summary may still come."""
        return self._stopped

    @property
    def followers(self) -> int:
        """How many follow it."""
        return len(self._followers)

    def start(self) -> None:
        """Begin to look, unless it was looked at to the end before."""
        if not self.over:
            self._thread.start()

    def follow(self, viewer: int, wake: Callable[[], None], *, paused: bool = False) -> None:
        """Call `wake` whenever something is new; it must not block."""
        with self._change:
            self.visits += 1
            self._followers[viewer] = wake
            if paused:
                self._paused.add(viewer)
        self._wake()  # it may have waited, for all others pause

    def leave(self, viewer: int) -> None:
        """Call it no more."""
        with self._change:
            self._followers.pop(viewer, None)
            self._paused.discard(viewer)
        self._wake()

    def is_paused_by(self, viewer: int) -> bool:
        """Tell whether a viewer pauses."""
        return viewer in self._paused

    def pause(self, viewer: int, *, on: bool) -> None:
        """Let one viewer pause; nothing is looked at while all do."""
        with self._change:
            (self._paused.add if on else self._paused.discard)(viewer)
        self._wake()

    def change(self, wish: Wish) -> None:
        """Go on with another engine, language, rate or cadence, from the next frame on."""
        with self._change:
            self.wish = wish
        self._wake()

    def stop(self, why: SightlineError | None = None) -> None:
        """End after the frame that is looked at; the summary is still told.

        With `why` it is broken off, without a summary: another session may go on with it.
        """
        with self._change:
            self._stopped, self._broken_off = True, why
            self._change.notify_all()
            source = self._source
        if source is not None:
            source.close()

    def join(self, timeout_s: float) -> None:
        """Wait for its end."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def texts(self, after: int, *, limit: int = 100) -> list[dict[str, Any]]:
        """Return what a viewer gets of the texts above an id, oldest first."""
        facts = self.ring.after(after)
        return [message_of(fact) for fact in facts if fact["session"] == self.id][:limit]

    def facts(self) -> dict[str, Any]:
        """Return how it stands."""
        tally = self.tally
        return {
            "media_id": self.wish.media_id,
            "session": self.id,
            "state": self.state,
            "engine": self.engine or self.wish.engine,
            "asked_engine": self.wish.engine,
            "asked_lang": self.wish.lang,
            "notes": list(self.notes),
            "viewers": self.followers,
            "frames": tally.looked,
            "dropped": tally.dropped,
            "time_s": round(tally.time_s, 3),
            "latency_ms": round(tally.latency_ms, 1),
            "every_s": self.wish.every_s,
            "frame_rate": self.wish.frame_rate,
            "error": said(self.error),
            "trouble": said(self.trouble),
        }

    def _is_paused(self) -> bool:
        return bool(self._followers) and self._paused >= set(self._followers)

    def _wake(self) -> None:
        """Let its thread and all who follow it look how it stands."""
        with self._change:
            self._change.notify_all()
            waiting = list(self._followers.values())
        for wake in waiting:
            wake()

    def _run(self) -> None:
        try:
            self._look()
        except SightlineError as error:
            self.error = error
        except Exception as error:
            log.exception("the narration of %s broke", self.wish.media_id)
            self.error = EngineFailedError(
                f"the narration broke: {type(error).__name__}",
                hint="the trace is in logs/server.log of the workspace: please report it",
            )
        self.error = self._broken_off or self.error
        self._state = "failed" if self.error is not None else "done"
        self._note(last=True)
        self._wake()

    def _look(self) -> None:
        wish = self.wish
        with closing(self._open(wish)) as narrator:
            most = 1 / narrator.pace.look_s if narrator.pace.look_s else 0.0  # rates may rise
            with closing(self._shelf.open(wish.media_id, max_fps=most)) as source:
                try:
                    self._keep_looks()
                    self._begin(source)
                    self._watch(source, narrator, wish)
                    self._sum_up(narrator)
                finally:
                    if self._looks is not None:
                        self._looks.close()

    def _begin(self, source: FrameSource) -> None:
        with self._change:
            self._source = source
            self._state = "running"
            if self._stopped:  # while the engine was loaded
                source.close()
        self._wake()

    def _keep_looks(self) -> None:
        """Let looks at a clip be kept, so that they can be drawn into it."""
        medium = self._shelf.get(self.wish.media_id)
        if medium.kind == "clip":
            folder = self._shelf.folder(self.wish.media_id)
            self._looks = LookWriter(folder / FOLDER / f"{self.id}.jsonl")

    def _open(self, wish: Wish) -> Narrator:
        narrator: Narrator = self._narrators.open(
            wish.engine, lang=wish.lang, every_s=wish.every_s, project=wish.project
        )
        self.notes, self._opened = tuple(narrator.notes), True
        return narrator

    def _watch(self, source: FrameSource, narrator: Narrator, wish: Wish) -> None:
        """Look at frame after frame; `wish` is what the narrator was opened for."""
        try:
            for frame in source.frames():
                if not self._wait():
                    break
                if self.wish is not wish:
                    wish = self._obey(narrator, wish)
                self._see(narrator, frame)
                self._note(source=source)
        except (SourceLostError, UnreadableMediaError) as error:
            self.error = error  # what was seen until then is still summed up

    def _see(self, narrator: Narrator, frame: Frame) -> None:
        came, rate = self._clock(), self.wish.frame_rate
        self._count(frame, came)
        if frame.time_s < self._due_s - _SLACK:
            return
        self._due_s = (math.floor(frame.time_s * rate + _SLACK) + 1) / rate if rate else 0.0
        telling = narrator.see(frame)
        if self.notes != (notes := tuple(narrator.notes)):  # it has found something out
            self.notes = notes
            self._wake()
        self.tally.looked += 1
        self._note_look(narrator.scene)
        if telling is not None:
            self._tell(telling, came, frame.image if self.wish.masks else None)

    def _note_look(self, scene: Scene | None) -> None:
        """Keep where objects are in a scene that was not kept yet."""
        if self._looks is not None and scene is not None and scene is not self._scene:
            self._looks.add(scene)
        self._scene = scene

    def _sum_up(self, narrator: Narrator) -> None:
        """Tell the summary; of one picture it would say the same again."""
        picture = self._shelf.get(self.wish.media_id).kind == "image"
        if self.tally.looked and not self._broken_off and not (picture and self.tally.told):
            self._tell(narrator.finish(), self._clock())

    def _wait(self) -> bool:
        """Wait while all viewers pause; return whether to go on."""
        with self._change:
            self._change.wait_for(lambda: self._stopped or not self._is_paused())
            return not self._stopped

    def _obey(self, narrator: Narrator, before: Wish) -> Wish:
        """Do what is wished for, and return it; an engine that cannot be had changes nothing."""
        asked, self.trouble = self.wish, None
        wish = asked
        try:
            if wish.engine != before.engine:
                narrator.swap(wish.engine)
        except SightlineError as error:
            self.trouble, wish = error, replace(wish, engine=before.engine)
        if wish.lang != before.lang:
            narrator.speak(wish.lang)
        if wish.every_s is not None:
            narrator.pace = replace(narrator.pace, every_s=wish.every_s)
        if wish.frame_rate != before.frame_rate:
            self._due_s = 0.0
        self.notes = tuple(narrator.notes)
        with self._change:
            if self.wish is asked:
                self.wish = wish
        self._wake()
        return wish

    def _count(self, frame: Frame, came: float) -> None:
        tally = self.tally
        if self._live:
            tally.dropped += max(frame.index - tally.index - 1, 0)
        tally.index, tally.time_s = frame.index, frame.time_s
        self._offset_s = min(self._offset_s, came - frame.time_s)

    def _tell(self, telling: Telling, came: float, image: U8 | None = None) -> None:
        """Keep a text, then wake those who wait for it; with an image objects are outlined."""
        tally = self.tally
        began = min(came, self._offset_s + telling.time_s) if self._live else came
        tally.latency_ms = (self._clock() - began) * 1_000
        self.engine = telling.engine or self.engine
        tally.told += 1
        if telling.kind == "text" and telling.time_s <= self._told_s:
            return
        about = {
            "key": self.wish.key,
            "session": self.id,
            "latency_ms": round(tally.latency_ms, 1),
            "dropped": tally.dropped,
            "notes": list(self.notes),
        }
        lines = [] if image is None else self._masker.outlines(image, telling.scene.things)
        media_id = self.wish.media_id
        self.ring.append(record_of(telling, media_id=media_id, about=about, outlines=lines))
        self._wake()

    def _note(self, *, source: FrameSource | None = None, last: bool = False) -> None:
        """Write down how far it is, once a second at most; whoever erased it meanwhile ends this.

        A full disk costs notes, never texts.

        Raises:
            NotFoundError: The medium is erased.
        """
        at = self._clock()
        if not last and at < self._noted_s + _NOTED_S:
            return
        self._noted_s = at
        length = source.facts.duration_s if source is not None else 0.0
        progress = min(self.tally.time_s / length, 1.0) if length else None
        told = self.texts(max(self.ring.last_id - 1, 0))
        state: MediaState = "running" if self._state == "starting" else self._state
        fault = "" if self.error is None or self._broken_off else str(self.error)
        if last:
            waits = self._broken_off or not self._opened
            state, progress = ("waiting", progress) if waits else (state, 1.0)
        with suppress(OSError), suppress(NotFoundError) if last else nullcontext():
            self._shelf.note(
                self.wish.media_id,
                state=state,
                progress=progress,
                last=told[-1] if told else None,
                error=fault,
            )
