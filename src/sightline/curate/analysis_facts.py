"""What an analysis looks at: labels and splits by ordinal, and what was seen of each picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.labels import LABELLED, SKIPPED
from sightline.curate.analysis_look import COLUMNS, FLAWS

if TYPE_CHECKING:
    from sightline.core.arrays import F32, I32, I64, Bool
    from sightline.curate.pairs import Pairs

MOST_NAMED: Final = 20
"""Files or classes that are named where there are more."""


@dataclass(frozen=True, slots=True)
class Disk:
    """What the folders say, beside what is registered."""

    files: int = 0
    """Registered files, each place counted."""
    sidecars: int = 0
    """Of these with a `.txt` beside them."""
    left_out: int = 0
    """Picture files in the same folders that are not in the project."""
    left_out_files: tuple[tuple[str, str], ...] = ()
    """(path, why) of some of them."""
    empty_folders: tuple[str, ...] = ()
    """Folders beside class folders without a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A project as arrays by ordinal; N ordinals. Nothing is changed in place."""

    status: I32
    split: I32
    class_id: I32
    alive: Bool
    tag_ordinal: I64
    """(T,) of tags of living images, with `tag_class`."""
    tag_class: I32
    multi: bool
    """Tags are asked for, not one class."""
    classes: tuple[tuple[int, str], ...]
    """Id and name, in their order."""
    rows: F32
    """(N, len(COLUMNS)), zero where nothing was looked at."""
    known: Bool
    """(N,) looked at."""
    alike: Pairs | None = None
    """Near-duplicates; None: not looked for."""
    doubles: Bool | None = None
    """(N,) whose bytes lie at several places; None: not looked for."""
    torn: Bool | None = None
    """(N,) of these, those whose places name different splits."""
    disk: Disk = field(default_factory=Disk)

    @property
    def size(self) -> int:
        """Return N."""
        return len(self.alive)

    def column(self, name: str) -> F32:
        """Return one column of the rows, (N,); NaN where it is not known."""
        values = self.rows[:, COLUMNS.index(name)]
        return np.where(self.known & self.alive, values, np.float32(np.nan))

    def flawed(self, *flaws: str) -> Bool:
        """Return which living images have one of these flaws, (N,)."""
        codes = [FLAWS.index(one) for one in flaws]
        found: Bool = np.isin(self.column("flaw"), codes)
        return found

    @property
    def labelled(self) -> Bool:
        """Return which images say what they show, (N,)."""
        found: Bool = self.alive & (self.status == LABELLED)
        return found

    @property
    def kept(self) -> Bool:
        """Return which images may be used: living and not skipped, (N,)."""
        found: Bool = self.alive & (self.status != SKIPPED)
        return found

    def label_keys(self) -> I64:
        """Return (N,) numbers that are equal where labels are; -1 where there is none.

        A set of tags is the sum of one 62-bit number for each tag, drawn by its id.
        """
        keys = np.where(self.labelled, self.class_id.astype(np.int64), -1)
        if not self.multi:
            return np.where(keys >= 0, keys, -1)
        ids, places = np.unique(self.tag_class, return_inverse=True)
        drawn = [np.random.default_rng(int(one)).integers(0, 2**62) for one in ids]
        sums = np.zeros(self.size, np.uint64)
        np.add.at(sums, self.tag_ordinal, np.asarray(drawn, np.uint64)[places])
        return np.where(self.labelled, (sums >> np.uint64(2)).astype(np.int64), -1)


def named(names: list[str], most: int = MOST_NAMED) -> list[str]:
    """Return at most so many names, the last of which says how many more there are."""
    more = len(names) - most
    return names if more <= 0 else [*names[:most], f"and {more:,} more"]


def many(count: int, one: str, several: str = "") -> str:
    """Return `1 picture`, `2,000 pictures`."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


ONE: Final = {"are": "is", "have": "has", "lie": "lies", "show": "shows"}


def pictures(count: int, text: str) -> str:
    """Return `1 picture is odd`, `2 pictures are odd` for `are odd`."""
    verb, _, rest = text.partition(" ")
    said = ONE.get(verb, verb) if count == 1 else verb
    return f"{many(count, 'picture')} {said} {rest}"


def plain(value: Any) -> Any:
    """Return a number as JSON takes it: None for NaN and infinities."""
    number = float(value)
    return None if not np.isfinite(number) else round(number, 6)
