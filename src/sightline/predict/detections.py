"""A detector asked about many pictures: threads decode and detect, answers come in batches."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from sightline.core.errors import UnreadableImageError
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.imaging.decode import decode
from sightline.imaging.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sightline.core.assist import Detections
    from sightline.core.ports import Detector
    from sightline.core.progress import Progress

BATCH: Final = 32


class Look(NamedTuple):
    """A picture to look at."""

    image_id: int
    path: Path
    page: int = 0


@dataclass(slots=True)
class Looked:
    """What came of it."""

    done: int = 0
    objects: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    """Path and reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to look."""

    min_score: float = 0.3
    limit: int = 300
    threads: int = 0
    limits: Limits = DEFAULT_LIMITS
    tone: Tone = DEFAULT_TONE


def detect_all(
    detector: Detector,
    looks: Iterable[Look],
    write: Callable[[dict[int, Detections]], None],
    progress: Progress,
    *,
    total: int,
    wish: Wish,
) -> Looked:
    """Ask a detector about pictures and hand its answers over, by image id; a bad file stops none.

    Raises:
        CancelledError: The progress said so; what was found until then has been written.
    """
    result = Looked()
    found: dict[int, Detections] = {}
    workers = wish.threads or max(1, (os.cpu_count() or 2) - 1)
    progress.advance(0, total, "detecting")

    def flush() -> None:
        write(found.copy())
        found.clear()

    with ThreadPoolExecutor(workers, thread_name_prefix="detect") as pool:
        waiting: deque[tuple[Look, Future[Detections]]] = deque()
        source = iter(looks)
        try:
            while True:
                for look in islice(source, 2 * workers - len(waiting)):
                    waiting.append((look, pool.submit(_look, detector, look, wish)))
                if not waiting:
                    break
                _take(*waiting.popleft(), found, result)
                if len(found) >= BATCH:
                    flush()
                progress.advance(result.done + len(result.unreadable), total, "detecting")
                progress.check()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            if found:
                flush()
    return result


def _look(detector: Detector, look: Look, wish: Wish) -> Detections:
    picture = decode(look.path, page=look.page, limits=wish.limits, tone=wish.tone)
    return detector.detect(picture, min_score=wish.min_score, limit=wish.limit)


def _take(
    look: Look, answer: Future[Detections], found: dict[int, Detections], result: Looked
) -> None:
    try:
        detections = answer.result()
    except UnreadableImageError as error:
        result.unreadable.append((str(look.path), str(error)))
        return
    found[look.image_id] = detections
    result.done += 1
    result.objects += len(detections.scores)
