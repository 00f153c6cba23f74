"""The things of a scene as one would list them: two cars on the left, a dog close by."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sightline.core.geometry.shapes import Bounds
    from sightline.core.narration import Thing

Placed = Literal["whole", "side", "none"]
Doubt = Literal["sure", "likely", "maybe"]
SURE: Final = 0.55
LIKELY: Final = 0.4
NEAR: Final = 0.25
"""Share of the frame from which on something is near."""
FAR: Final = 0.004
MOST_PLACES: Final = 2
"""What is in more places than this is told without them."""
LISTED: Final = 5
SIDES: Final = ("left", "middle", "right")
PLACES: Final = tuple(f"{side}{depth}" for side in SIDES for depth in ("", "_near", "_far"))


@dataclass(frozen=True, slots=True)
class Item:
    """So many of a class at a place."""

    name: str
    count: int
    place: str
    """One of `PLACES`; empty: in several."""
    doubt: Doubt


def place_of(box: Bounds, size_wh: tuple[int, int]) -> str:
    """Return where in the frame a box is, as one of `PLACES`; `size_wh`: pixels."""
    width, height = size_wh
    x = (box[0] + box[2]) / 2 / max(width, 1)
    share = (box[2] - box[0]) * (box[3] - box[1]) / max(width * height, 1)
    depth = "_near" if share >= NEAR else "_far" if share <= FAR else ""
    return SIDES[min(2, max(0, int(x * 3)))] + depth


def _place(box: Bounds, size_wh: tuple[int, int], placed: Placed) -> str:
    whole = "" if placed == "none" else place_of(box, size_wh)
    return whole.partition("_")[0] if placed == "side" else whole


def doubt_of(score: float) -> Doubt:
    """Return how sure a score 0..1 sounds."""
    return "sure" if score >= SURE else "likely" if score >= LIKELY else "maybe"


def items_of(
    things: Iterable[Thing], size_wh: tuple[int, int], *, placed: Placed = "whole"
) -> list[Item]:
    """Return things grouped by class and place: the most first, then by name.

    Args:
        things: Which.
        size_wh: Of the frame, pixels.
        placed: whole: with how far they are, too; side: left, middle or right alone, for those that
            come and go, of which the border cuts a part; none: by class alone.
    """
    named: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in things:
        named[one.name][_place(one.box, size_wh, placed)].append(one.score)
    items = []
    for name, places in named.items():
        if len(places) > MOST_PLACES:
            everywhere = [score for scores in places.values() for score in scores]
            items.append(_item(name, "", everywhere))
        else:
            items += [_item(name, place, scores) for place, scores in sorted(places.items())]
    return sorted(items, key=lambda one: (-one.count, one.name, one.place))


def _item(name: str, place: str, scores: list[float]) -> Item:
    return Item(name, len(scores), place, doubt_of(sum(scores) / len(scores)))
