"""From files to vectors: decoded and encoded by threads, written as they come."""

from __future__ import annotations

import os
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sightline.core.errors import SightlineError, UnreadableImageError
from sightline.core.progress import Progress, Silent
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.heads.threads import one_thread
from sightline.imaging.decode import decode
from sightline.imaging.fingerprint import fingerprint
from sightline.imaging.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sightline.core.arrays import F16, F32, I64, U8
    from sightline.core.ports import Encoder

BATCH: Final = 8
"""Pictures that one thread decodes before it encodes them: large ones are held meanwhile."""
BATCH_BYTES: Final = 96 << 20
"""A thread encodes earlier when its pictures take so much memory."""
WRITE_ROWS: Final = 1024
WRITE_AFTER_S: Final = 2.0
F16_MAX: Final = 65504.0


class Item(NamedTuple):
    """A picture to embed."""

    ordinal: int
    path: Path
    page: int = 0


class Failure(NamedTuple):
    """A picture that could not be embedded."""

    ordinal: int
    path: Path
    reason: str
    message: str


@dataclass(slots=True)
class Embedded:
    """What came of it."""

    done: int = 0
    failures: list[Failure] = field(default_factory=list)


class _Reading(NamedTuple):
    limits: Limits
    tone: Tone


class _Part(NamedTuple):
    ordinals: list[int]
    rows: F32
    prints: list[U8]
    failures: list[Failure]


def embed(
    encoder: Encoder,
    items: Iterable[Item],
    write: Callable[[I64, F16], None],
    *,
    note_prints: Callable[[I64, U8], None] | None = None,
    total: int | None = None,
    progress: Progress | None = None,
    threads: int = 0,
    limits: Limits = DEFAULT_LIMITS,
    tone: Tone = DEFAULT_TONE,
) -> Embedded:
    """Encode pictures and hand their rows over in blocks; a bad file stops nothing.

    Whatever was written stays when the work is stopped: pass the ordinals that are still missing
    to go on.

    Args:
        encoder: Its `encode` is called from several threads.
        items: What to embed, each ordinal once.
        write: Is given ordinals (M,) and rows (M, dim), from one thread.
        note_prints: Is given their fingerprints (M, 8) before; they cost little while the pixels
            are at hand.
        total: How many items there are, for the progress.
        progress: Is told and may stop the work.
        threads: 0: one less than there are cores.
        limits: What is refused.
        tone: How samples of more than 8 bits become 8.

    Raises:
        CancelledError: The progress said so; rows that were ready have been written.
    """
    told = Silent() if progress is None else progress
    workers = threads or max(1, (os.cpu_count() or 2) - 1)
    result, sink = Embedded(), _Sink(write, note_prints)
    told.advance(0, total, "embedding")
    with one_thread(), ThreadPoolExecutor(workers, thread_name_prefix="embed") as pool:
        try:
            for part in _parts(pool, encoder, items, 2 * workers, _Reading(limits, tone)):
                sink.add(part)
                result.done += len(part.ordinals)
                result.failures += part.failures
                for one in part.failures:
                    told.log(f"{one.path}: {one.reason}: {one.message}")
                told.advance(result.done + len(result.failures), total, "embedding")
                told.check()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            sink.flush()
    return result


class _Sink:
    """Collects rows and writes them in blocks, for each write waits for the disk."""

    def __init__(
        self,
        write: Callable[[I64, F16], None],
        note_prints: Callable[[I64, U8], None] | None,
    ) -> None:
        self._write = write
        self._note_prints = note_prints
        self._prints: list[U8] = []
        self._ordinals: list[int] = []
        self._rows: list[F16] = []
        self._last = time.monotonic()

    def add(self, part: _Part) -> None:
        self._ordinals += part.ordinals
        self._prints += part.prints
        self._rows.append(np.clip(part.rows, -F16_MAX, F16_MAX).astype(np.float16))
        late = time.monotonic() - self._last > WRITE_AFTER_S
        if len(self._ordinals) >= WRITE_ROWS or late:
            self.flush()

    def flush(self) -> None:
        if self._ordinals:
            ordinals = np.asarray(self._ordinals, dtype=np.int64)
            if self._note_prints is not None:
                self._note_prints(ordinals, np.stack(self._prints))
            self._write(ordinals, np.concatenate(self._rows))
        self._ordinals, self._rows, self._last = [], [], time.monotonic()
        self._prints = []


def _parts(
    pool: ThreadPoolExecutor,
    encoder: Encoder,
    items: Iterable[Item],
    ahead: int,
    reading: _Reading,
) -> Iterator[_Part]:
    """Yield parts as they are ready; at most `ahead` are on the way."""
    batches = _batched(items)
    running: set[Future[_Part]] = set()
    while True:
        while len(running) < ahead and (batch := next(batches, None)) is not None:
            running.add(pool.submit(_encode, encoder, batch, reading))
        if not running:
            return
        ready, running = wait(running, return_when=FIRST_COMPLETED)
        for one in ready:
            yield one.result()


def _batched(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _encode(encoder: Encoder, batch: list[Item], reading: _Reading) -> _Part:
    """Decode and encode a batch, in runs that fit the memory."""
    ordinals: list[int] = []
    rows: list[F32] = [np.empty((0, encoder.dim), np.float32)]
    prints: list[U8] = []
    failures: list[Failure] = []
    images: list[U8] = []
    held: list[Item] = []

    def flush() -> None:
        found = encoder.encode(images) if images else ()
        for item, image, row in zip(held, images, found, strict=True):
            if np.isfinite(row).all():
                ordinals.append(item.ordinal)
                rows.append(row[None])
                prints.append(fingerprint(image))
            else:
                text = "the encoder's answer is not finite"
                failures.append(Failure(item.ordinal, item.path, "not finite", text))
        images.clear()
        held.clear()

    for item in batch:
        try:
            image = decode(
                item.path,
                page=item.page,
                min_side_px=encoder.min_side_px,
                limits=reading.limits,
                tone=reading.tone,
            )
        except (SightlineError, OSError) as error:
            failures.append(Failure(item.ordinal, item.path, _reason(error), str(error)))
            continue
        images.append(image)
        held.append(item)
        if sum(one.nbytes for one in images) > BATCH_BYTES:
            flush()
    flush()
    return _Part(ordinals, np.concatenate(rows), prints, failures)


def _reason(error: Any) -> str:
    if isinstance(error, UnreadableImageError):
        return error.reason
    return str(getattr(error, "code", "unreadable")).replace("_", " ")
