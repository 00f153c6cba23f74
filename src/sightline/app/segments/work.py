"""The work of a build: pictures outlined, several at once, each encoded once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import orjson
from blake3 import blake3

from sightline.app.segments.shapes import boxed, segmented
from sightline.core.errors import (
    CancelledError,
    EngineFailedError,
    OutOfMemoryError,
    SightlineError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.app.assist.assist import Assist
    from sightline.app.segments.ledger import Ledger
    from sightline.app.segments.shapes import Segmented, SegmentWish
    from sightline.core.objects import ImageObject
    from sightline.core.ports import Segmenter
    from sightline.core.progress import Progress
    from sightline.store.images import ImageRow
    from sightline.store.store import Store

BROKEN: Final = "the segmenter failed at this picture"
GIVE_UP: Final = 3
"""Pictures in a row at which the segmenter fails, after which the build stops."""
LOOK_S: Final = 0.2
LINES: Final = 1_000
"""Lines of the log about single pictures; then only each hundredth has one."""
EVERY: Final = 100
UNKEPT: Final = ""
"""Key of a line that the next attempt works out again."""


@dataclass(slots=True)
class Told:
    """What was worked out of one picture."""

    image_id: int
    key: str
    name: str = ""
    made: Segmented | None = None
    reason: str = ""
    """Why it is left out."""
    fault: SightlineError | None = None
    """What the segmenter broke down with."""

    def to_line(self) -> dict[str, Any]:
        """Return it as the ledger keeps it."""
        assert self.made is not None
        return {
            "objects": [one.to_json() for one in self.made.objects],
            "polygons": self.made.polygons,
            "outlines": self.made.outlines,
            "left_out": self.made.left_out,
            "reasons": dict(self.made.reasons),
        }


@dataclass(slots=True)
class Progressed:
    """What one attempt has done."""

    made: int = 0
    skipped: list[dict[str, Any]] = field(default_factory=list)
    """[{image_id, path, reason}] of pictures that cannot be read."""


class SegmentWork:
    """Outlines the pictures of a build that have no line in its ledger."""

    def __init__(
        self, store: Store, assist: Assist, segmenter: Segmenter, wish: SegmentWish
    ) -> None:
        self._store = store
        self._assist = assist
        self._segmenter = segmenter
        self._wish = wish
        self._stop = threading.Event()

    def key(self, row: ImageRow, found: Sequence[ImageObject]) -> str:
        """Return what stands for a picture, its objects and all that is wished."""
        asked = {name: one for name, one in self._wish.to_dict().items() if name != "engine"}
        about = [
            self._segmenter.key,
            asked,
            row.digest,
            row.page,
            self._assist.pictures.of_row(row).tone.key(),
            [one.to_json() for one in found],
        ]
        return blake3(orjson.dumps(about)).hexdigest()[:32]

    def run(
        self, ids: Sequence[int], ledger: Ledger, *, workers: int, total: int, progress: Progress
    ) -> Progressed:
        """Outline pictures, `workers` at once, and write each down as soon as it is done.

        Args:
            ids: The pictures to do.
            ledger: Where they are written down.
            workers: Threads.
            total: Pictures of the whole build; those that are not in `ids` are done.
            progress: Is told, and may stop the work.

        Raises:
            CancelledError: The progress said so; what is done is kept.
            EngineFailedError, OutOfMemoryError: The segmenter fails again and again.
        """
        done = total - len(ids)
        out, faults = Progressed(), 0
        reporter = _Log(progress)
        for told in self._each(ids, workers, progress, done, total):
            faults = 0 if told.fault is None else faults + 1
            if told.fault is not None and faults >= GIVE_UP:
                raise told.fault
            if told.made is None:
                out.skipped.append(
                    {"image_id": told.image_id, "path": told.name, "reason": told.reason}
                )
            else:
                ledger.add(told.image_id, told.key, told.to_line())
                out.made += 1
            reporter.picture(told)
            done += 1
            progress.advance(done, total, told.name)
        return out

    def _each(
        self, ids: Sequence[int], workers: int, progress: Progress, done: int, total: int
    ) -> Iterator[Told]:
        """Yield pictures as they are done; no more are begun than there are threads."""
        progress.advance(done, total, "")
        waiting = iter(ids)
        pool = ThreadPoolExecutor(workers, thread_name_prefix="segment")
        going: set[Future[Told]] = set()
        try:
            while True:
                more = islice(waiting, workers - len(going))
                going |= {pool.submit(self.picture, one) for one in more}
                if not going:
                    return
                ended, going = wait(going, LOOK_S, FIRST_COMPLETED)
                for one in ended:
                    yield one.result()
                progress.check()
        finally:
            self._stop.set()
            pool.shutdown(cancel_futures=True)

    def picture(self, image_id: int) -> Told:
        """Outline one picture; called in a thread.

        Raises:
            CancelledError: The build is stopped.
        """
        rows = self._store.images.by_ids([image_id])
        if not rows:
            return Told(image_id, "", reason="it is gone")
        row = rows[0]
        found = self._store.objects.of([image_id]).get(image_id, [])
        told = Told(image_id, self.key(row, found), row.path)
        try:
            told.made = self._made(row, found)
        except (CancelledError, MemoryError):
            raise
        except (EngineFailedError, OutOfMemoryError) as error:
            told.fault, told.key, told.made = error, UNKEPT, boxed(found, BROKEN)
        except SightlineError as error:
            told.reason = str(error)
        return told

    def _made(self, row: ImageRow, found: Sequence[ImageObject]) -> Segmented:
        """Return a picture's objects; an engine that breaks down gets a second try."""
        subject = self._assist.pictures.of_row(row)
        for last in (False, True):
            try:
                picture = self._assist.about(subject, self._segmenter, keep=False)
                return segmented(found, picture, self._wish, look=self._look)
            except (EngineFailedError, OutOfMemoryError):
                if last:
                    raise
        raise AssertionError("not reached")

    def _look(self) -> None:
        if self._stop.is_set():
            raise CancelledError("the build was stopped", hint="start it again: it goes on")


class _Log:
    """Writes about pictures, without flooding the log."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._seen = 0

    def picture(self, told: Told) -> None:
        self._seen += 1
        if self._seen <= LINES or self._seen % EVERY == 0:
            self._progress.log(f"{told.name}: {_said(told)}")
        if self._seen == LINES:
            self._progress.log(f"from here on each {EVERY}th picture has a line")


def _said(told: Told) -> str:
    if told.made is None:
        return f"left out: {told.reason}"
    said = f"{told.made.polygons:,} outlined"
    kept = "; ".join(f"{count:,} left: {why}" for why, count in told.made.reasons.items())
    return f"{said}; {kept}" if kept else said


def tally(lines: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """Return the counts of all pictures of a build."""
    sums: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for line in lines:
        sums.update({name: line[name] for name in ("polygons", "outlines", "left_out")})
        sums["objects"] += len(line["objects"])
        reasons.update(line["reasons"])
    return {
        "objects": sums["objects"],
        "polygons": sums["polygons"],
        "fallbacks": reasons.total(),
        "fallback_reasons": dict(reasons.most_common()),
        "outlines": sums["outlines"],
        "left_out": sums["left_out"],
    }
