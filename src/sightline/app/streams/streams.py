"""All narrations that run, and who follows which."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sightline.app.streams.parts import moved
from sightline.app.streams.session import Session
from sightline.core.errors import InvalidInputError, NotFoundError, OverloadedError
from sightline.store.replay_ring import Ring, read_ring

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.streams.parts import Narrators, Shelf, Wish
    from sightline.settings import Settings

LINGER_S: Final = 30.0
"""How long a camera that nobody follows is still looked at: for those who reconnect."""
_END_S: Final = 10.0
TEXTS: Final = "texts"
"""The ring's folder, within that of the medium."""


class Streams:
    """Opens narrations, lets viewers share them, and ends what nobody follows."""

    def __init__(
        self, shelf: Shelf, narrators: Narrators, settings: Settings, *, linger_s: float = LINGER_S
    ) -> None:
        self._shelf, self._narrators, self._settings = shelf, narrators, settings
        self._linger_s = linger_s
        self._lock = threading.RLock()
        self._sessions: list[Session] = []
        self._rings: dict[str, Ring] = {}
        self._numbers = itertools.count(1)
        self._closed = False

    def follow(self, wish: Wish, wake: Callable[[], None]) -> Following:
        """Join a narration, which begins when nobody follows it yet.

        Args:
            wish: What to follow.
            wake: Called from any thread whenever something is new; it must not block.

        Raises:
            NotFoundError: No such medium.
            OverloadedError: Too many narrations run.
            BusyError: Another program narrates it.
            StorageError: The disk refuses.
        """
        medium = self._shelf.get(wish.media_id)
        with self._lock:
            session = self._session(wish)
            number = next(self._numbers)
            session.follow(number, wake)
        seen = wish.last_seen
        if seen is None:
            seen = session.ring.last_id if medium.kind in {"camera", "stream"} else 0
        return Following(self, session, number, seen)

    def push(self, media_id: str, data: bytes) -> None:
        """Take a frame of a browser's camera: the newest replaces what was not looked at.

        Raises:
            NotFoundError: No such medium.
            InvalidInputError: It is no camera.
        """
        if self._shelf.get(media_id).kind != "camera":
            raise InvalidInputError(
                f"{media_id} is no camera: it takes no frames",
                hint="make a camera: POST /api/media without a source",
            )
        self._shelf.push(media_id, data)

    def shown(self) -> list[dict[str, Any]]:
        """Return how each narration stands."""
        with self._lock:
            return [session.facts() for session in self._sessions]

    def record(self, media_id: str, number: int) -> dict[str, Any] | None:
        """Return a text as it is kept, or None: it was never there, or is kept no more.

        Raises:
            NotFoundError: No such medium.
        """
        found = self._kept(media_id, number - 1, 1)
        return found[0] if found and found[0]["id"] == number else None

    def records(
        self, media_id: str, *, after: int = 0, lang: str | None = None
    ) -> list[dict[str, Any]]:
        """Return what was told of a medium as it is kept, oldest first; by default all of it.

        Args:
            media_id: Which.
            after: Only what came after this id.
            lang: Only what was asked for in this language.

        Raises:
            NotFoundError: No such medium.
        """
        kept = self._kept(media_id, after, None)
        return [one for one in kept if lang is None or one["asked_lang"] == lang]

    def duration_s(self, media_id: str) -> float:
        """Return how long a clip is, seconds; 0: not known.

        Raises:
            NotFoundError: No such medium.
        """
        return float(self._shelf.get(media_id).facts.duration_s)

    def _kept(self, media_id: str, after: int, most: int | None) -> list[dict[str, Any]]:
        folder = self._shelf.folder(media_id) / TEXTS
        with self._lock:
            ring = self._rings.get(media_id)
        if ring is not None:
            return ring.after(after) if most is None else ring.after(after, limit=most)
        return read_ring(folder, after=after)[:most]

    def stop(self, media_id: str) -> None:
        """End all narrations of a medium and let go of its files, before it is erased."""
        with self._lock:
            mine = [one for one in self._sessions if one.wish.media_id == media_id]
        for session in mine:
            session.stop(NotFoundError("it was erased", hint="send it again, or watch another"))
        self._wait_for(mine)

    def close(self) -> None:
        """End all narrations; those of clips go on when somebody follows them again."""
        with self._lock:
            self._closed = True
            every = list(self._sessions)
        for session in every:
            session.stop(None if session.live else _stopping())
        self._wait_for(every)

    def leave(self, session: Session, number: int) -> None:
        """Let a viewer go; a live narration that nobody follows ends a while later."""
        session.leave(number)
        if session.followers:
            return
        if session.over:
            self._forget()
        elif session.live and not self._closed:
            timer = threading.Timer(self._linger_s, self._end_alone, (session, session.visits))
            timer.daemon = True
            timer.start()

    def changed(self, session: Session, **changes: Any) -> Session:
        """Change what one viewer follows: its session when it is alone, else it gets another.

        Rate and cadence are the session's: the last word counts for all who follow it.
        """
        wish = moved(session.wish, **changes)
        with self._lock:
            other = self._found(wish)
            alone = session.followers == 1 and other is None
            if session.over or not (alone or other is session):
                return self._session(wish)
            session.change(wish)
            return session

    def _found(self, wish: Wish) -> Session | None:
        same = (
            one
            for one in self._sessions
            if (one.wish.media_id, one.wish.key) == (wish.media_id, wish.key)
            and not (one.live and one.ending)
        )
        return next(same, None)

    def _session(self, wish: Wish) -> Session:
        """Return the narration that a wish is for; the caller holds the lock."""
        if self._closed:
            raise _stopping()
        found = self._found(wish)
        if found is not None and not (found.over and (wish.again or not found.whole)):
            return found
        self._check_room()
        session = Session(
            wish, shelf=self._shelf, narrators=self._narrators, ring=self._ring(wish.media_id)
        )
        self._sessions = [*(one for one in self._sessions if one is not found), session]
        session.start()
        return session

    def _check_room(self) -> None:
        running = sum(not one.over for one in self._sessions)
        if running >= self._settings.stream_sessions:
            raise OverloadedError(
                f"{running} narrations run already",
                hint="end one, or raise the setting stream_sessions",
            )

    def _ring(self, media_id: str) -> Ring:
        if media_id not in self._rings:
            folder = self._shelf.folder(media_id) / TEXTS
            self._rings[media_id] = Ring(folder, keep=self._settings.stream_replay)
        return self._rings[media_id]

    def _end_alone(self, session: Session, visits: int) -> None:
        """End what nobody has followed since that visit."""
        with self._lock:  # nobody joins it meanwhile
            if session.followers or session.visits != visits:
                return
            session.stop()
        self._wait_for([session])

    def _wait_for(self, sessions: list[Session]) -> None:
        """Wait until what was stopped is over."""
        for session in sessions:
            session.join(_END_S)
        self._forget()

    def _forget(self) -> None:
        """Drop what is over and followed by nobody, and close the rings of the rest."""
        with self._lock:
            self._sessions = [one for one in self._sessions if not one.over or one.followers]
            used = {one.wish.media_id for one in self._sessions}
            for media_id in [one for one in self._rings if one not in used]:
                self._rings.pop(media_id).close()


def _stopping() -> OverloadedError:
    return OverloadedError("the server is stopping", hint="try again in a moment")


@dataclass(slots=True)
class Following:
    """One viewer's hold on a narration."""

    streams: Streams
    session: Session
    number: int
    seen: int
    """The newest text that it was given."""

    def texts(self, limit: int = 100) -> list[dict[str, Any]]:
        """Return the next texts, and count them as given."""
        found = self.session.texts(self.seen, limit=limit)
        if found:
            self.seen = found[-1]["id"]
        return found

    def newest(self) -> tuple[int, list[dict[str, Any]]]:
        """Return how many texts were left out, and the newest one, as for who reads too slowly."""
        waiting = self.session.texts(self.seen, limit=1_000_000)
        if waiting:
            self.seen = waiting[-1]["id"]
        return max(len(waiting) - 1, 0), waiting[-1:]

    def pause(self, *, on: bool) -> None:
        """Pause or go on."""
        self.session.pause(self.number, on=on)

    def change(self, wake: Callable[[], None], **changes: Any) -> None:
        """Follow with another engine, language, rate or cadence."""
        after = self.streams.changed(self.session, **changes)
        if after is not self.session:
            before, self.session = self.session, after
            after.follow(self.number, wake, paused=before.is_paused_by(self.number))
            self.streams.leave(before, self.number)

    def leave(self) -> None:
        """Follow no more."""
        self.streams.leave(self.session, self.number)

    def stop(self) -> bool:
        """End the narration unless somebody else follows it; return whether it ends."""
        alone = self.session.followers == 1
        if alone:
            self.session.stop()
        return alone
