"""What a serving process tells of its answers: a thread looks at them and keeps the doubtful."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from blake3 import blake3

from sightline.app.doubts.shelf import Doubtful
from sightline.core.clock import now
from sightline.core.errors import SightlineError
from sightline.imaging.decode import decode
from sightline.imaging.fingerprint import fingerprint
from sightline.metrics.drift import DriftWatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.app.doubts.eyes import Eye
    from sightline.app.doubts.reference import Reference
    from sightline.app.doubts.shelf import DoubtShelf
    from sightline.core.cards import ModelCard
    from sightline.imaging.limits import Limits
    from sightline.predict.doubt import Doubt, Judge
    from sightline.predict.rows import Row

QUEUE: Final = 64
QUEUE_BYTES: Final = 64 << 20
SHARE: Final = 0.1
"""Of one core's time that looking for oddness may take; doubtful answers are always looked at."""
ODD_RANK: Final = 0.99
"""A picture is odd when so many of those known are less so."""
TELL_S: Final = 5.0
_SMALL_PX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a keeper works with."""

    card: ModelCard
    judge: Callable[[Reference | None], Judge]
    """Tells clear answers from doubtful ones."""
    eye: Callable[[], Eye]
    """Opened in the keeper's thread."""
    reference: Callable[[Eye, Callable[[], bool]], Reference | None]
    """What the model is used to; may take seconds; is given what says that it should stop."""
    limits: Limits
    shelf: DoubtShelf | None
    """None: nothing is kept, only counted."""
    share: float = SHARE
    tell: Callable[[dict[str, Any]], None] = lambda _: None
    """Is given the numbers now and then,"""
    tell_s: float = TELL_S
    """at most so often, seconds, and that long after the last answers."""
    clock: Callable[[], float] = time.monotonic


@dataclass(slots=True)
class _Counts:
    seen: int = 0
    missed: int = 0
    doubtful: int = 0
    odd: int = 0
    looked: int = 0
    kept: int = 0
    doubles: int = 0
    full: int = 0
    failed: int = 0


@dataclass(slots=True)
class _Sight:
    """What the thread sees with, once it has begun."""

    judge: Judge
    eye: Eye | None = None
    reference: Reference | None = None
    watch: DriftWatch | None = None
    free_at: float = field(default=0.0)
    """When oddness may cost time again, by the clock."""


class Keeper:
    """Keeps the doubtful and the odd of what a served model answers. Ask it from any thread.

    `offer` costs the asking thread some microseconds and never waits: what comes faster than the
    keeper looks is counted and forgotten.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._counts = _Counts()
        self._queue: deque[tuple[bytes, Row]] = deque()
        self._held = 0
        self._ready = threading.Condition()
        self._busy = False
        self._closed = False
        self._thread: threading.Thread | None = None
        self._sight: _Sight | None = None
        self._told_at = 0.0
        self._untold = False
        """Whether anything was looked at since."""
        self._fault = ""

    def offer(self, data: bytes, row: Row) -> None:
        """Tell of an answer: the picture's bytes as they came, and the whole row, no top few."""
        with self._ready:
            self._counts.seen += 1
            if self._closed or "error" in row:
                return
            if len(self._queue) >= QUEUE or self._held + len(data) > QUEUE_BYTES:
                self._counts.missed += 1
                return
            self._queue.append((data, dict(row)))  # the caller may go on with his
            self._held += len(data)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="doubts", daemon=True)
                self._thread.start()
            self._ready.notify_all()

    def stats(self) -> dict[str, Any]:
        """Return counts since the start, and what the test of the stream says.

        {model, seen, missed, doubtful, odd, looked, kept, doubles, full, failed, fault, reference,
        drift}; `reference` is how many known pictures oddness is measured by, `drift` {statistic,
        p, alarm, window} of the newest window, or None.
        """
        sight = self._sight
        known = None if sight is None else sight.reference
        verdict = None if sight is None or sight.watch is None else sight.watch.verdict
        with self._ready:
            counts = asdict(self._counts)
        return {
            "model": self._means.card.id,
            "model_name": self._means.card.name,
            **counts,
            "fault": self._fault,
            "reference": 0 if known is None else len(known.vectors),
            "threshold": None if known is None else known.threshold,
            "drift": None if verdict is None else asdict(verdict),
        }

    def drain(self, timeout_s: float = 10.0) -> bool:
        """Wait until all that was offered has been looked at; False: the time was too short."""
        with self._ready:
            return self._ready.wait_for(lambda: not self._queue and not self._busy, timeout_s)

    def close(self, timeout_s: float = 5.0) -> None:
        """Look at what waits, as far as the time allows, and end."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            if not self._come():
                self._tell(at_once=True)
                continue
            taken = self._next()
            if taken is None:
                break
            self._untold = True
            try:
                self._look(*taken)
            except (SightlineError, OSError) as error:
                self._failed(error)
            except Exception as error:  # noqa: BLE001 - serving goes on whatever happens here
                self._failed(error)
            finally:
                with self._ready:
                    self._busy = False
                    self._ready.notify_all()
        self._tell(at_once=True)

    def _come(self) -> bool:
        """Wait for an answer or the end; False: neither came for a while, and there is news."""
        patience = self._means.tell_s if self._untold else None
        with self._ready:
            return bool(self._ready.wait_for(lambda: self._queue or self._closed, patience))

    def _next(self) -> tuple[bytes, Row] | None:
        with self._ready:
            if not self._queue:
                return None
            taken = self._queue.popleft()
            self._held -= len(taken[0])
            self._busy = True
            return taken

    def _look(self, data: bytes, row: Row) -> None:
        sight = self._sight or self._begin()
        doubt = sight.judge.look(row)
        rank = self._rank(sight, data, is_doubtful=bool(doubt.reasons))
        reasons = doubt.reasons
        self._counts.doubtful += bool(reasons)
        if rank is not None and rank >= ODD_RANK:
            self._counts.odd += 1
            reasons = (*reasons, "odd")
        if reasons and self._means.shelf is not None:
            self._keep(self._means.shelf, data, row, (doubt, rank, reasons))
        self._tell()

    def _begin(self) -> _Sight:
        """Open the eye and learn what it is used to; without either, answers are judged alone."""
        sight = _Sight(self._means.judge(None))
        self._sight = sight
        try:
            sight.eye = self._means.eye()
            sight.reference = self._means.reference(sight.eye, lambda: self._closed)
        except (SightlineError, OSError) as error:
            self._fault = str(error)
            return sight
        if sight.reference is not None:
            sight.judge = self._means.judge(sight.reference)
            sight.watch = DriftWatch(sight.reference.distances)
        return sight

    def _rank(self, sight: _Sight, data: bytes, *, is_doubtful: bool) -> float | None:
        """Return the share of known pictures that are less odd; None: nobody looked.

        The test of the stream takes only what is looked at whether it is doubtful or not: else it
        would see the doubtful too often.
        """
        known, watch, clock = sight.reference, sight.watch, self._means.clock
        start = clock()
        is_due = start >= sight.free_at
        if sight.eye is None or known is None or watch is None or not (is_due or is_doubtful):
            return None
        distance = known.distance(sight.eye.see(data).vector)
        self._counts.looked += 1
        if is_due:
            watch.add(distance)
            end = clock()
            sight.free_at = end + (end - start) * (1 / self._means.share - 1)
        return watch.rank(distance)

    def _keep(
        self,
        shelf: DoubtShelf,
        data: bytes,
        row: Row,
        found: tuple[Doubt, float | None, tuple[str, ...]],
    ) -> None:
        doubt, rank, reasons = found
        picture = decode(data, min_side_px=_SMALL_PX, limits=self._means.limits)
        card = self._means.card
        one = Doubtful(
            digest=blake3(data).hexdigest(),
            at=now(),
            model=card.id,
            model_name=card.name,
            score=round(max(doubt.score, rank if "odd" in reasons and rank else 0.0), 6),
            reasons=reasons,
            fingerprint=fingerprint(picture).tobytes().hex(),
            answer={key: value for key, value in row.items() if key != "path"},
            bytes=len(data),
            oddness=None if rank is None else round(rank, 4),
        )
        how = shelf.add(one, data)
        self._counts.kept += how == "kept"
        self._counts.doubles += how == "double"
        self._counts.full += how == "full"

    def _failed(self, error: BaseException) -> None:
        self._counts.failed += 1
        self._fault = f"{type(error).__name__}: {error}"[:300]

    def _tell(self, *, at_once: bool = False) -> None:
        due = self._means.clock()
        if at_once or due >= self._told_at + self._means.tell_s:
            self._told_at, self._untold = due, False
            try:
                self._means.tell(self.stats())
            except OSError as error:
                self._failed(error)
