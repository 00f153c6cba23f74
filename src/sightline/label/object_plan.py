"""Decide what objects from elsewhere change in an image. Pure: facts in, decisions out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from sightline.core.geometry import boxes
from sightline.core.geometry.shapes import Keypoints, Mask, Point
from sightline.label.plan import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.core.arrays import F64
    from sightline.core.geometry.shapes import Shape
    from sightline.core.objects import ImageObject
    from sightline.formats.objects.records import ObjectRecord
    from sightline.label.plan import Mode

SAME_IOU: Final = 0.95
"""From this overlap on, two objects of one class and kind are the same."""
SAME_PX: Final = 1.0
"""Points that lie so near are the same."""
EXACT_PX: Final = 1e-3
"""What differs by no more than this has not been changed."""


@dataclass(slots=True)
class ObjectPlan:
    """What an import does in one image."""

    add: list[ObjectRecord] = field(default_factory=list)
    change: list[tuple[ImageObject, ObjectRecord]] = field(default_factory=list)
    """Objects that take the place of what is there and the same."""
    delete: list[str] = field(default_factory=list)
    same: int = 0
    """Objects that are there already."""

    def __bool__(self) -> bool:
        """Say whether anything changes."""
        return bool(self.add or self.change or self.delete)


def plan_objects(
    now: Sequence[ImageObject],
    names: Mapping[int, str],
    wanted: Sequence[ObjectRecord],
    mode: Mode,
) -> ObjectPlan:
    """Decide about one image.

    Args:
        now: What is drawn there.
        names: Name of each class by its id.
        wanted: What the data set has, its classes named as the project names them.
        mode: merge: what is there stays, what is new is added. replace: what comes counts; what
            is the same keeps its uid, its place in the stack and its lock. add: only where nothing
            is.
    """
    plan = ObjectPlan()
    if mode == "add" and now:
        plan.same = sum(one is not None for one in matched(now, names, wanted))
        return plan
    used: set[str] = set()
    for record, same in zip(wanted, matched(now, names, wanted), strict=True):
        if same is None or (mode == "replace" and same.uid in used):
            plan.add.append(record)
        elif mode == "replace" and not _is_exact(same, record):
            plan.change.append((same, record))
        else:
            plan.same += 1
        if same is not None:
            used.add(same.uid)
    if mode == "replace":
        plan.delete = [one.uid for one in now if one.uid not in used]
    return plan


def matched(
    now: Sequence[ImageObject], names: Mapping[int, str], wanted: Sequence[ObjectRecord]
) -> list[ImageObject | None]:
    """Return, for each wanted object, the one that is there and the same; None: it is new."""
    found: list[ImageObject | None] = [None] * len(wanted)
    if not now:
        return found
    there: dict[tuple[str, str], list[ImageObject]] = defaultdict(list)
    for one in now:
        there[fold(names.get(one.class_id, "")), one.shape.kind].append(one)
    asked: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, record in enumerate(wanted):
        asked[fold(record.label), record.shape.kind].append(place)
    for key, places in asked.items():
        known = there.get(key)
        if known:
            alike = _alike([wanted[at].shape for at in places], [one.shape for one in known])
            best = alike.argmax(axis=1)
            for row, at in enumerate(places):
                if alike[row, best[row]] >= SAME_IOU:
                    found[at] = known[int(best[row])]
    return found


def _alike(a: Sequence[Shape], b: Sequence[Shape]) -> F64:
    """Return how alike (N, M) shapes of one kind are, 1 for equal: IoU of their bounds."""
    if isinstance(a[0], Point | Keypoints):
        return np.array([[float(_near(one, other)) for other in b] for one in a], np.float64)
    found = boxes.iou(boxes.bounds_of(a), boxes.bounds_of(b))
    same = np.array([[_is_equal(one, other) for other in b] for one in a]) if _few(a, b) else None
    return found if same is None else np.where(same, 1.0, np.minimum(found, 1 - 1e-9))


def _few(a: Sequence[Shape], b: Sequence[Shape]) -> bool:
    return len(a) * len(b) <= 10_000  # noqa: PLR2004 - equal ones are found first, among few


def _near(a: Shape, b: Shape) -> bool:
    first, second = _places(a), _places(b)
    return first.shape == second.shape and bool((np.abs(first - second) <= SAME_PX).all())


def _places(shape: Shape) -> F64:
    if isinstance(shape, Keypoints):
        return np.asarray(shape.points, np.float64)
    return np.asarray(shape.bounds(), np.float64)


def _is_exact(one: ImageObject, record: ObjectRecord) -> bool:
    return _is_equal(one.shape, record.shape) and dict(one.attributes) == dict(record.attributes)


def _is_equal(a: Shape, b: Shape) -> bool:
    """Say whether two shapes of one kind are the same but for rounding."""
    if isinstance(a, Mask) or isinstance(b, Mask):
        return a == b
    first, second = _flat(a), _flat(b)
    return len(first) == len(second) and all(
        abs(one - other) <= EXACT_PX for one, other in zip(first, second, strict=True)
    )


def _flat(shape: Shape) -> list[float]:
    flat: list[float] = []
    todo: list[object] = [shape.to_json()]
    while todo:
        one = todo.pop()
        if isinstance(one, list):
            todo += one
        elif isinstance(one, int | float):
            flat.append(float(one))
    return flat
