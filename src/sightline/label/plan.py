"""Decide what labels from elsewhere change in a project. Pure: facts in, decisions out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal
from unicodedata import normalize

from sightline.core.errors import InvalidInputError
from sightline.core.labels import SPLITS, STATUSES, UNLABELLED
from sightline.core.names import check_name
from sightline.formats.records import Record, Refused
from sightline.store.exchange import LabelNow, NewClass, Wish

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sightline.formats.records import ClassInfo
    from sightline.label.match import Matches

Mode = Literal["merge", "replace", "add"]
MODES: Final[tuple[Mode, ...]] = ("merge", "replace", "add")
"""merge: what is there stays, what is missing is filled in. replace: what comes counts.
add: only images that have nothing at all."""
MARKS: Final = ("unsure", "skipped")
"""Words that a label may be for a status; a class of that name comes first."""
_FORBIDDEN: Final = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))


@dataclass(frozen=True, slots=True)
class Conflict:
    """What is there and what was wanted instead."""

    path: str
    what: str
    """label or split."""
    now: str
    wanted: str


@dataclass(slots=True)
class Plan:
    """What an import does."""

    wishes: list[Wish] = field(default_factory=list)
    new: list[NewClass] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    """Classes that are named and there already."""
    same: int = 0
    """Images that have what is wanted already."""
    labels: int = 0
    splits: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    """Labels that cannot be the name of a class as they are, and what they become."""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Wanted:
    status: str
    class_name: str | None
    tags: tuple[str, ...] | None


def plan_import(
    found: Matches,
    now: Mapping[int, LabelNow],
    have: Mapping[int, str],
    infos: Sequence[ClassInfo],
    *,
    mode: Mode,
) -> Plan:
    """Decide about every image that a record is of.

    Args:
        found: Records with their images.
        now: What each image has.
        have: Name of each class of the project by its id.
        infos: Classes as the data set knows them, with colours and keys.
        mode: What counts when both say something.
    """
    plan = Plan()
    names = _Names(have.values(), infos, plan)
    wanted: dict[int, tuple[Record, _Wanted]] = {}
    twice = 0
    for record, ids in found.images:
        one = _read(record, names)
        if isinstance(one, str):
            plan.refused.append(Refused(record.path, one))
            continue
        twice += sum(image_id in wanted for image_id in ids)
        wanted |= dict.fromkeys(ids, (record, one))
    if twice:
        plan.notes.append(f"{twice:,} images are named more than once: the last line counts")
    decider = _Decider(plan, have, mode)
    for image_id, (record, one) in wanted.items():
        decider.decide(now[image_id], record, one)
    names.settle(plan, mode)
    return plan


class _Names:
    """Names of classes as they are written, and as the project has them or will."""

    def __init__(self, have: Iterable[str], infos: Sequence[ClassInfo], plan: Plan) -> None:
        self._have = {fold(name): name for name in have}
        self._infos = {fold(one.name): one for one in infos}
        self._used: dict[str, str] = {}
        self._plan = plan
        self._known: set[str] = set()

    def is_class(self, written: str) -> bool:
        """Tell whether a word is surely the name of a class."""
        return fold(written) in self._have or fold(written) in self._infos

    def of(self, written: str) -> str | None:
        """Return the name of a class as the project writes it; None when it cannot be one."""
        key = fold(written)
        if key in self._have:
            self._known.add(self._have[key])
            return self._have[key]
        if key not in self._used:
            name = valid_name(self._infos[key].name if key in self._infos else written)
            if name is None:
                return None
            if fold(name) in self._have:
                return self._have[fold(name)]
            if fold(name) != key:
                self._plan.renamed[written] = name
            spelt = next((n for n in self._used.values() if fold(n) == fold(name)), name)
            self._used[key] = spelt
        return self._used[key]

    def settle(self, plan: Plan, mode: Mode) -> None:
        """List the classes to be made, in the data set's order, and those that are known."""
        wished = {one.class_name for one in plan.wishes} | {
            tag for one in plan.wishes for tag in one.tags or ()
        }
        if mode != "add":
            for one in self._infos.values():
                name = self.of(one.name)
                wished |= {name} if name else set()
        have = set(self._have.values())
        order = {fold(name): place for place, name in enumerate(self._infos)}
        new = sorted(
            {name for name in wished if name and name not in have},
            key=lambda name: (order.get(fold(name), len(order)), name),
        )
        taken: set[str] = set()
        for name in new:
            info = self._infos.get(fold(name))
            hotkey = info.hotkey if info and info.hotkey not in taken else ""
            taken.add(hotkey)
            plan.new.append(NewClass(name, colour_of(info), hotkey if hotkey.isdigit() else None))
        plan.known = sorted(self._known)


def fold(name: str) -> str:
    """Return a name as it is compared: whatever its case and composition."""
    return normalize("NFC", name).casefold()


def valid_name(written: str) -> str | None:
    """Return a name that a class may have, its forbidden characters replaced; None: none is."""
    for name in (written, written.translate(_FORBIDDEN).strip(" .")):
        try:
            return check_name(name, "class")
        except InvalidInputError:
            continue
    return None


def colour_of(info: ClassInfo | None) -> str | None:
    """Return the colour that a data set gives a class, None if it gives none."""
    text = info.colour.lower() if info else ""
    good = (
        len(text) == len("#rrggbb") and text[0] == "#" and set(text[1:]) <= set("0123456789abcdef")
    )
    return text if good else None


def _read(record: Record, names: _Names) -> _Wanted | str:
    """Return what a record wants, or why it cannot be."""
    status, label = record.status, record.label
    if not status and fold(label) in MARKS and not names.is_class(label):
        status, label = fold(label), ""
    if not status:
        status = "labelled" if label or record.tags else "unlabelled"
    if status == "unlabelled":
        return _Wanted("unlabelled", None, None if record.tags is None else ())
    name = names.of(label) if label else None
    if label and name is None:
        return f"{label[:80]!r} cannot be the name of a class"
    tags = None if record.tags is None else tuple(names.of(one) or "" for one in record.tags)
    if tags is not None and "" in tags:
        return "one of its tags cannot be the name of a class"
    if status == "labelled" and not name and not tags:
        return "is labelled, but with nothing"
    return _Wanted(status, name, tags)


class _Decider:
    """Decides about one image after the other."""

    def __init__(self, plan: Plan, have: Mapping[int, str], mode: Mode) -> None:
        self._plan = plan
        self._have = have
        self._mode = mode

    def decide(self, now: LabelNow, record: Record, one: _Wanted) -> None:
        """Add a wish, or a conflict, or nothing."""
        if self._mode == "add" and not _is_empty(now):
            if one.status != "unlabelled":
                self._compare(now, record, one)
            return
        label, split = self._label(now, record, one), self._split(now, record)
        if label is None and split is None:
            return
        self._plan.labels += label is not None
        self._plan.splits += split is not None
        changed = label or _Wanted("", None, None)
        self._plan.wishes.append(
            Wish(
                now.id,
                now.version,
                status=changed.status or None,
                class_name=changed.class_name,
                tags=changed.tags,
                split=split,
            )
        )

    def _label(self, now: LabelNow, record: Record, one: _Wanted) -> _Wanted | None:
        """Return what the image shall have, None to leave it."""
        if self._is_same(now, one):
            self._plan.same += 1
            return None
        if self._mode == "replace":
            return one
        if one.status == "unlabelled":
            return None
        if _is_empty(now):
            return one
        tags = self._tags(now)
        if one.tags and not set(one.tags) <= tags and self._agrees(now, one):
            both = tuple(sorted(tags | set(one.tags)))
            given = one.class_name if one.status == "labelled" else None
            return _Wanted(one.status, self._class(now) or given, both)
        self._compare(now, record, one)
        return None

    def _split(self, now: LabelNow, record: Record) -> str | None:
        """Return the split that the image shall be in, None to leave it."""
        there = SPLITS[now.split]
        if self._mode == "add" or not record.split or record.split == there:
            return None
        if self._mode == "merge" and now.split_fixed:
            self._plan.conflicts.append(Conflict(record.path, "split", there, record.split))
            return None
        return record.split

    def _compare(self, now: LabelNow, record: Record, one: _Wanted) -> None:
        """Count an image that has what is wanted, or tell the conflict."""
        tags = self._tags(now)
        if self._agrees(now, one) and set(one.tags or ()) <= tags:
            self._plan.same += 1
            return
        shown = _shown(STATUSES[now.status], self._class(now), tuple(sorted(tags)))
        wanted = _shown(one.status, one.class_name, one.tags or ())
        self._plan.conflicts.append(Conflict(record.path, "label", shown, wanted))

    def _agrees(self, now: LabelNow, one: _Wanted) -> bool:
        """Say whether status and class do not contradict, whatever the tags."""
        there = self._class(now)
        same_class = one.class_name == there or (bool(one.tags) and None in {one.class_name, there})
        return STATUSES[now.status] == one.status and same_class

    def _is_same(self, now: LabelNow, one: _Wanted) -> bool:
        same_tags = one.tags is None or set(one.tags) == self._tags(now)
        same = STATUSES[now.status] == one.status and self._class(now) == one.class_name
        return same and same_tags

    def _class(self, now: LabelNow) -> str | None:
        return self._have.get(now.class_id) if now.class_id is not None else None

    def _tags(self, now: LabelNow) -> set[str]:
        return {self._have[tag] for tag in now.tags if tag in self._have}


def _is_empty(now: LabelNow) -> bool:
    return now.status == UNLABELLED and not now.tags


def _shown(status: str, name: str | None, tags: tuple[str, ...]) -> str:
    text = ", ".join([*([name] if name else []), *tags])
    return text if status == "labelled" else f"{status} {text}".strip()
