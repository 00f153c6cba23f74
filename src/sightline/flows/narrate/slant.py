"""Whether a camera looks straight down, found out from what moves.

Detectors learned from slanting views. Seen straight from above they take a car for a cell phone,
and are sure of it. But a cell phone does not drive: where something that has to be carried
travels with nobody near it, and the same place flattened, as a slanting view would show it, holds
a vehicle, the camera looks down on a road.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.geometry import boxes as geometry
from sightline.flows.narrate.catalogue import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sightline.core.arrays import F64
    from sightline.core.narration import Thing

PERSON: Final = "person"
VEHICLES: Final = frozenset({"bicycle", "car", "motorcycle", "bus", "truck"})
"""What drives on roads."""
_ALIVE: Final = frozenset(
    {"bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"}
)
_MOVED: Final = frozenset(
    {
        "airplane",
        "boat",
        "train",
        "frisbee",
        "kite",
        "skis",
        "snowboard",
        "skateboard",
        "sports ball",
        "surfboard",
    }
)
CARRIED: Final = frozenset(catalogue("en").data["things"]) - VEHICLES - _ALIVE - _MOVED - {PERSON}
"""Classes of COCO that go nowhere by themselves."""
TRAVELLED: Final = 0.3
"""So far, in its own longer sides, something must have gone,"""
MOVES: Final = 0.02
"""and so far since the last look."""
OVERLAP: Final = 0.4
"""Least IoU of what a thing is in both views."""
SURE: Final = 0.4
"""Least score of the vehicle."""
PROOFS: Final = 3
"""So often one and the same thing must have been a vehicle."""
MOST: Final = 40
"""So often both views are looked at; a camera that has proved nothing by then looks aslant."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the things are called that count here."""

    person: str = PERSON
    carried: frozenset[str] = CARRIED
    vehicles: frozenset[str] = VEHICLES

    @classmethod
    def of(
        cls, classes: Sequence[str], calls: Mapping[str, str], others: Iterable[str] = ()
    ) -> Words:
        """Return what a detector calls them.

        Args:
            classes: Its own.
            calls: Other names for some of them. One that stands for several kinds is not doubted.
            others: What further models call things: they know better.
        """

        def called(names: Iterable[str]) -> frozenset[str]:
            return frozenset(calls.get(one, one) for one in names)

        known = frozenset(classes)
        return cls(
            calls.get(PERSON, PERSON),
            called(known & CARRIED) - called(known - CARRIED) - frozenset(others),
            called(known & VEHICLES) - called(known - VEHICLES),
        )

    @property
    def doubtable(self) -> bool:
        """Whether there is anything to be found out."""
        return bool(self.carried and self.vehicles)


class Slant:
    """What is known of one camera's view."""

    def __init__(self, words: Words | None = None) -> None:
        self._words = words or Words()
        self._begun: dict[int, F64] = {}
        self._last: dict[int, F64] = {}
        self._proofs: dict[int, _Proof] = {}
        self._asked = 0
        self.settled = False
        """Nothing more is to be found out."""

    def doubtful(self, things: Sequence[Thing]) -> list[Thing]:
        """Return what cannot be what it is called, of all that is there now."""
        if self.settled:
            return []
        middles = {one.track: _middle(one) for one in things}
        before, self._last = self._last, middles
        self._begun = {number: self._begun.get(number, at) for number, at in middles.items()}
        people = [one.box for one in things if one.name == self._words.person]

        def travels(one: Thing) -> bool:
            side, at = _longer(one), middles[one.track]
            gone = _distance(at, self._begun[one.track])
            step = _distance(at, before.get(one.track, at))
            return gone >= TRAVELLED * side and step >= MOVES * side

        return [
            one
            for one in things
            if one.name in self._words.carried
            and travels(one)
            and not any(_touch(one.box, other) for other in people)
        ]

    def compare(
        self, doubted: Sequence[Thing], boxes: F64, scores: F64, names: Sequence[str]
    ) -> dict[int, str]:
        """Take in what the flattened frame shows.

        Args:
            doubted: What cannot be what it is called.
            boxes: (N, 4) x1, y1, x2, y2 of the flattened view, pixels of the frame.
            scores: (N,) 0..1.
            names: N classes.

        Returns:
            What all things are that were ever doubted, by their numbers, once it is clear that
            the camera looks down; else nothing.
        """
        self._asked += 1
        self.settled = self._asked >= MOST
        table = geometry.iou(np.array([one.box for one in doubted]), boxes)
        for one, row in zip(doubted, table, strict=True):
            proof = self._proofs.setdefault(one.track, _Proof())
            proof.take(
                (name, float(score))
                for name, score, shared in zip(names, scores, row, strict=True)
                if shared >= OVERLAP and name in self._words.vehicles
            )
        if all(one.times < PROOFS for one in self._proofs.values()):
            return {}
        self.settled = True
        usual = _Proof()
        for proof in self._proofs.values():
            usual.take(proof.names.items())
        return {number: (proof.name or usual.name) for number, proof in self._proofs.items()}


class _Proof:
    """What a thing was where the view was flattened."""

    def __init__(self) -> None:
        self.times = 0
        self.names: defaultdict[str, float] = defaultdict(float)

    @property
    def name(self) -> str:
        """The likeliest; empty: nothing."""
        return max(self.names, key=self.names.__getitem__, default="")

    def take(self, found: Iterable[tuple[str, float]]) -> None:
        """Take in vehicles in its place, with their scores."""
        best = 0.0
        for name, score in found:
            self.names[name] += score
            best = max(best, score)
        self.times += best >= SURE


def _middle(thing: Thing) -> F64:
    x1, y1, x2, y2 = thing.box
    return np.array([(x1 + x2) / 2, (y1 + y2) / 2])


def _longer(thing: Thing) -> float:
    x1, y1, x2, y2 = thing.box
    return max(x2 - x1, y2 - y1)


def _distance(one: F64, other: F64) -> float:
    return float(np.hypot(*(one - other)))


def _touch(one: Sequence[float], other: Sequence[float]) -> bool:
    """Tell whether two boxes share anything."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
