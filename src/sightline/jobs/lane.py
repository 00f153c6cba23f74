"""One thread that does short work in the order of its urgency, for engines that must not be shared.

The most urgent goes first, and of equals the newest. What waits can be made more urgent or dropped;
what runs is finished, unless it takes too long: then whoever waits is told so, the thread is left
to itself, and a new one goes on with the rest.
"""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import CancelledError, EngineFailedError, OverloadedError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST: Final = 512
"""Pieces of work that may wait."""


@dataclass(slots=True, eq=False)
class Work:
    """One piece of work, from the wish to its end."""

    call: Callable[[], Any]
    priority: int
    """0 is the most urgent."""
    about: dict[str, Any]
    """What it is, for whoever looks at the lane, and for `drop`."""
    number: int
    future: Future[Any] = field(default_factory=Future)
    asked_at: float = field(default_factory=time.monotonic)
    began_at: float | None = None


class Lane:
    """Work in one thread, which starts with the first piece. Thread-safe."""

    def __init__(self, name: str, *, timeout_s: float) -> None:
        """Remember how it is called; `timeout_s` is the longest that one piece may take."""
        self._name = name
        self._timeout_s = timeout_s
        self._waiting: list[Work] = []
        self._running: Work | None = None
        self._news = threading.Condition()
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    def submit(
        self, call: Callable[[], Any], *, priority: int, about: dict[str, Any] | None = None
    ) -> Work:
        """Queue a piece of work, whose future gets what `call` returns or raises.

        Raises:
            OverloadedError: Too much waits already, or the lane is closed.
        """
        with self._news:
            if self._closed or len(self._waiting) >= MOST:
                raise OverloadedError(
                    f"too much waits for {self._name}", hint="try again in a second"
                )
            work = Work(call, priority, dict(about or {}), next(self._numbers))
            self._waiting.append(work)
            if self._thread is None:
                self._start()
            self._news.notify()
        return work

    def urge(self, work: Work, priority: int, about: dict[str, Any] | None = None) -> None:
        """Let a piece of work go no later than others of a priority, as if it were asked for now.

        It is described anew where `about` is given.
        """
        with self._news:
            if priority > work.priority:
                return
            work.priority = priority
            work.number = next(self._numbers)
            work.about.update(about or {})

    def drop(self, unwanted: Callable[[Work], bool], reason: str) -> int:
        """Forget waiting work that nobody wants any more, and return how much it was.

        Whoever still waits for it gets a CancelledError with the reason.
        """
        with self._news:
            dropped = [one for one in self._waiting if unwanted(one)]
            self._waiting = [one for one in self._waiting if one not in dropped]
        for one in dropped:
            _fail(one, CancelledError(reason, hint="ask again if it is still wanted"))
        return len(dropped)

    def all(self) -> list[tuple[Work, bool]]:
        """Return all work in its order, each with whether it runs."""
        with self._news:
            running = [] if self._running is None else [(self._running, True)]
            return running + [(one, False) for one in sorted(self._waiting, key=_order)]

    def close(self) -> None:
        """Drop what waits and let the thread end."""
        with self._news:
            self._closed = True
            self._thread = None
            self._news.notify_all()
        self.drop(lambda _: True, "the server is closing")

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (work := self._next()) is not None:
            watch = threading.Timer(self._timeout_s, self._lose, [work])
            watch.daemon = True
            watch.start()
            try:
                answer = work.call()
            except BaseException as error:  # noqa: BLE001 - whoever waits is told
                self._done(work)
                _fail(work, error)
            else:
                self._done(work)
                with suppress(InvalidStateError):
                    work.future.set_result(answer)
            finally:
                watch.cancel()

    def _next(self) -> Work | None:
        """Return the next piece; None when this thread is no longer the lane's."""
        with self._news:
            while True:
                if threading.current_thread() is not self._thread:
                    return None
                while self._waiting:
                    work = min(self._waiting, key=_order)
                    self._waiting.remove(work)
                    if work.future.set_running_or_notify_cancel():
                        work.began_at = time.monotonic()
                        self._running = work
                        return work
                self._news.wait()

    def _done(self, work: Work) -> None:
        with self._news:
            if self._running is work:
                self._running = None

    def _lose(self, work: Work) -> None:
        with self._news:
            if self._running is not work or self._closed:
                return
            self._running = None
            self._start()
        _fail(
            work,
            EngineFailedError(
                f"no answer within {self._timeout_s:g} s",
                hint="use another engine or a smaller picture, or raise assist_timeout_s",
            ),
        )


def _order(work: Work) -> tuple[int, int]:
    return work.priority, -work.number


def _fail(work: Work, error: BaseException) -> None:
    with suppress(InvalidStateError):
        work.future.set_exception(error)
