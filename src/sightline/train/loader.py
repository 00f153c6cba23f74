"""Batches of pictures in the order asked for: from memory, from the cache, else from the files."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.errors import SightlineError
from sightline.train.cache_pack import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sightline.core.arrays import I64, U8
    from sightline.core.samples import Sample
    from sightline.train.cache import Shelf

    Load = Callable[[Sample], U8]

BLANK: Final = 127
"""Grey of a picture that cannot be read."""


class Loader:
    """Reads each picture once where memory or the cache allow; threads stay over the epochs.

    What it gives never depends on threads, memory or the cache, so that all of them may change when
    a run resumes.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        size: int,
        load: Load,
        *,
        workers: int = 0,
        ahead: int = 4,
        memory_bytes: int = 0,
        shelf: Shelf | None = None,
        lost: Callable[[int], None] = lambda _position: None,
    ) -> None:
        self.unreadable: dict[int, str] = {}
        """Position to reason. Such a picture is not tried again."""
        self._samples, self._shape, self._load = samples, (size, size, 3), load
        self._lost = lost
        self._workers, self._ahead, self._shelf = workers, max(1, ahead), shelf
        self._keys = [key_of(one.digest, one.page) for one in samples] if shelf is not None else []
        self.in_memory = len(samples) * 3 * size**2 <= memory_bytes
        self._kept: U8 | None = None
        self._here = np.zeros(len(samples), bool)
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def batches(self, groups: Iterable[I64]) -> Iterator[tuple[U8, I64]]:
        """Yield pictures (B, size, size, 3) and their positions (B,) for each group of those."""
        if self._kept is not None and self._here.all():
            for group in groups:
                yield self._kept[group], group
        else:
            yield from self._read_ahead(groups)

    def _read_ahead(self, groups: Iterable[I64]) -> Iterator[tuple[U8, I64]]:
        waiting = deque[tuple["I64", "U8 | None", list[Future[None]]]]()
        try:
            for group in groups:
                waiting.append(self._ask(group))
                if len(waiting) > self._ahead or self._workers == 0:
                    yield self._answer(*waiting.popleft())
            while waiting:
                yield self._answer(*waiting.popleft())
        finally:
            for _, _, parts in waiting:
                for part in parts:
                    part.cancel()

    def any_readable(self, positions: I64) -> bool:
        """Read pictures until one can be read; it is kept, so nothing is done twice."""
        out: U8 = np.empty(self._shape, np.uint8)
        for i in positions.tolist():
            self._one(out, i)
            if i not in self.unreadable:
                return True
        return False

    def close(self) -> None:
        """End the threads and let go of the cache."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        if self._shelf is not None:
            self._shelf.close()

    @property
    def notes(self) -> list[str]:
        """Return what a person should know."""
        return [self._shelf.trouble] if self._shelf is not None and self._shelf.trouble else []

    def _ask(self, group: I64) -> tuple[I64, U8 | None, list[Future[None]]]:
        """Begin a batch: threads fill a part each, unless all of it is in memory."""
        if self._kept is not None and self._here[group].all():
            return group, None, []
        out: U8 = np.empty((len(group), *self._shape), np.uint8)
        if self._workers == 0:
            self._fill(out, group)
            return group, out, []
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="read")
        part = -(-len(group) // self._workers)
        return group, out, [
            self._pool.submit(self._fill, out[at : at + part], group[at : at + part])
            for at in range(0, len(group), part)
        ]  # fmt: skip

    def _answer(self, group: I64, out: U8 | None, parts: list[Future[None]]) -> tuple[U8, I64]:
        for part in parts:
            part.result()
        if out is None and self._kept is not None:
            out = self._kept[group]
        assert out is not None
        return out, group

    def _fill(self, out: U8, group: I64) -> None:
        for row, position in zip(out, group.tolist(), strict=True):
            self._one(row, position)

    def _one(self, out: U8, i: int) -> None:
        """Fill `out` (size, size, 3) with the picture at a position."""
        if self._here[i] and self._kept is not None:
            out[:] = self._kept[i]
        elif i in self.unreadable:
            out[:] = BLANK
        elif self._shelf is not None and self._shelf.take(self._keys[i], out):
            self._keep(i, out)
        else:
            self._decode(out, i)

    def _decode(self, out: U8, i: int) -> None:
        try:
            out[:] = self._load(self._samples[i])
        except (SightlineError, OSError) as error:
            self.unreadable[i] = f"{self._samples[i].path}: {error}"
            self._lost(i)
            out[:] = BLANK
            return
        self._keep(i, out)
        if self._shelf is not None:
            self._shelf.put(self._keys[i], out)

    def _keep(self, i: int, image: U8) -> None:
        if not self.in_memory:
            return
        with self._lock:
            if self._kept is None:
                # Untouched, it costs nothing: memory is taken as pictures come in.
                self._kept = np.empty((len(self._samples), *self._shape), np.uint8)
        self._kept[i] = image
        self._here[i] = True
