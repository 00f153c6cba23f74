"""The same object from frame to frame.

Boxes are matched in two stages, the sure ones first and the doubtful ones with what is left of the
tracks, after ByteTrack (Zhang et al. 2022, arXiv:2110.06864). Boxes are compared with a margin
around them, so that what is fast or seldom looked at still meets itself (Yang et al. 2023,
arXiv:2211.14317).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.geometry import boxes as geometry
from sightline.core.narration import Thing
from sightline.flows.narrate.motion import Motion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from sightline.core.arrays import F64


_FADE: Final = 0.95
"""Share of an object's score that a look at it leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When two boxes are one object, and when an object is there. Scores and IoU are 0..1."""

    sure: float = 0.4
    """From this score on a box counts as sure, and may begin a track."""
    doubtful: float = 0.15
    """Below it a box is not looked at."""
    margin: float = 0.3
    """Added on each side before boxes are compared, as a share of the box's own sides."""
    overlap: float = 0.15
    """Least IoU with a sure box, margins included."""
    overlap_doubtful: float = 0.4
    """Least IoU with a doubtful one."""
    other_name: float = 0.7
    """What the IoU counts where the class is another one: detectors waver between car and truck."""
    same: float = 0.7
    """Two boxes of one frame that overlap so much are one object, whatever their classes."""
    certain: float = 0.5
    """So sure it must have been once before it is there."""
    hits: int = 3
    """So often it must be seen before it is there; what is in the very first frame is there."""
    hold_s: float = 1.0
    """So long it is waited for when it is not seen, at least three looks."""
    shown_s: float = 0.4
    """So long it still counts as there."""


def believing(score: float) -> Rule:
    """Return the usual rule, for objects that are believed in from a score on, 0..1."""
    usual = Rule()
    return replace(
        usual,
        sure=min(usual.sure, score),
        doubtful=min(usual.doubtful, score),
        certain=score,
    )


@dataclass(slots=True)
class _Track:
    motion: Motion
    seen_s: float
    """When it was seen last."""
    number: int = 0
    """0: not there yet."""
    hits: int = 0
    score: float = 0.0
    names: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def name(self) -> str:
        return max(self.names, key=self.names.__getitem__)

    def see(self, time_s: float, box: F64, score: float, name: str) -> None:
        if self.hits:
            self.motion.correct(box)
        # what was clear once stays so: it only turned, or is half hidden
        self.score = max(score, _FADE * self.score + (1 - _FADE) * score)
        self.seen_s = time_s
        self.hits += 1
        self.names[name] += score


class Tracker:
    """Follows the objects of one clip.

    Args:
        rule: How.
        after: The number of the first object is one more.
    """

    def __init__(self, rule: Rule | None = None, *, after: int = 0) -> None:
        self._rule = rule or Rule()
        self._tracks: list[_Track] = []
        self._time_s: float | None = None
        self.count = after
        """The last number that was given."""

    def follow(
        self,
        time_s: float,
        boxes: ArrayLike,
        scores: ArrayLike,
        names: Sequence[str],
        *,
        size_wh: tuple[int, int],
    ) -> tuple[Thing, ...]:
        """Return what is there, each with its number.

        Args:
            time_s: Of the frame; it never goes back.
            boxes: (N, 4) x1, y1, x2, y2, pixels.
            scores: (N,)
            names: N classes.
            size_wh: Width and height of the frame, pixels: what leaves it is forgotten.
        """
        found, sure = geometry.as_boxes(boxes), np.asarray(scores, np.float64).reshape(-1)
        kept = geometry.nms(found, sure, self._rule.same)
        kept = kept[sure[kept] >= self._rule.doubtful]
        found, sure, called = found[kept], sure[kept], [names[int(at)] for at in kept]
        first = self._time_s is None
        passed = 0.0 if self._time_s is None else max(0.0, time_s - self._time_s)
        self._time_s = time_s
        for track in self._tracks:
            track.motion.advance(passed)
        left = self._matched(time_s, found, sure, called)
        for at in left[sure[left] >= self._rule.sure]:
            track = _Track(Motion(found[at]), time_s)
            track.see(time_s, found[at], float(sure[at]), called[at])
            self._tracks.append(track)
        self._forget(time_s, passed, size_wh)
        self._number(first=first)
        return tuple(self._there(time_s, passed, size_wh))

    def rename(self, names: Mapping[int, str]) -> None:
        """Call things otherwise, by their numbers, as surely as they were called before."""
        for track in self._tracks:
            if track.number in names:
                weight = sum(track.names.values())
                track.names.clear()
                track.names[names[track.number]] = weight

    def _matched(
        self, time_s: float, found: F64, sure: F64, names: Sequence[str]
    ) -> NDArray[np.intp]:
        """Give boxes to tracks; return the indices of those that are left."""
        rule = self._rule
        free = list(range(len(self._tracks)))
        left = np.arange(len(found))
        for picked, least in (
            (sure >= rule.sure, rule.overlap),
            (sure < rule.sure, rule.overlap_doubtful),
        ):
            part = np.flatnonzero(picked)
            pairs = self._pairs(free, found[part], [names[int(at)] for at in part], least)
            for row, column in pairs:
                at = int(part[column])
                self._tracks[free[row]].see(time_s, found[at], float(sure[at]), names[at])
                left = left[left != at]
            taken = {row for row, _ in pairs}
            free = [track for row, track in enumerate(free) if row not in taken]
        return left

    def _pairs(
        self, free: Sequence[int], found: F64, names: Sequence[str], least: float
    ) -> list[tuple[int, int]]:
        """Return which of the free tracks is which of the boxes, by rows and columns."""
        if not free or not len(found):
            return []
        tracks = [self._tracks[at] for at in free]
        placed = _widened(np.stack([one.motion.box for one in tracks]), self._rule.margin)
        table = geometry.iou(placed, _widened(found, self._rule.margin))
        other = np.array([[one.name != name for name in names] for one in tracks])
        table = np.where(other, table * self._rule.other_name, table)
        return _assigned(np.where(table >= least, table, 0.0))

    def _forget(self, time_s: float, passed: float, size_wh: tuple[int, int]) -> None:
        hold_s = max(self._rule.hold_s, 3 * passed)

        def stays(track: _Track) -> bool:
            if track.seen_s == time_s:
                return True
            if not track.number:
                return False
            return time_s - track.seen_s <= hold_s and _within(track.motion.box, size_wh)

        self._tracks = [one for one in self._tracks if stays(one)]

    def _number(self, *, first: bool) -> None:
        for track in self._tracks:
            known = track.score >= self._rule.certain and (first or track.hits >= self._rule.hits)
            if known and not track.number:
                self.count += 1
                track.number = self.count

    def _there(self, time_s: float, passed: float, size_wh: tuple[int, int]) -> list[Thing]:
        shown_s = max(self._rule.shown_s, 1.5 * passed)
        there = [one for one in self._tracks if one.number and time_s - one.seen_s <= shown_s]
        placed = geometry.clip([one.motion.box for one in there], size_wh=size_wh)
        return [
            Thing(
                name=one.name,
                score=one.score,
                box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])),
                track=one.number,
            )
            for one, box in zip(there, placed, strict=True)
        ]


def _assigned(table: F64) -> list[tuple[int, int]]:
    """Return rows and columns so that the sum of what they share is the greatest (Kuhn 1955).

    Pairs that share nothing are none. Where nobody has a choice, which is usual, nothing is solved.
    """
    shared = table > 0
    if max(shared.sum(axis=0).max(), shared.sum(axis=1).max()) > 1:
        from scipy.optimize import linear_sum_assignment

        rows, columns = linear_sum_assignment(table, maximize=True)
        shared = np.zeros_like(shared)
        shared[rows, columns] = table[rows, columns] > 0
    return [(int(row), int(column)) for row, column in np.argwhere(shared)]


def _widened(boxes: F64, margin: float) -> F64:
    sides = (boxes[:, 2:] - boxes[:, :2]) * margin
    return np.concatenate([boxes[:, :2] - sides, boxes[:, 2:] + sides], axis=1)


def _within(box: F64, size_wh: tuple[int, int]) -> bool:
    """Tell whether the middle of a box is in the frame."""
    x, y = (box[:2] + box[2:]) / 2
    return bool(0 <= x <= size_wh[0] and 0 <= y <= size_wh[1])
