"""Decide which images go into which split; nothing is changed here.

Whatever the method, images of one unit (a group, or a file) are never in two splits, and what data
are added later moves no image that was there:

- `hashed` looks at nothing but a unit's name and a seed.
- `dealt` keeps the shares in every class. Rare labels first, it gives each unit to the split that
  lacks most of the unit's labels among those dealt so far (after iterative stratification:
  Sechidis, Tsoumakas and Vlahavas 2011, "On the Stratification of Multi-Label Data"). Units that
  have been dealt are kept, so that later ones fill up around them.
- `folded` numbers the units by hash; `balanced_seed` finds a seed whose folds are of a size.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sightline.core.splits import fold_of, place_of, split_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sightline.core.samples import Split

ORDER: Final[tuple[Split, ...]] = ("train", "val", "test")
SEEDS: Final = 64
"""Seeds that are tried for folds of a size."""
MOST_TRIED: Final = 5_000
"""Units above which any seed is as good as another."""


@dataclass(frozen=True, slots=True)
class Item:
    """An image, as far as splitting looks at it."""

    image_id: int
    unit: str
    """What it stays together with."""
    labels: tuple[int, ...]
    """Its class, or its tags; none: it waits for a label."""
    split: Split
    fixed: bool
    """A person, a folder or an earlier dealing has put it there."""


@dataclass(slots=True)
class Unit:
    """Images that stay together."""

    name: str
    size: int = 0
    counts: Counter[int] = field(default_factory=Counter)
    """Label to the number of its images."""
    held: Counter[Split] = field(default_factory=Counter)
    """Split to the number of its images that are fixed there."""

    @property
    def stays(self) -> Split | None:
        """Where most of its fixed images are; None: it has none."""
        most = max(self.held.values(), default=0)
        return next((one for one in ORDER if most and self.held[one] == most), None)


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of the images each split shall have; they make 1 together."""

    val: float
    test: float

    def of(self, split: Split) -> float:
        """Return one of them, 0..1."""
        wanted = {"train": 1 - self.val - self.test, "val": self.val, "test": self.test}
        return wanted[split]


def units_of(items: Iterable[Item]) -> dict[str, Unit]:
    """Return the units by name, in the order of their first image."""
    found: dict[str, Unit] = {}
    for one in items:
        unit = found.setdefault(one.unit, Unit(one.unit))
        unit.size += 1
        unit.counts.update(one.labels)
        if one.fixed:
            unit.held[one.split] += 1
    return found


def hashed(
    units: Iterable[Unit], shares: Shares, *, seed: int, keep: bool = False
) -> dict[str, Split]:
    """Return each unit's split by its hash; with `keep`, units with fixed images stay there."""
    found: dict[str, Split] = {}
    for unit in units:
        stays = unit.stays if keep else None
        found[unit.name] = stays or split_of(unit.name, seed=seed, val=shares.val, test=shares.test)
    return found


def dealt(
    units: Sequence[Unit], shares: Shares, *, seed: int, keep: bool = True
) -> dict[str, Split]:
    """Return each unit's split such that every label has its shares, as nearly as units allow.

    Units without a label are left out: they are dealt once they have one.
    """
    labelled = [unit for unit in units if unit.counts]
    totals: Counter[int] = sum((unit.counts for unit in labelled), Counter())
    found: dict[str, Split] = {}
    have: dict[Split, Counter[int]] = defaultdict(Counter)
    seen: Counter[int] = Counter()
    size: Counter[Split] = Counter()
    everything = sum(unit.size for unit in labelled)

    def give(unit: Unit, split: Split) -> None:
        found[unit.name] = split
        have[split].update(unit.counts)
        seen.update(unit.counts)
        size[split] += unit.size

    waiting = []
    for unit in labelled:
        stays = unit.stays if keep else None
        if stays is None:
            waiting.append(unit)
        else:
            give(unit, stays)
    open_ = [one for one in ORDER if shares.of(one) > 0]
    for unit in sorted(waiting, key=lambda one: _turn(one, totals, seed)):

        def lacks(split: Split, unit: Unit = unit) -> tuple[float, float]:
            share = shares.of(split)
            wants = (
                count / totals[label] * (share * (seen[label] + count) - have[split][label])
                for label, count in sorted(unit.counts.items())
            )
            return sum(wants), share * everything - size[split]

        give(unit, max(open_, key=lacks))
    return found


def _turn(unit: Unit, totals: Mapping[int, int], seed: int) -> tuple[int, int, float]:
    """Return when a unit is dealt: rare labels first, large units first, then by chance."""
    return min(totals[one] for one in unit.counts), -unit.size, place_of(unit.name, seed=seed)


def folded(units: Iterable[Unit], *, seed: int, folds: int) -> dict[str, int]:
    """Return the fold of each unit."""
    return {unit.name: fold_of(unit.name, seed=seed, folds=folds) for unit in units}


def balanced_seed(units: Sequence[Unit], folds: int, *, first: int = 0) -> int:
    """Return the seed, from `first` on, whose folds are most alike in size and in labels.

    With few units a hash alone may leave a fold empty; with many there is nothing to gain.
    """
    if len(units) > MOST_TRIED:
        return first
    seeds = range(first, first + SEEDS)
    return min(seeds, key=lambda seed: (_unevenness(units, folds, seed), seed))


def _unevenness(units: Sequence[Unit], folds: int, seed: int) -> float:
    """Return the sum of squared errors of the folds' shares of all images and of each label."""
    where = folded(units, seed=seed, folds=folds)
    totals: Counter[int | None] = Counter()
    have: dict[int, Counter[int | None]] = defaultdict(Counter)
    for unit in units:
        counts: dict[int | None, int] = {None: unit.size} | dict(unit.counts.items())
        totals.update(counts)
        have[where[unit.name]].update(counts)
    errors = (
        (have[fold][label] / total - 1 / folds) ** 2
        for label, total in totals.items()
        for fold in range(folds)
    )
    return sum(errors)
