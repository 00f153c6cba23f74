"""Linear algebra on the caller's thread alone, and on several where rows can be divided."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Blas:
    """The library's own threads, held back as long as anybody asks for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._limit: Any = None

    def hold(self) -> None:
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

        with self._lock:
            if not self._holders:
                controller = ThreadpoolController().select(user_api="blas")
                self._limit = controller.limit(limits=1)
            self._holders += 1

    def let_go(self) -> None:
        with self._lock:
            self._holders -= 1
            if not self._holders:
                self._limit.restore_original_limits()
                self._limit = None


_BLAS: Final = _Blas()


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep matrix products on the thread that calls for them, in this process, for a while.

    A head's matrices are long and thin. Split among threads that wait for each other by spinning,
    a refit took twenty times as long on a busy machine (0.3 s became 6). Calls
    may overlap; the last to leave restores what was.
    """
    _BLAS.hold()
    try:
        yield
    finally:
        _BLAS.let_go()


def workers() -> int:
    """Return how many threads may work at once: one less than there are cores."""
    return max(1, (os.cpu_count() or 2) - 1)


def in_parallel(work: Callable[[int], T], pieces: Sequence[int]) -> list[T]:
    """Return what `work` gives for each piece, in order, several at once."""
    count = min(workers(), len(pieces))
    if count < 2:  # noqa: PLR2004
        return [work(piece) for piece in pieces]
    with ThreadPoolExecutor(count, thread_name_prefix="rows") as pool:
        return list(pool.map(work, pieces))
