"""Which images of a project belong together: by path, by likeness, by the day they were taken."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sightline.app.items import shown_path
from sightline.core.groups import OF_PATH, Grouping
from sightline.core.labels import LABELLED, SPLITS
from sightline.label.splits import Item

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.app.embedding.neighbours import Neighbours
    from sightline.core.samples import Split
    from sightline.store.exchange import LabelNow
    from sightline.store.projects import Project
    from sightline.store.store import Store

THREADS: Final = 4
"""That read the headers of pictures at once."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """The images of a project with what each stays together with."""

    items: tuple[Item, ...]
    groups: int
    """Of more than one file."""
    largest: int
    """Images of the largest group."""
    alone: int
    """Images that the rule says nothing about: each stands for itself."""


class Groups:
    """Groups the images of projects."""

    def __init__(
        self, store: Store, folder: Callable[[Project], Path], neighbours: Neighbours
    ) -> None:
        self._store = store
        self._folder = folder
        self._neighbours = neighbours

    def of(self, project: Project, by: Grouping) -> Grouped:
        """Return a project's images, by id, with their units.

        Pages of one file are always one unit.

        Raises:
            ConflictError: By `near`, and nothing is embedded yet, or a job has to compare first.
        """
        rows = sorted(self._store.exchange.now(project.id), key=lambda row: row.id)
        units = self.units(project, by, rows)
        items = tuple(_item(row, unit) for row, unit in zip(rows, units, strict=True))
        files = self._store.images.files_of_assets(project.id)
        digests = {row.id: files[row.asset_id][1] for row in rows if row.asset_id in files}
        members = Counter(units)
        sizes = [size for unit, size in members.items() if ":" in unit]
        return Grouped(
            items=items,
            groups=sum(size > 1 for size in sizes),
            largest=max(members.values(), default=0),
            alone=sum(unit == digests.get(row.id) for row, unit in zip(rows, units, strict=True)),
        )

    def units(self, project: Project, by: Grouping, rows: Sequence[LabelNow]) -> list[str]:
        """Return the unit of each row: its group, or the digest of its file."""
        files = self._store.images.files_of_assets(project.id)
        folder = self._folder(project)
        found = [files.get(row.asset_id, ("", f"asset-{row.asset_id}")) for row in rows]
        if by.kind in OF_PATH:
            return [by.of(shown_path(path, folder), digest) for path, digest in found]
        if by.kind == "day":
            days = self._days([path for path, _ in found])
            return [
                f"day:{day}" if day else digest
                for day, (_, digest) in zip(days, found, strict=True)
            ]
        eldest = self._eldest(project)
        digests = {row.id: digest for row, (_, digest) in zip(rows, found, strict=True)}
        near = (eldest.get(row.id) for row in rows)
        return [
            digest if head is None else f"near:{digests.get(head, head)}"
            for head, (_, digest) in zip(near, found, strict=True)
        ]

    def _days(self, paths: Sequence[str]) -> list[str]:
        from sightline.imaging.taken import day_taken

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(lambda path: day_taken(Path(path)), paths))

    def _eldest(self, project: Project) -> dict[int, int]:
        """Return, for images with a near-duplicate, the first image of their group.

        The first one gives the group its name: who joins later does not rename it.
        """
        from sightline.curate.near_duplicates import group

        groups = group(self._neighbours.alike(project))
        ids = self._store.state.get(project.id).image_id
        eldest: dict[int, int] = {}
        for ordinal, number in zip(groups.image.tolist(), groups.group.tolist(), strict=True):
            eldest[number] = min(eldest.get(number, ordinal), ordinal)
        return {
            int(ids[ordinal]): int(ids[eldest[number]])
            for ordinal, number in zip(groups.image.tolist(), groups.group.tolist(), strict=True)
        }


def _item(row: LabelNow, unit: str) -> Item:
    own = () if row.class_id is None else (row.class_id,)
    labels = (*own, *row.tags) if row.status == LABELLED else ()
    split: Split = SPLITS[row.split]
    return Item(row.id, unit, labels, split, row.split_fixed)
