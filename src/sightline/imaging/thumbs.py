"""Thumbnails on demand: own threads, each made once, kept on disk within a bound."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.imaging.limits import DEFAULT_LIMITS, Limits
from sightline.imaging.tile import MEDIA_TYPE, SIZES, VERSION, snap, thumbnail

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MEDIA_TYPE", "SIZES", "Thumb", "ThumbCache", "etag", "snap", "thumbnail"]

DEFAULT_LIMIT_BYTES: Final = 2 << 30
KEEP_SHARE: Final = 0.8
"""What is left of the bound after old files went."""
TOUCH_AFTER_S: Final = 3600.0
SWEEP_EVERY_BYTES: Final = 64 << 20
Key = tuple[str, int, int, str]
"""Digest, page, pixels, key of the tone."""
_END: Final = b"\xff\xd9"


def etag(digest: str, page: int, px: int, tone: Tone = DEFAULT_TONE) -> str:
    """Return the HTTP entity tag, with its quotes, of a thumbnail; it changes with its bytes."""
    return f'"{digest[:32]}-{page}-{px}-{VERSION}{_suffix(tone)}"'


def _suffix(tone: Tone) -> str:
    key = tone.key()
    return f"-{key}" if key else ""


@dataclass(frozen=True, slots=True)
class Thumb:
    """A thumbnail and what HTTP wants to know of it."""

    data: bytes
    etag: str
    media_type: str = MEDIA_TYPE


class _Flight:
    """A thumbnail that is being made, and who waits for it."""

    def __init__(self, work: Future[Thumb]) -> None:
        self.work = work
        self.waiting: set[Future[Thumb]] = set()


class ThumbCache:
    """Makes thumbnails in threads of its own and keeps them under `root`.

    `root` is disposable: it may be deleted at any time. Asking twice for the same thumbnail makes
    it once; one that nobody waits for any more is not started.
    """

    def __init__(
        self,
        root: Path,
        *,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
        threads: int | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._root = root / f"v{VERSION}"
        self._limit_bytes = limit_bytes
        self._limits = limits
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1, "thumbs")
        self._lock = threading.Lock()
        self._flights: dict[Key, _Flight] = {}
        self._unswept = SWEEP_EVERY_BYTES

    def cached(
        self, digest: str, px: int, page: int = 0, tone: Tone = DEFAULT_TONE
    ) -> Thumb | None:
        """Return the thumbnail when it is on disk; it costs one read."""
        path = self._path(digest, page, px, tone)
        try:
            data = path.read_bytes()
            if not data.endswith(_END):
                return None
            if time.time() - path.stat().st_mtime > TOUCH_AFTER_S:
                os.utime(path)
        except OSError:
            return None
        return Thumb(data, etag(digest, page, px, tone))

    def submit(
        self, source: Path, digest: str, px: int, page: int = 0, tone: Tone = DEFAULT_TONE
    ) -> Future[Thumb]:
        """Return a future of the thumbnail; cancelling it spares the work if nobody else waits.

        Args:
            source: A file with the bytes that `digest` names.
            digest: BLAKE3 of the file, hex.
            px: One of SIZES.
            page: Counted from 0.
            tone: How samples of more than 8 bits become 8.

        The future raises what `thumbnail` raises.
        """
        key = (digest, page, px, tone.key())
        waiter: Future[Thumb] = Future()
        with self._lock:
            flight = self._flights.get(key)
            fresh = flight is None
            if flight is None:
                work = self._pool.submit(self._make, source, digest, px, page, tone)
                flight = self._flights[key] = _Flight(work)
            flight.waiting.add(waiter)
        waiter.add_done_callback(partial(self._leave, key, flight))
        if fresh:
            flight.work.add_done_callback(partial(self._land, key, flight))
        return waiter

    def get(self, source: Path, digest: str, px: int, page: int = 0) -> Thumb:
        """Return the thumbnail, made now if need be.

        Raises:
            UnreadableImageError: The picture cannot be read.
            MissingExtraError: Reading it needs an optional package.
        """
        return self.cached(digest, px, page) or self.submit(source, digest, px, page).result()

    def close(self) -> None:
        """Stop the threads; what has not started is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _land(self, key: Key, flight: _Flight, work: Future[Thumb]) -> None:
        """Hand what was made, or why it was not, to all who wait."""
        with self._lock:
            if self._flights.get(key) is flight:
                del self._flights[key]
            waiting = list(flight.waiting)
        for waiter in waiting:
            if work.cancelled():
                waiter.cancel()
            if not waiter.set_running_or_notify_cancel():
                continue
            error = work.exception()
            if error is not None:
                waiter.set_exception(error)
            else:
                waiter.set_result(work.result())

    def _leave(self, key: Key, flight: _Flight, waiter: Future[Thumb]) -> None:
        """Forget somebody who cancelled; the last one takes the work along if it has not begun."""
        if not waiter.cancelled():
            return
        with self._lock:
            flight.waiting.discard(waiter)
            if flight.waiting or self._flights.get(key) is not flight:
                return
            del self._flights[key]
        flight.work.cancel()

    def _make(self, source: Path, digest: str, px: int, page: int, tone: Tone) -> Thumb:
        data = thumbnail(source, px, page, limits=self._limits, tone=tone)
        self._keep(self._path(digest, page, px, tone), data)
        return Thumb(data, etag(digest, page, px, tone))

    def _path(self, digest: str, page: int, px: int, tone: Tone) -> Path:
        return self._root / str(px) / digest[:2] / f"{digest[2:]}-{page}{_suffix(tone)}.jpg"

    def _keep(self, path: Path, data: bytes) -> None:
        """Write the file whole or not at all; a full disk only costs the cache."""
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(suffix=".part", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        with self._lock:
            self._unswept += len(data)
            due = self._unswept >= min(SWEEP_EVERY_BYTES, self._limit_bytes // 10)
            if due:
                self._unswept = 0
        if due:
            self.sweep()

    def sweep(self) -> int:
        """Delete the files longest unused until the rest fits well; return how many went."""
        found = sorted(_files(self._root))
        total = sum(size for _, size, _ in found)
        if total <= self._limit_bytes:
            return 0
        gone = 0
        for _, size, path in found:
            if total <= KEEP_SHARE * self._limit_bytes:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                gone += 1
            total -= size
        return gone


def _files(root: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield (mtime, bytes, path) of every file below `root`."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            with contextlib.suppress(OSError):
                state = path.stat()
                yield state.st_mtime, state.st_size, path
