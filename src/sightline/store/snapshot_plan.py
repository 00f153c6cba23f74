"""Two states of all labels of a project: what differs, and the change from one to the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sightline.core.labels import LABELLED, SPLITS, STATUSES, UNLABELLED
from sightline.core.objects import REVIEWS
from sightline.store.delta import Delta
from sightline.store.object_rows import classes_in, differing, objects_in, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.store.classes import ClassRow
    from sightline.store.delta import ClassState, Fields

State: TypeAlias = dict[str, Any]
"""`ids` and FIELDS as columns, each as long as `ids`; `classes`: id (as text) to its state."""
FIELDS: Final = (
    "status",
    "class_id",
    "split",
    "split_fixed",
    "review",
    "note",
    "tags",
    "objects",
)
SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """One image that differs; None: it is not in that state."""

    id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs from one state to the next."""

    changed: int
    images: tuple[Changed, ...]
    """The first `SHOWN`, by the order of the images."""
    classes: tuple[dict[str, Any], ...]
    """Of each class that differs: id, before, after; None: it is not in that state."""
    summary: tuple[tuple[str, str, int], ...]
    """(label before, label after, images), the most frequent first."""


def difference(old: State, new: State) -> Difference:
    """Return what differs; an image that is only in one state differs when it says anything."""
    place = {image_id: at for at, image_id in enumerate(old["ids"])}
    counts: Counter[tuple[str, str]] = Counter()
    shown: list[Changed] = []
    now = set(new["ids"])
    gone = [(None, at) for image_id, at in place.items() if image_id not in now]
    pairs = [(at, place.get(image_id)) for at, image_id in enumerate(new["ids"])]
    for at_new, at_old in [*pairs, *gone]:
        before, after = _row(old, at_old), _row(new, at_new)
        if not _differ(before, after):
            continue
        texts = _text(before, old["classes"]), _text(after, new["classes"])
        if texts[0] == texts[1] and before is not None and after is not None:
            texts = _besides(before, after)
        counts[texts] += 1
        if len(shown) < SHOWN:
            key = new["ids"][at_new] if at_new is not None else old["ids"][at_old]
            shown.append(Changed(key, _public(before), _public(after)))
    summary = tuple((one, other, count) for (one, other), count in counts.most_common())
    classes = _classes(old["classes"], new["classes"])
    return Difference(sum(counts.values()), tuple(shown), classes, summary)


def restoring(
    current: State, old: State, *, tops: dict[int, int], classes: Sequence[ClassRow]
) -> Delta:
    """Return the change that brings a state back.

    Images that are not in it keep what they have. Of the classes that are not in it, those that
    such images bear stay, unless one of the same name comes back: then they bear that one.
    """
    then = {image_id: at for at, image_id in enumerate(old["ids"])}
    instead, kept = _classes_of_later(current, old, then)
    wanted: list[tuple[int, list[Any]]] = []
    for at, image_id in enumerate(current["ids"]):
        now = [current[name][at] for name in FIELDS]
        at_old = then.get(image_id)
        goal = _moved(now, instead) if at_old is None else [old[name][at_old] for name in FIELDS]
        if goal != now:
            wanted.append((at, goal))
    fields: Fields = {
        name: ([current[name][at] for at, _ in wanted], [goal[i] for _, goal in wanted])
        for i, name in enumerate(FIELDS)
    }
    fields["objects"] = _only_differing(*fields["objects"])
    ids = tuple(current["ids"][at] for at, _ in wanted)
    changes = _class_changes(classes, old["classes"], kept)
    return Delta(ids, fields if ids else {}, tuple(tops[one] for one in ids), changes)


def _classes_of_later(
    current: State, old: State, then: dict[int, int]
) -> tuple[dict[int, int], set[int]]:
    """Return which class images that came later get instead of theirs, and which classes stay."""
    used: set[int] = set()
    for at, image_id in enumerate(current["ids"]):
        if image_id not in then:
            used |= {current["class_id"][at], *current["tags"][at]}
            used |= classes_in([current["objects"][at]])
    by_name = {one["name"].casefold(): int(key) for key, one in old["classes"].items()}
    instead: dict[int, int] = {}
    kept: set[int] = set()
    for key, one in current["classes"].items():
        if key in old["classes"] or int(key) not in used:
            continue
        same = by_name.get(one["name"].casefold())
        if same is None:
            kept.add(int(key))
        else:
            instead[int(key)] = same
    return instead, kept


def _moved(values: list[Any], instead: dict[int, int]) -> list[Any]:
    state = dict(zip(FIELDS, values, strict=True))
    state["class_id"] = instead.get(state["class_id"], state["class_id"])
    state["tags"] = sorted({instead.get(one, one) for one in state["tags"]})
    if instead and state["objects"]:
        found = objects_in(state["objects"])
        state["objects"] = text_of(
            [{**one, "class_id": instead.get(one["class_id"], one["class_id"])} for one in found]
        )
    return [state[name] for name in FIELDS]


def _only_differing(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    pairs = [differing(*pair) for pair in zip(before, after, strict=True)]
    return [old for old, _ in pairs], [new for _, new in pairs]


def _class_changes(
    rows: Sequence[ClassRow], old: dict[str, ClassState], kept: set[int]
) -> tuple[tuple[int, ClassState, ClassState], ...]:
    keys = {one["hotkey"] for one in old.values()}
    changes = []
    for row in rows:
        before = row.state()
        gone = before | {"deleted": True, "hotkey": None}
        stays = before | {"hotkey": None if row.hotkey in keys else row.hotkey}
        after = old.get(str(row.id), stays if row.id in kept else gone)
        if after != before and not (before["deleted"] and after["deleted"]):
            changes.append((row.id, before, after))
    return tuple(changes)


def _row(state: State, at: int | None) -> dict[str, Any] | None:
    return None if at is None else {name: state[name][at] for name in FIELDS}


def _differ(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool:
    one, other = before or after, after or before
    if before is None or after is None:
        only = one or {}
        return only.get("status") != UNLABELLED or bool(only.get("tags") or only.get("objects"))
    return one != other


def _public(row: dict[str, Any] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "status": STATUSES[row["status"]],
        "class_id": row["class_id"],
        "tags": row["tags"],
        "split": SPLITS[row["split"]],
        "review": REVIEWS[row["review"]],
        "objects": len(objects_in(row["objects"])),
    }


def _besides(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, str]:
    """Return what differs, in words, where the label does not."""
    if before["objects"] != after["objects"]:
        old, new = (f"{len(objects_in(one['objects'])):,} objects" for one in (before, after))
        return old, new if new != old else f"{new}, changed"
    if before["review"] != after["review"]:
        return REVIEWS[before["review"]], REVIEWS[after["review"]]
    return SPLITS[before["split"]], SPLITS[after["split"]]


def _text(row: dict[str, Any] | None, classes: dict[str, ClassState]) -> str:
    """Return a label in words: the class, the tags, or the status."""
    if row is None:
        return "not there"
    ids = [row["class_id"], *row["tags"]] if row["class_id"] is not None else row["tags"]
    names = [classes[str(one)]["name"] for one in ids if str(one) in classes]
    if row["status"] != LABELLED:
        return str(STATUSES[row["status"]])
    return " + ".join(names) if names else "none of these"


def _classes(old: dict[str, ClassState], new: dict[str, ClassState]) -> tuple[dict[str, Any], ...]:
    keys = sorted({*old, *new}, key=int)
    return tuple(
        {"id": int(key), "before": old.get(key), "after": new.get(key)}
        for key in keys
        if old.get(key) != new.get(key)
    )
