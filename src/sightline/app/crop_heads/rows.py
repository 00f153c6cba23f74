"""Vectors of parts of pictures: decoded once, cut, encoded, kept by what they show."""

from __future__ import annotations

import hashlib
import os
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.crop_heads.held import HeldPictures
from sightline.core.errors import InvalidInputError, SightlineError
from sightline.core.geometry.boxes import as_boxes
from sightline.core.progress import Silent
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.heads.threads import one_thread
from sightline.imaging.decode import decode
from sightline.store.vector_cache import VectorCache, halved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from sightline.core.arrays import F16, F32, I64, U8, Bool
    from sightline.core.ports import Encoder
    from sightline.core.progress import Progress
    from sightline.heads.bundle import CropRule
    from sightline.imaging.limits import Limits

AT_ONCE: Final = 64
"""Crops of a picture that are encoded together."""
WRITE_ROWS: Final = 512
WRITE_AFTER_S: Final = 2.0
REMEMBERED: Final = 8
"""Encoders whose keys stay in memory."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture that parts are cut from."""

    path: Path
    digest: str
    """BLAKE3 of the file, hex."""
    size: tuple[int, int]
    """Width and height as it is shown, pixels."""
    page: int = 0
    tone: Tone = DEFAULT_TONE


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture, and the boxes in it whose vectors are wanted."""

    picture: Pictured
    boxes: Any
    """(N, 4) x1, y1, x2, y2, pixels of the upright picture."""


@dataclass(slots=True)
class Cut:
    """What came of it."""

    rows: F16
    """(M, D), box after box; 0 where there is none."""
    valid: Bool
    """(M,) which rows there are."""
    encoded: int = 0
    """How many were not kept from before."""
    failures: list[dict[str, str]] = field(default_factory=list)
    """Path and reason of each picture that could not be used."""


class CropRows:
    """The vectors of a workspace's crops. Safe for threads."""

    def __init__(self, folder: Path, limits: Callable[[], Limits]) -> None:
        self._folder = folder
        self._limits = limits
        self._caches: dict[str, VectorCache] = {}
        self._held = HeldPictures(limits)

    def of(self, encoder: Encoder, picture: Pictured, boxes: Any, rule: CropRule) -> F32:
        """Return the vectors (N, D) of N boxes in a picture.

        Raises:
            UnreadableImageError: It cannot be read.
            InvalidInputError: A box is none, or the encoder's answer is not finite.
        """
        rects = rule.rects(boxes, picture.size)
        cache, keys = self._cache(encoder), _keys(picture, rects)
        rows, there = cache.find(keys)
        wanting = np.flatnonzero(~there)
        if len(wanting):
            made = _encoded(encoder, self._held.pixels(picture), rects[wanting])
            if not np.isfinite(made).all():
                raise InvalidInputError(
                    "the encoder's answer is not finite", hint="use another encoder"
                )
            rows[wanting] = made
            cache.add([keys[n] for n in wanting], made)
        return rows.astype(np.float32)

    def many(
        self,
        encoder: Encoder,
        wanted: Sequence[Wanted],
        rule: CropRule,
        *,
        reuse: bool = True,
        threads: int = 0,
        progress: Progress | None = None,
    ) -> Cut:
        """Return the vectors of all boxes of many pictures; a picture that fails stops nothing.

        What was encoded stays when it is stopped, and is not encoded again.

        Args:
            encoder: Its `encode` is called from several threads.
            wanted: Pictures with their boxes.
            rule: How they are cut.
            reuse: Take what was kept from before.
            threads: 0: one less than there are cores.
            progress: Is told, and may stop it.

        Raises:
            CancelledError: The progress said so.
        """
        told = progress or Silent()
        plan = _plan(wanted, rule)
        cache, total = self._cache(encoder), len(plan.keys)
        rows, valid = np.zeros((total, encoder.dim), np.float16), np.zeros(total, np.bool_)
        if reuse:
            rows, valid = cache.find(plan.keys)
        cut = Cut(rows, valid)
        left = [n for n, part in enumerate(plan.parts) if not valid[part].all()]
        told.advance(int(valid.sum()), total, "embedding crops")
        keeper = _Keeper(cache, plan.keys)
        try:
            for n, places, found in self._work(encoder, wanted, plan, (left, valid, threads)):
                _take(cut, wanted[n].picture, places, found)
                if not isinstance(found, SightlineError):
                    keeper.keep(places[valid[places]], rows)
                told.advance(int(valid.sum()), total, "embedding crops")
                told.check()
        finally:
            keeper.flush(rows)
        return cut

    def _work(
        self,
        encoder: Encoder,
        wanted: Sequence[Wanted],
        plan: _Plan,
        how: tuple[list[int], Bool, int],
    ) -> Iterator[tuple[int, I64, F16 | SightlineError]]:
        """Yield picture, places of its boxes and their rows, or why there are none."""
        left, valid, threads = how
        workers = threads or max(1, (os.cpu_count() or 2) - 1)
        running: deque[tuple[int, I64, Future[F16]]] = deque()
        with one_thread(), ThreadPoolExecutor(workers, thread_name_prefix="crops") as pool:
            try:
                for n in left:
                    part = plan.parts[n]
                    places = np.arange(part.start, part.stop)[~valid[part]]
                    job = pool.submit(
                        self._looked_at, encoder, wanted[n].picture, plan.rects[places]
                    )
                    running.append((n, places, job))
                    if len(running) > 2 * workers:
                        yield _ended(*running.popleft())
                while running:
                    yield _ended(*running.popleft())
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _looked_at(self, encoder: Encoder, picture: Pictured, rects: I64) -> F16:
        image = decode(picture.path, page=picture.page, limits=self._limits(), tone=picture.tone)
        return _encoded(encoder, image, rects)

    def _cache(self, encoder: Encoder) -> VectorCache:
        name = hashlib.blake2b(encoder.key.encode(), digest_size=10).hexdigest()
        if name not in self._caches:
            if len(self._caches) >= REMEMBERED:
                self._caches.clear()
            folder = self._folder / f"{name}-{encoder.dim}"
            self._caches[name] = VectorCache(folder, encoder.dim)
        return self._caches[name]


@dataclass(frozen=True, slots=True)
class _Plan:
    rects: I64
    """(M, 4)"""
    keys: list[bytes]
    parts: list[slice]
    """Of each picture: where its boxes lie in the rows."""


def _plan(wanted: Sequence[Wanted], rule: CropRule) -> _Plan:
    boxes = [as_boxes(one.boxes) for one in wanted]
    counts = [len(one) for one in boxes]
    sizes = np.repeat([one.picture.size for one in wanted], counts, axis=0).reshape(-1, 2)
    rects = rule.rects(np.concatenate([np.zeros((0, 4)), *boxes]), sizes)
    ends = np.cumsum([0, *counts]).tolist()
    parts = [slice(first, last) for first, last in pairwise(ends)]
    keys = [
        key
        for one, part in zip(wanted, parts, strict=True)
        for key in _keys(one.picture, rects[part])
    ]
    return _Plan(rects, keys, parts)


def _keys(picture: Pictured, rects: I64) -> list[bytes]:
    start = hashlib.blake2b(digest_size=16)
    start.update(f"{picture.digest}:{picture.page}:{picture.tone.key()}:".encode())
    found = []
    for rect in rects:
        one = start.copy()
        one.update(rect.tobytes())
        found.append(one.digest())
    return found


def _encoded(encoder: Encoder, image: U8, rects: I64) -> F16:
    """Return the vectors of parts of a picture; what is not finite becomes NaN."""
    rows = np.empty((len(rects), encoder.dim), np.float32)
    for at in range(0, len(rects), AT_ONCE):
        parts = [_part(image, rect) for rect in rects[at : at + AT_ONCE]]
        rows[at : at + len(parts)] = encoder.encode(parts)
    return np.where(np.isfinite(rows), halved(rows), np.float16(np.nan))


def _part(image: U8, rect: I64) -> U8:
    """Return some pixels; a pixel at least, should the picture be smaller than was thought."""
    x1, y1 = min(int(rect[0]), image.shape[1] - 1), min(int(rect[1]), image.shape[0] - 1)
    return image[y1 : max(int(rect[3]), y1 + 1), x1 : max(int(rect[2]), x1 + 1)]


def _ended(n: int, places: I64, job: Future[F16]) -> tuple[int, I64, F16 | SightlineError]:
    try:
        return n, places, job.result()
    except SightlineError as error:
        if error.code == "engine_failed":
            raise
        return n, places, error


def _take(cut: Cut, picture: Pictured, places: I64, found: F16 | SightlineError) -> None:
    if isinstance(found, SightlineError):
        cut.failures.append({"path": str(picture.path), "reason": str(found)})
        return
    cut.encoded += len(found)
    fine = np.isfinite(found).all(axis=1)
    cut.rows[places[fine]], cut.valid[places] = found[fine], fine
    if not fine.all():
        cut.failures.append(
            {"path": str(picture.path), "reason": "the encoder's answer is not finite"}
        )


class _Keeper:
    """Writes rows to the cache in blocks."""

    def __init__(self, cache: VectorCache, keys: list[bytes]) -> None:
        self._cache = cache
        self._keys = keys
        self._places: list[int] = []
        self._last = time.monotonic()

    def keep(self, places: I64, rows: F16) -> None:
        self._places += places.tolist()
        if len(self._places) >= WRITE_ROWS or time.monotonic() - self._last > WRITE_AFTER_S:
            self.flush(rows)

    def flush(self, rows: F16) -> None:
        self._cache.add([self._keys[n] for n in self._places], rows[self._places])
        self._places, self._last = [], time.monotonic()
