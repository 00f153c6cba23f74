"""Several models, each under a name, asked by many and replaced while they are asked."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from sightline.app.serving.opened import open_found
from sightline.core.clock import now
from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    OverloadedError,
    UnknownModelError,
    did_you_mean,
)
from sightline.predict.rows import Picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sightline.app.serving.finding import Found
    from sightline.app.serving.opened import Opened
    from sightline.core.cards import ModelCard
    from sightline.predict.rows import Row


LEAVE_S: Final = 30.0
"""How long a keeper stays open for those who ask an earlier version."""


class Listener(Protocol):
    """Hears what becomes of requests."""

    def answered(self, model: str, *, waited_s: float, took_s: float) -> None:
        """One was answered after waiting for a thread, and being worked on, so long."""
        ...

    def swapped(self, model: str) -> None:
        """Another model took the name over."""
        ...


class Keeper(Protocol):
    """Is told of answers, and keeps the doubtful."""

    def offer(self, data: bytes, row: Row) -> None:
        """Take an answer in; returns at once."""
        ...

    def stats(self) -> dict[str, Any]:
        """Return what came of them."""
        ...

    def close(self) -> None:
        """Look at what waits, and end."""
        ...


@dataclass(slots=True)
class Loaded:
    """One version of a model, in memory."""

    found: Found
    opened: Opened
    keeper: Keeper | None = None
    since: str = field(default_factory=now)
    users: int = 0
    gone: threading.Event = field(default_factory=threading.Event)
    """Set once another version answers and nobody asks this one any more."""

    def let_go(self) -> None:
        """Close the model; nothing asks it again."""
        self.opened.close()
        self.gone.set()

    def look(self, picture: Picture) -> Row:
        """Return the whole answer about one picture, which the keeper hears, too."""
        row = self.opened.look(picture)
        if self.keeper is not None and isinstance(picture.source, bytes):
            self.keeper.offer(picture.source, row)
        return row


class Slot:
    """A name and the model that answers for it now.

    Who began with one version ends with it; who comes after the swap gets the other. The earlier
    one is let go of by its last user.
    """

    def __init__(self, loaded: Loaded) -> None:
        self.home = loaded.found.card.name
        """The name of the model that was served first, whose newest is taken when none is named."""
        self._current = loaded
        self._lock = threading.Lock()

    @property
    def current(self) -> Loaded:
        """The version that the next caller gets."""
        return self._current

    @contextmanager
    def borrow(self) -> Iterator[Loaded]:
        """Give the version of now, which stays whole to the end of the block."""
        with self._lock:
            loaded = self._current
            loaded.users += 1
        try:
            yield loaded
        finally:
            with self._lock:
                loaded.users -= 1
                last = loaded.users == 0 and loaded is not self._current
            if last:
                loaded.let_go()

    def swap(self, loaded: Loaded) -> Loaded:
        """Let another version answer from now on and return the one before."""
        with self._lock:
            before, self._current = self._current, loaded
            idle = before.users == 0
        if idle:
            before.let_go()
        return before


class Serving:
    """Answers about pictures from models in memory. Every method may be called from any thread.

    Args:
        threads: Pictures worked on at once: on CPU each runs on the thread that asks, as if every
            thread had a session of its own; on GPU what waits goes as one batch.
        queue: Pictures that may wait beyond those; more are refused at once.
        listener: Hears how long answers took.
        opening: Opens a model.
        keeping: Makes what hears a model's answers, if anything does.
    """

    def __init__(
        self,
        *,
        threads: int,
        queue: int,
        listener: Listener | None = None,
        opening: Callable[[Found], Opened] = open_found,
        keeping: Callable[[ModelCard], Keeper] | None = None,
    ) -> None:
        self.threads = threads
        self.limit = threads + queue
        self._listener = listener
        self._opening = opening
        self._keeping = keeping
        self._slots: dict[str, Slot] = {}
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="serve")
        self._lock = threading.Lock()
        self._inside = 0
        self._busy_s = 0.0
        """A moving mean of what an answer takes, seconds."""

    def add(self, found: Found) -> None:
        """Open a model under its name.

        Raises:
            ConflictError: The name is taken.
            InvalidInputError: It cannot be run.
        """
        if found.name in self._slots:
            raise ConflictError(
                f"two models would be called {found.name}", hint="name one: NAME=MODEL"
            )
        loaded = self._load(found)
        with self._lock:
            self._slots[found.name] = Slot(loaded)

    def swap(self, found: Found) -> str:
        """Open another model, then let it answer for a name that is served; return the one before.

        Nobody waits for it, and no request is lost: those under way end with the earlier one.

        Raises:
            UnknownModelError: Nothing is served under the name.
            InvalidInputError: It cannot be run; the earlier one goes on.
        """
        slot = self.slot(found.name)
        before = slot.swap(self._load(found))
        if self._listener is not None:
            self._listener.swapped(found.name)
        if before.keeper is not None:
            before.gone.wait(LEAVE_S)  # who is with it still tells the keeper
            before.keeper.close()
        return before.found.version

    def slot(self, name: str | None = None) -> Slot:
        """Return what answers for a name; without one, the only model that is served.

        Raises:
            UnknownModelError: Nothing is served under it.
            InvalidInputError: No name, and several models.
        """
        if name is None:
            if len(self._slots) == 1:
                return next(iter(self._slots.values()))
            raise InvalidInputError(
                "several models are served", hint=f"say ?model=: {', '.join(self._slots)}"
            )
        found = self._slots.get(name)
        if found is None:
            raise UnknownModelError(
                f"no model {name!r} is served", hint=did_you_mean(name, self._slots)
            )
        return found

    def slots(self) -> dict[str, Slot]:
        """Return every name with what answers for it."""
        return dict(self._slots)

    def submit(
        self, slot: Slot, work: Callable[[Loaded], Any], *, refuse: bool = True
    ) -> Future[Any]:
        """Queue work on a model and return what comes of it.

        Args:
            slot: The model, as `slot` gives it.
            work: Gets the version that answers when the work begins.
            refuse: Whether it may be refused when too many wait.

        Raises:
            OverloadedError: Too many wait, or serving ends.
        """
        at = time.perf_counter()
        with self._lock:
            if refuse:
                self.check_room()
            self._inside += 1
            try:
                future = self._pool.submit(self._work, slot, work, at)
            except RuntimeError as error:
                self._inside -= 1
                raise OverloadedError("serving ends", hint="ask another server") from error
        future.add_done_callback(self._leave)
        return future

    def check_room(self, coming: int = 0) -> None:
        """Refuse a request while too many wait, `coming` more of which are on their way.

        Raises:
            OverloadedError: There is no room; it says when there may be.
        """
        inside = self._inside + coming
        if inside >= self.limit:
            raise OverloadedError(
                f"{inside} requests wait already",
                hint="try again in a moment",
                retry_s=self._busy_s * inside / self.threads,
            )

    def answer(self, model: str | None, data: bytes, *, name: str = "picture") -> Row:
        """Return the row of one picture, from its bytes; waits for it.

        Raises:
            UnknownModelError: Nothing is served under this name.
            OverloadedError: Too many wait.
        """
        picture = Picture(name, data)
        row: Row = self.submit(self.slot(model), lambda one: one.look(picture)).result()
        return row

    def stats(self) -> dict[str, Any]:
        """Return pictures in work, waiting and allowed, and memory of the models, bytes."""
        with self._lock:
            inside, slots = self._inside, list(self._slots.values())
        return {
            "in_flight": min(inside, self.threads),
            "waiting": max(0, inside - self.threads),
            "limit": self.limit,
            "models": len(slots),
            "bytes": sum(one.current.opened.nbytes for one in slots),
        }

    def close(self) -> None:
        """Refuse what is new, finish what was accepted, let go of the models."""
        self._pool.shutdown(wait=True)
        for slot in self._slots.values():
            slot.current.opened.close()
            if slot.current.keeper is not None:
                slot.current.keeper.close()

    def _load(self, found: Found) -> Loaded:
        opened = self._opening(found)
        return Loaded(found, opened, self._keeping(found.card) if self._keeping else None)

    def _work(self, slot: Slot, work: Callable[[Loaded], Any], at: float) -> Any:
        began = time.perf_counter()
        with slot.borrow() as loaded:
            found = work(loaded)
            name = loaded.found.name
        took = time.perf_counter() - began
        self._busy_s += (took - self._busy_s) / 16
        if self._listener is not None:
            self._listener.answered(name, waited_s=began - at, took_s=took)
        return found

    def _leave(self, _: Future[Any]) -> None:
        with self._lock:
            self._inside -= 1
