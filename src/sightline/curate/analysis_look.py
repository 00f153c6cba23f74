"""What one picture is like: its size, kind of pixels, brightness, contrast, sharpness, and flaws.

A JPEG is decoded at 1/2, 1/4 or 1/8 of its size, as far as LONG_PX allows; all of the file is read
nevertheless, so what is cut off or damaged is found. Sharpness is the variance of the Laplacian
(Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000) at that size: it
tells a blur that shows in a thumbnail.
"""

from __future__ import annotations

import os
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sightline.core.errors import MissingExtraError, SightlineError, UnreadableImageError
from sightline.core.progress import Progress, Silent
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.imaging.decode import upright
from sightline.imaging.header import read_header
from sightline.imaging.limits import DEFAULT_LIMITS, Limits
from sightline.imaging.source import read_source
from sightline.imaging.tile import shrink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sightline.core.arrays import F32, I64, U8

KEY: Final = "look-144-v1"
"""Of what is kept; another key looks at every picture again."""
LONG_PX: Final = 144
"""Pixels of the long side at which a picture is measured; a smaller one as it is."""
COLUMNS: Final = (
    "width",
    "height",
    "bytes",
    "format",
    "kind",
    "flaw",
    "brightness",
    "contrast",
    "sharpness",
    "saturation",
    "clipped",
)
"""Of a row: pixels, pixels, bytes, places in FORMATS, KINDS and FLAWS; then mean and standard
deviation of the luma, 0..1; variance of the Laplacian of the luma 0..255; mean distance of the
strongest from the weakest colour, 0..1; share of pixels that are black or white, 0..1."""
FORMATS: Final = (
    "JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "FITS", "HEIF", "AVIF", "PPM", "JPEG2000",
)  # fmt: skip
KINDS: Final = ("colour", "grey", "palette", "alpha", "cmyk", "deep")
"""`alpha`: with transparency; `deep`: more than 8 bits a sample."""
FLAWS: Final = ("", "missing", "changed", "truncated", "corrupt", "unreadable")
"""`changed`: the file is not as long as the one that was registered."""
BATCH: Final = 16
"""Pictures that a thread takes at once."""
WRITE_ROWS: Final = 2048
WRITE_AFTER_S: Final = 2.0
BLACK: Final = 2
WHITE: Final = 253
_AT: Final = {name: place for place, name in enumerate(COLUMNS)}
_REASONS: Final = {"missing": "missing", "dead link": "missing", "truncated": "truncated",
                   "corrupt": "corrupt"}  # fmt: skip


class Item(NamedTuple):
    """A picture to look at, as it was registered."""

    ordinal: int
    path: Path
    page: int
    width: int
    height: int
    bytes: int
    format: str


class Reading(NamedTuple):
    """How files are read."""

    limits: Limits = DEFAULT_LIMITS
    tone: Tone = DEFAULT_TONE


class Looked(NamedTuple):
    """What came of it."""

    done: int
    flawed: int


def look(
    items: Iterable[Item],
    write: Callable[[I64, F32], None],
    *,
    total: int | None = None,
    progress: Progress | None = None,
    reading: Reading | None = None,
    threads: int = 0,
) -> Looked:
    """Look at pictures and hand their rows over in blocks; a bad file is a row with a flaw.

    Memory holds a few pictures for each thread and WRITE_ROWS rows, however many items there are.
    What was written stays when the work is stopped.

    Args:
        items: What to look at; taken as threads get free.
        write: Is given ordinals (M,) and rows (M, len(COLUMNS)), from one thread.
        total: How many items there are, for the progress.
        progress: Is told and may stop the work.
        reading: Limits and tone.
        threads: 0: one less than there are cores.

    Raises:
        CancelledError: The progress said so; rows that were ready have been written.
    """
    told = Silent() if progress is None else progress
    workers = threads or max(1, (os.cpu_count() or 2) - 1)
    sink, flawed = _Sink(write), 0
    told.advance(0, total, "looking at the pictures")
    with ThreadPoolExecutor(workers, thread_name_prefix="look") as pool:
        try:
            for ordinals, rows in _parts(pool, items, 3 * workers, reading or Reading()):
                sink.add(ordinals, rows)
                flawed += int(np.count_nonzero(rows[:, _AT["flaw"]]))
                told.advance(sink.done, total, "looking at the pictures")
                told.check()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            sink.flush()
    return Looked(sink.done, flawed)


def look_at(item: Item, reading: Reading) -> F32:
    """Return the row of one picture, (len(COLUMNS),); what is not known of it is NaN."""
    row = np.full(len(COLUMNS), np.nan, np.float32)
    code = FORMATS.index(item.format) if item.format in FORMATS else -1
    row[:6] = item.width, item.height, item.bytes, code, -1, 0
    try:
        data = read_source(item.path)
        if len(data) != item.bytes:
            return _flawed(row, "changed")
        row[_AT["kind"]] = KINDS.index(kind_of(read_header(data, limits=reading.limits).mode))
        image = upright(
            data, page=item.page, min_long_px=LONG_PX, limits=reading.limits, tone=reading.tone
        )
    except (UnreadableImageError, MissingExtraError) as error:
        return _flawed(row, _REASONS.get(getattr(error, "reason", ""), "unreadable"))
    except (SightlineError, OSError):
        return _flawed(row, "unreadable")
    row[6:] = measure(shrink(np.asarray(image), LONG_PX))
    return row


def _flawed(row: F32, flaw: str) -> F32:
    row[_AT["flaw"]] = FLAWS.index(flaw)
    return row


def measure(image: U8) -> tuple[float, float, float, float, float]:
    """Return brightness, contrast, sharpness, saturation and clipped share of RGB (H, W, 3)."""
    import cv2

    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    mean, spread = (float(one[0, 0]) for one in cv2.meanStdDev(luma))
    edges = float(cv2.meanStdDev(cv2.Laplacian(luma, cv2.CV_16S))[1][0, 0])
    red, green, blue = cv2.split(image)
    most, least = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    colour = float(cv2.mean(cv2.subtract(most, least))[0])
    middle = int(cv2.countNonZero(cv2.inRange(luma, BLACK + 1, WHITE - 1)))
    return mean / 255, spread / 255, edges**2, colour / 255, 1 - middle / luma.size


def kind_of(mode: str) -> str:
    """Return the kind, one of KINDS, of a header's mode."""
    if ";" in mode or mode in {"I", "F"}:
        return "deep"
    known = {"CMYK": "cmyk", "P": "palette", "L": "grey", "1": "grey"}
    return known.get(mode, "alpha" if mode.upper().endswith("A") else "colour")


class _Sink:
    """Collects rows and writes them in blocks, for each write waits for the disk."""

    def __init__(self, write: Callable[[I64, F32], None]) -> None:
        self.done = 0
        self._write = write
        self._ordinals: list[int] = []
        self._rows: list[F32] = []
        self._last = time.monotonic()

    def add(self, ordinals: list[int], rows: F32) -> None:
        self._ordinals += ordinals
        self._rows.append(rows)
        self.done += len(ordinals)
        late = time.monotonic() - self._last > WRITE_AFTER_S
        if len(self._ordinals) >= WRITE_ROWS or late:
            self.flush()

    def flush(self) -> None:
        if self._ordinals:
            self._write(np.asarray(self._ordinals, dtype=np.int64), np.concatenate(self._rows))
        self._ordinals, self._rows, self._last = [], [], time.monotonic()


def _parts(
    pool: ThreadPoolExecutor, items: Iterable[Item], ahead: int, reading: Reading
) -> Iterator[tuple[list[int], F32]]:
    """Yield parts in order; at most `ahead` are on the way."""
    running: deque[Future[tuple[list[int], F32]]] = deque()
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            running.append(pool.submit(_rows, batch, reading))
            batch = []
        if len(running) > ahead:
            yield running.popleft().result()
    if batch:
        running.append(pool.submit(_rows, batch, reading))
    while running:
        yield running.popleft().result()


def _rows(batch: list[Item], reading: Reading) -> tuple[list[int], F32]:
    return [item.ordinal for item in batch], np.stack([look_at(item, reading) for item in batch])
