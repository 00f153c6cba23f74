"""A place for one frame: who is late gets the newest, and nothing piles up."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slotted(Generic[T]):
    """What lay in the slot."""

    value: T
    index: int
    """Counts everything that was put, from 0."""
    at_s: float
    """`time.monotonic` when it was put."""


class LatestFrame(Generic[T]):
    """Holds the newest of what is put; thread safe, for any number of writers and readers.

    A reader that is slower than the writer sees fewer frames, never older ones: the age of what it
    gets does not grow with the load, as it would in a queue.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: Slotted[T] | None = None
        self._count = 0
        self._dropped = 0
        self._seen = -1
        self._closed = False
        self._fault: Exception | None = None

    @property
    def dropped(self) -> int:
        """How many were replaced before anybody took or saw them."""
        return self._dropped

    @property
    def seen(self) -> int:
        """The index of the newest that `newer` gave to anybody; -1: none."""
        return self._seen

    @property
    def count(self) -> int:
        """How many were put."""
        return self._count

    @property
    def closed(self) -> bool:
        """Tell whether nothing more comes."""
        return self._closed

    def put(self, value: T) -> bool:
        """Replace what lies there; False once it is closed."""
        with self._changed:
            if self._closed:
                return False
            self._dropped += self._held is not None and self._held.index > self._seen
            self._held = Slotted(value, self._count, time.monotonic())
            self._count += 1
            self._changed.notify_all()
            return True

    def take(self, timeout_s: float | None = None) -> Slotted[T] | None:
        """Return the newest and empty the slot; None: it is closed, or nothing came in time.

        Raises:
            Exception: The one that it was closed with, once what lay there is taken.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._held is not None or self._closed, timeout_s)
            held, self._held = self._held, None
            if held is None and self._fault is not None:
                raise self._fault
            return held

    def newer(self, than: int, timeout_s: float | None = None) -> Slotted[T] | None:
        """Return the newest above an index and leave it to other readers; None: as for `take`.

        Raises:
            Exception: The one that it was closed with, once there is nothing newer.
        """

        def fresh() -> Slotted[T] | None:
            held = self._held
            return held if held is not None and held.index > than else None

        with self._changed:
            self._changed.wait_for(lambda: fresh() is not None or self._closed, timeout_s)
            held = fresh()
            if held is None:
                if self._fault is not None:
                    raise self._fault
                return None
            self._seen = max(self._seen, held.index)
            return held

    def close(self, fault: Exception | None = None) -> None:
        """Let every reader go; with `fault` they are told why."""
        with self._changed:
            if not self._closed:
                self._closed, self._fault = True, fault
            self._changed.notify_all()
