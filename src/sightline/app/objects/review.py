"""Looking through what is drawn: the gallery of a class, and the checks for slips."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.core.geometry.shapes import KINDS
from sightline.curate.consistency import CHECKS, Check, Drawn, Found, check, why

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.core.arrays import I64, Bool
    from sightline.store.object_index import ObjectArrays
    from sightline.store.projects import Project
    from sightline.store.store import Store

ORDERS: Final = ("image", "small", "large")
KEPT: Final = 4
"""Projects whose checks stay in memory."""
_NO_EXTENT: Final = KINDS.index("point"), KINDS.index("keypoints")
Checked = dict[Check, Found]


class ObjectReview:
    """The gallery and the checks of all projects."""

    def __init__(self, store: Store, person: str) -> None:
        self._store = store
        self._person = person
        self._checked: OrderedDict[int, tuple[ObjectArrays, Checked]] = OrderedDict()
        self._lock = threading.Lock()

    def gallery(
        self,
        project: Project,
        *,
        class_id: int | None = None,
        kind: str = "",
        order: str = "image",
        offset: int = 0,
        limit: int = 200,
    ) -> dict[str, Any]:
        """Return a part of the objects of a class (None: of all), and how many there are.

        Args:
            project: Whose objects.
            class_id: Of which class.
            kind: Of which shape; "": of any.
            order: `image`: as the images came; `small`, `large`: by area.
            offset: Where the part begins.
            limit: How many.

        Raises:
            InvalidInputError: There is no such kind or order.
        """
        found = self._arrays(project)
        wanted = np.ones(len(found), np.bool_)
        if class_id is not None:
            wanted &= found.class_id == class_id
        if kind:
            wanted &= found.kind == _code(kind)
        at = np.flatnonzero(wanted)
        if order not in ORDERS:
            raise InvalidInputError(f"no order {order!r}", hint=did_you_mean(order, ORDERS))
        if order != "image":
            area = (found.bounds[at, 2:] - found.bounds[at, :2]).prod(1)
            at = at[np.argsort(area if order == "small" else -area, kind="stable")]
        part = at[offset : offset + limit]
        end = offset + len(part)
        return {
            "total": len(at),
            "items": self._rows(project, found, part),
            "next": str(end) if end < len(at) else None,
        }

    def counts(self, project: Project) -> dict[str, Any]:
        """Return how many objects each check is about."""
        _, checked = self._checks(project)
        return {"counts": {kind: len(found.at) for kind, found in checked.items()}}

    def findings(
        self, project: Project, kind: str, *, offset: int = 0, limit: int = 200
    ) -> dict[str, Any]:
        """Return a part of the objects that a check is about, the worst first, and why.

        Raises:
            InvalidInputError: There is no such check.
        """
        arrays, checked = self._checks(project)
        found = checked[_named(kind)]
        part = slice(offset, offset + limit)
        rows = self._rows(project, arrays, found.at[part])
        others = self._rows(project, arrays, np.maximum(found.other[part], 0))
        names = {row.id: row.name for row in self._store.classes.list(project.id)}
        pairs = zip(rows, others, found.value[part], found.other[part] >= 0, strict=True)
        items = []
        for row, other, value, is_pair in pairs:
            second = names.get(other["class_id"], "") if is_pair else ""
            first = names.get(row["class_id"], "")
            text = why(_named(kind), float(value), class_name=first, other=second)
            items.append({**row, "why": text, "other": other if is_pair else None})
        end = offset + len(items)
        return {
            "total": len(found.at),
            "items": items,
            "next": str(end) if end < len(found.at) else None,
        }

    def images(self, project: Project, n: int, kind: str) -> Bool:
        """Return which of n images have an object that a check is about, (n,).

        Raises:
            InvalidInputError: There is no such check.
        """
        arrays, checked = self._checks(project)
        kinds = CHECKS if kind == "any" else (_named(kind),)
        found = np.zeros(n, np.bool_)
        for one in kinds:
            ordinals = arrays.ordinal[checked[one].at]
            found[ordinals[ordinals < n]] = True
        return found

    def reclass(
        self, project: Project, objects: Sequence[Mapping[str, Any]], class_id: int | None
    ) -> dict[str, Any]:
        """Give objects another class, or delete them (None), as one undo step.

        Args:
            project: Whose objects.
            objects: image_id and uid of each; those that are gone are left alone.
            class_id: The new class.

        Raises:
            UnknownImageError, UnknownClassError: One of them is not in this project.
        """
        named: dict[int, list[str]] = defaultdict(list)
        for one in objects:
            named[one["image_id"]].append(one["uid"])
        count = f"{len(objects):,} object{'s' if len(objects) != 1 else ''}"
        text = f"Delete {count}"
        if class_id is not None:
            row = self._store.classes.get(class_id)
            if row.project_id != project.id:
                raise InvalidInputError(
                    f"class {class_id} belongs to another project",
                    hint="use a class of this project",
                )
            text = f"Make {count} {row.name}"
        done = self._store.objects.reclass(
            project, named, class_id, actor=self._person, description=text
        )
        return {"seq": done.seq, "description": done.description, "images": done.count}

    def _arrays(self, project: Project) -> ObjectArrays:
        return self._store.object_index.get(project.id)[1]

    def _checks(self, project: Project) -> tuple[ObjectArrays, Checked]:
        arrays = self._arrays(project)
        with self._lock:
            known = self._checked.get(project.id)
            if known is None or known[0] is not arrays:
                known = arrays, check(_drawn(arrays))
                self._checked[project.id] = known
            self._checked.move_to_end(project.id)
            while len(self._checked) > KEPT:
                self._checked.popitem(last=False)
            return known

    def _rows(self, project: Project, found: ObjectArrays, at: I64) -> list[dict[str, Any]]:
        state = self._store.state.get(project.id)
        if not len(found):
            return []
        return [
            {
                "image_id": int(image_id),
                "uid": uid.decode(),
                "class_id": int(class_id),
                "kind": KINDS[kind],
                "bounds": bounds,
                "width": width,
                "height": height,
            }
            for image_id, uid, class_id, kind, bounds, (width, height) in zip(
                state.image_id[found.ordinal[at]],
                found.uid[at],
                found.class_id[at],
                found.kind[at],
                found.bounds[at].tolist(),
                found.size[at].tolist(),
                strict=True,
            )
        ]


def _drawn(found: ObjectArrays) -> Drawn:
    has_extent = ~np.isin(found.kind, _NO_EXTENT)
    return Drawn(found.ordinal, found.class_id, found.bounds, found.size, has_extent)


def _named(kind: str) -> Check:
    for one in CHECKS:
        if one == kind:
            return one
    raise InvalidInputError(f"no check {kind!r}", hint=did_you_mean(kind, CHECKS))


def _code(kind: str) -> int:
    for code, one in enumerate(KINDS):
        if one == kind:
            return code
    raise InvalidInputError(f"no shape {kind!r}", hint=did_you_mean(kind, KINDS))
