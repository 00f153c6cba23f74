"""What has happened in a clip: which objects came, moved and left, and how many there were."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sightline.core.geometry.shapes import Bounds
    from sightline.core.narration import Scene, Thing

Way = Literal["left", "right", "nearer", "away"]
ACROSS: Final = 0.15
"""Share of the frame's width that something must cross to have moved."""
GREW: Final = 1.8
"""So many times its area, and it has come nearer."""
EDGE: Final = 0.01
"""Share of the frame that is its border."""
LEAST_LOOKS: Final = 3
"""What was seen in fewer frames is not counted, unless fewer were looked at."""
OFTEN: Final = 0.1
CAPTIONS: Final = 64
"""Kept for the summary."""
GONE_S: Final = 60.0
"""What has not been there for so long does not come back under its number."""


@dataclass(slots=True)
class _Life:
    """One object."""

    thing: Thing
    """As it was seen last."""
    first_s: float
    last_s: float
    looks: int = 0
    told: Bounds | None = None
    """Where it was when something was told last; None: it was not there."""


@dataclass(slots=True)
class _Mean:
    total: float = 0.0
    count: int = 0

    def take(self, value: float) -> None:
        self.total += value
        self.count += 1

    @property
    def value(self) -> float:
        return self.total / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is different since something was told."""

    came: tuple[Thing, ...] = ()
    left: tuple[Thing, ...] = ()
    passed: tuple[Thing, ...] = ()
    """Came and left."""
    moved: tuple[tuple[Thing, Way], ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is."""
        return bool(self.came or self.left or self.passed or self.moved)


class Account:
    """Keeps the books of a clip. Only things that are followed (`track`) count."""

    def __init__(self) -> None:
        self._lives: dict[int, _Life] = {}
        self._scene: Scene | None = None
        self._told_s = -1.0
        self._looks = 0
        self._most: Counter[str] = Counter()
        self._ended: Counter[str] = Counter()
        self._classes: Counter[str] = Counter()
        self._scores = _Mean()
        self.captions: list[str] = []
        """What a captioner said, thinned out evenly where that was much."""

    def note(self, scene: Scene) -> None:
        """Take in the next frame."""
        self._scene = scene
        self._looks += 1
        for one in scene.things:
            life = self._lives.setdefault(one.track, _Life(one, scene.time_s, scene.time_s))
            life.thing, life.last_s = one, scene.time_s
            life.looks += 1
            self._scores.take(one.score)
        for name, probability in scene.classes[:1]:
            self._classes[name] += 1
            self._scores.take(probability)
        if scene.caption is not None and scene.caption.text not in self.captions[-1:]:
            self._keep(scene.caption.text)
            self._scores.take(scene.caption.confidence)
        for name, count in Counter(one.name for one in scene.things).items():
            self._most[name] = max(self._most[name], count)

    def rename(self, names: Mapping[int, str]) -> None:
        """Call things otherwise, by their numbers, as if they had been called so from the start."""
        for number, name in names.items():
            life = self._lives.get(number)
            if life is not None and life.thing.name != name:
                life.thing = replace(life.thing, name=name)

    def changes(self) -> Changes:
        """Return what has changed since `mark`."""
        scene = self._scene
        if scene is None:
            return Changes()
        here = {one.track for one in scene.things}
        lives = self._lives
        gone = [life for number, life in lives.items() if number not in here]
        moved = [
            (lives[one.track].thing, way)
            for one in scene.things
            if (way := _way(lives[one.track].told, one.box, scene)) is not None
        ]
        return Changes(
            came=tuple(one for one in scene.things if lives[one.track].told is None),
            left=tuple(life.thing for life in gone if life.told is not None),
            passed=tuple(
                life.thing for life in gone if life.first_s > self._told_s and life.told is None
            ),
            moved=tuple(moved),
        )

    def mark(self) -> None:
        """Note that all this was told."""
        if self._scene is None:
            return
        self._told_s = self._scene.time_s
        here = {one.track for one in self._scene.things}
        for number, life in self._lives.items():
            life.told = life.thing.box if number in here else None
        self._end(self._told_s - GONE_S)

    def counts(self) -> tuple[tuple[str, int], ...]:
        """Return how many of each class there have been, the most first.

        What leaves and comes back is another one: nobody can tell that it is the same.
        """
        found = self._ended + self._counted(self._lives.values())
        return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def confidence(self) -> float:
        """Mean probability of all that was seen; 0: nothing was."""
        return self._scores.value

    def classes(self) -> list[str]:
        """Return what it was according to a classifier, for a tenth of the time or more."""
        total = self._classes.total()
        return [name for name, count in self._classes.most_common() if count >= total * OFTEN]

    def part(self) -> None:
        """Note that what is there now is not followed any more: what comes next are others."""
        self._ended += self._counted(self._lives.values())
        self._lives.clear()

    def _keep(self, caption: str) -> None:
        self.captions.append(caption)
        if len(self.captions) > CAPTIONS:
            self.captions = self.captions[:1] + self.captions[2::2]

    def most(self, name: str) -> int:
        """Return how many of a class were there at once."""
        return self._most[name]

    def _counted(self, lives: Iterable[_Life]) -> Counter[str]:
        least = min(LEAST_LOOKS, self._looks)
        return Counter(one.thing.name for one in lives if one.looks >= least)

    def _end(self, before_s: float) -> None:
        """Keep no more than the count of what left long ago: a camera may run for weeks."""
        old = [number for number, one in self._lives.items() if one.last_s < before_s]
        self._ended += self._counted([self._lives.pop(number) for number in old])


def _way(before: Bounds | None, now: Bounds, scene: Scene) -> Way | None:
    """Return where something has moved to; None: nowhere."""
    if before is None:
        return None
    across = ((now[0] + now[2]) - (before[0] + before[2])) / 2 / max(scene.width, 1)
    if abs(across) >= ACROSS:
        return "right" if across > 0 else "left"
    if _cut(before, scene) or _cut(now, scene):
        return None  # its box shrinks because it leaves
    grown = _area(now) / max(_area(before), 1.0)
    if grown >= GREW:
        return "nearer"
    return "away" if grown <= 1 / GREW else None


def _cut(box: Bounds, scene: Scene) -> bool:
    """Tell whether a box touches the border, so that some of the object may lie beyond."""
    x, y = EDGE * scene.width, EDGE * scene.height
    return box[0] < x or box[1] < y or box[2] > scene.width - x or box[3] > scene.height - y


def _area(box: Bounds) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
