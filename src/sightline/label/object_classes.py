"""Classes of a data set as the project calls them, or will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.label.plan import colour_of, fold, valid_name
from sightline.store.exchange import NewClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sightline.formats.records import ClassInfo


class ClassNames:
    """Gives each written name the project's.

    Args:
        have: Classes of the project.
        mapping: What a person wants a name to become; empty text leaves its objects out.
    """

    def __init__(self, have: Iterable[str], mapping: Mapping[str, str]) -> None:
        self._have = {fold(name): name for name in have}
        self._mapping = {fold(key): value for key, value in mapping.items()}
        self._new: dict[str, str] = {}
        self._known: dict[str, None] = {}
        self._of: dict[str, str | None] = {}
        self.renamed: dict[str, str] = {}
        """Names that cannot be a class's as they are, and what they become."""

    def of(self, written: str) -> str | None:
        """Return the class; None: its objects are left out, by wish or because it can be none."""
        if written not in self._of:
            self._of[written] = self._find(written)
        return self._of[written]

    def is_unwanted(self, written: str) -> bool:
        """Say whether a person wants these objects left out."""
        return self._mapping.get(fold(written)) == ""

    @property
    def known(self) -> list[str]:
        """Classes of the project that are named, sorted."""
        return sorted(self._known)

    def table(self) -> list[tuple[str, str | None]]:
        """Return each written name and what it becomes; None: its objects are left out."""
        return list(self._of.items())

    def new(self, infos: Sequence[ClassInfo]) -> list[NewClass]:
        """Return the classes to make, in the data set's order, with its colours and keypoints."""
        called = [fold(self.of(one.name) or "") for one in infos]
        order = {key: place for place, key in reversed([*enumerate(called)])}
        by_name = dict(zip(reversed(called), reversed(infos), strict=True))
        keys = sorted(self._new, key=lambda key: (order.get(key, len(order)), key))
        made = []
        for key in keys:
            info = by_name.get(key)
            skeleton = None if info is None else info.skeleton
            made.append(NewClass(self._new[key], colour_of(info), skeleton=skeleton))
        return made

    def _find(self, written: str) -> str | None:
        wanted = self._mapping.get(fold(written), written)
        if not wanted:
            return None
        key = fold(wanted)
        if key in self._have:
            self._known[self._have[key]] = None
            return self._have[key]
        if key not in self._new:
            name = valid_name(wanted)
            if name is None:
                return None
            if fold(name) != key:
                self.renamed[written] = name
                self._mapping[fold(written)] = name
                return self._find(written)
            self._new[key] = name
        return self._new[key]
