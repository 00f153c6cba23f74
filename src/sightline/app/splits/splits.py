"""Splits of a project made anew: by hash, by group, dealt class by class, or as folds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.groups import OF_PATH, Grouping, parse_grouping
from sightline.label.splits import (
    ORDER,
    Item,
    Shares,
    balanced_seed,
    dealt,
    folded,
    hashed,
    units_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightline.app.projects import Projects
    from sightline.app.splits.grouped import Grouped, Groups
    from sightline.core.samples import Split
    from sightline.store.projects import Project
    from sightline.store.store import Store

Method = Literal["hash", "group", "stratified", "kfold"]
METHODS: Final[tuple[str, ...]] = get_args(Method)
MOST_FOLDS: Final = 100
MOST_NOTES: Final = 5
"""Classes that are told to be lacking."""
FEW_GROUPS: Final = 20
"""Groups below which a hash cannot keep to the shares."""
_WORDS: Final = {
    "hash": "by hash",
    "group": "by group",
    "stratified": "class by class",
    "kfold": "as folds",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """How a project is to be split."""

    method: str
    by: Grouping
    shares: Shares
    seed: int
    keep: bool
    folds: int = 5
    fold: int = 0


class Splits:
    """Puts the images of a project into splits; each change is one undo step."""

    def __init__(self, store: Store, person: str, projects: Projects, groups: Groups) -> None:
        self._store = store
        self._person = person
        self._projects = projects
        self._groups = groups

    def change(
        self, project: Project, *, dry_run: bool = False, expect: int | None = None, **wish: Any
    ) -> dict[str, Any]:
        """Split a project anew and return the counts before and after.

        What a method by hash or by group was asked for is kept in project.json, so that pictures
        that are added later follow it.

        Args:
            project: Whose images.
            dry_run: Only tell.
            expect: Images that a person was told would move.
            wish: Of `asked`.

        Raises:
            InvalidInputError: The wish is not valid.
            ConflictError: Another number of images would move than `expect`, or the groups are
                not known yet.
        """
        want = self.asked(project, **wish)
        grouped = self._groups.of(project, want.by)
        plan = self._plan(grouped.items, want)
        report = self._report(project, want, grouped, plan)
        if dry_run:
            return report | {"dry_run": True, "seq": None}
        _check(report["moved"], expect)
        fixed = want.method == "stratified" or want.by.kind not in OF_PATH
        done = self._store.labels.split_anew(
            project,
            {
                one.image_id: (plan[one.image_id], fixed or (want.keep and one.fixed))
                for one in grouped.items
                if one.image_id in plan
            },
            actor=self._person,
            description=report["description"],
        )
        self._remember(project, want)
        return report | {"dry_run": False, "seq": done.seq}

    def asked(
        self,
        project: Project,
        *,
        method: str = "hash",
        group_by: str | None = None,
        val: float | None = None,
        test: float | None = None,
        seed: int | None = None,
        keep: bool | None = None,
        folds: int = 5,
        fold: int = 0,
    ) -> Asked:
        """Return a checked wish; what is None is as the project's settings say.

        Raises:
            InvalidInputError: No such method or group, or shares that leave nothing to train on.
        """
        settings = self._projects.settings(project).settings
        if method not in METHODS:
            raise InvalidInputError(f"no method {method!r}", hint=", ".join(METHODS))
        if method == "group" and group_by is None and settings.split_by == "image":
            raise InvalidInputError("grouped by what?", hint="group_by: folder, name, near or day")
        if method == "hash" and group_by not in {None, "image"}:
            method = "group"
        by = "image" if method == "hash" else (group_by or settings.split_by)
        shares = Shares(
            settings.val_share if val is None else val,
            settings.test_share if test is None else test,
        )
        if min(shares.val, shares.test) < 0 or shares.val + shares.test >= 1:
            raise InvalidInputError(
                f"shares of {shares.val:g} and {shares.test:g} leave nothing to train on",
                hint="keep the sum of val and test below 1",
            )
        check_folds(folds, fold)
        chosen = settings.split_seed if seed is None else seed
        stays = method == "stratified" if keep is None else keep
        return Asked(method, parse_grouping(by), shares, chosen, stays, folds, fold)

    def folds(
        self, project: Project, k: int, group_by: str = "image", seed: int | None = None
    ) -> list[dict[int, Split]]:
        """Return, for each of k folds, the split of each image that can be learned from.

        The images of a fold are its val, those of the others its train; test stays test.

        Raises:
            InvalidInputError: There are fewer units than folds.
        """
        want = self.asked(project, method="kfold", group_by=group_by, seed=seed, folds=k)
        items = self._groups.of(project, want.by).items
        where = _folds(items, want)
        return [
            {one.image_id: _in_fold(one, where[one.unit], fold) for one in items if one.labels}
            for fold in range(k)
        ]

    def fold_seed(self, project: Project, folds: int, by: Grouping) -> int:
        """Return a seed whose folds are of a size; see `balanced_seed`."""
        first = self._projects.settings(project).settings.split_seed
        items = [one for one in self._groups.of(project, by).items if _learned(one)]
        seed = balanced_seed(list(units_of(items).values()), folds, first=first)
        _refuse_empty(items, folds, seed)
        return seed

    def _plan(self, items: Sequence[Item], want: Asked) -> dict[int, Split]:
        """Return the split of each image that the method says something about."""
        if want.method == "kfold":
            where = _folds(items, want)
            return {one.image_id: _in_fold(one, where[one.unit], want.fold) for one in items}
        units = list(units_of(items).values())
        if want.method == "stratified":
            found = dealt(units, want.shares, seed=want.seed, keep=want.keep)
        else:
            found = hashed(units, want.shares, seed=want.seed, keep=want.keep)
        return {one.image_id: found[one.unit] for one in items if one.unit in found}

    def _report(
        self, project: Project, want: Asked, grouped: Grouped, plan: dict[int, Split]
    ) -> dict[str, Any]:
        items = grouped.items
        after = [replace(one, split=plan.get(one.image_id, one.split)) for one in items]
        moved = sum(a.split != b.split for a, b in zip(items, after, strict=True))
        classes = self._classes(project, items, after)
        by = "" if want.by.kind == "image" else f" ({want.by})"
        return {
            "method": want.method,
            "group_by": str(want.by),
            "val": want.shares.val,
            "test": want.shares.test,
            "seed": want.seed,
            "keep": want.keep,
            "images": len(items),
            "moved": moved,
            "groups": grouped.groups,
            "largest_group": grouped.largest,
            "alone": grouped.alone,
            "before": _counts(items),
            "after": _counts(after),
            "classes": classes,
            "notes": _notes(want, grouped, after, classes),
            "description": f"Split {len(items):,} images {_WORDS[want.method]}{by}",
        }

    def _classes(
        self, project: Project, before: Sequence[Item], after: Sequence[Item]
    ) -> list[dict[str, Any]]:
        old, new = _by_label(before), _by_label(after)
        return [
            {
                "class_id": row.id,
                "name": row.name,
                "before": {one: old[row.id, one] for one in ORDER},
                "after": {one: new[row.id, one] for one in ORDER},
            }
            for row in self._store.classes.list(project.id)
        ]

    def _remember(self, project: Project, want: Asked) -> None:
        """Keep the rule for pictures that come later, where it can be told from their paths."""
        if want.method == "kfold":
            return
        known = self._projects.settings(project).settings
        wanted = {
            "split_by": str(want.by),
            "split_seed": want.seed,
            "val_share": want.shares.val,
            "test_share": want.shares.test,
        }
        new = {key: value for key, value in wanted.items() if getattr(known, key) != value}
        if new:
            self._projects.save_settings(project, new)


def check_folds(folds: int, fold: int) -> None:
    """Refuse folds that cannot be.

    Raises:
        InvalidInputError: Fewer than 2, too many, or there is no such one.
    """
    if not 2 <= folds <= MOST_FOLDS:  # noqa: PLR2004
        raise InvalidInputError(f"{folds} folds", hint=f"2 to {MOST_FOLDS}; 5 is usual")
    if not 0 <= fold < folds:
        raise InvalidInputError(f"no fold {fold} of {folds}", hint=f"0 to {folds - 1}")


def _learned(one: Item) -> bool:
    return bool(one.labels) and one.split != "test"


def _folds(items: Sequence[Item], want: Asked) -> dict[str, int]:
    """Return the fold of every unit."""
    _refuse_empty([one for one in items if _learned(one)], want.folds, want.seed)
    return folded(units_of(items).values(), seed=want.seed, folds=want.folds)


def _refuse_empty(items: Sequence[Item], folds: int, seed: int) -> None:
    units = units_of(items)
    filled = set(folded(units.values(), seed=seed, folds=folds).values())
    if len(filled) < folds:
        raise InvalidInputError(
            f"{len(units)} groups do not fill {folds} folds",
            hint="label more pictures, ask for fewer folds, or try another seed",
        )


def _in_fold(one: Item, where: int, fold: int) -> Split:
    if one.split == "test":
        return "test"
    return "val" if where == fold else "train"


def _check(moved: int, expect: int | None) -> None:
    if expect is not None and moved != expect:
        raise ConflictError(
            f"{moved:,} images would move by now, not {expect:,}",
            hint="somebody has changed something meanwhile: look at the numbers again",
        )


def _counts(items: Sequence[Item]) -> dict[str, int]:
    found = Counter(one.split for one in items)
    return {one: found[one] for one in ORDER}


def _by_label(items: Sequence[Item]) -> Counter[tuple[int, Split]]:
    return Counter((label, one.split) for one in items for label in one.labels)


def _notes(
    want: Asked, grouped: Grouped, after: Sequence[Item], classes: Sequence[dict[str, Any]]
) -> list[str]:
    """Return what a person should know before it is done."""
    notes = []
    if want.by.kind != "image" and grouped.alone:
        notes.append(
            f"{grouped.alone:,} of {len(after):,} pictures are in no group: each stands for itself"
        )
    if want.method == "group" and 0 < grouped.groups < FEW_GROUPS:
        notes.append(
            f"{grouped.groups} groups are few for a hash: the method stratified keeps the shares"
        )
    if len(after) and grouped.largest > len(after) / 3:
        share = grouped.largest / len(after)
        notes.append(f"the largest group holds {share:.0%} of the pictures")
    wanted: tuple[Split, ...] = ORDER if want.shares.test else ("train", "val")
    lacking = {one["name"]: [s for s in wanted if not one["after"][s]] for one in classes}
    notes += [
        f"no {' or '.join(splits)} picture of {name}"
        for name, splits in lacking.items()
        if splits and len(splits) < len(wanted)
    ][:MOST_NOTES]
    return notes
