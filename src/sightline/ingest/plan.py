"""Decide what an ingest would do; doing it is `apply.py`. Pure: facts in, decisions out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sightline.ingest.hashing import FileRead
    from sightline.ingest.labels import FolderLabels

Kind = Literal["new", "changed", "place", "moved", "same"]
"""new: bytes never seen. changed: a known path with bytes never seen, thus a new identity.
place: known bytes at one more path. moved: known bytes whose old paths are all gone.
same: known bytes at their known path, only touched."""
Labels = tuple[str, ...]
MAX_LABEL: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where bytes were seen, and what the folder said (`label_text`)."""

    path: str
    label: str = ""


@dataclass(slots=True)
class Known:
    """What the store knows of a project's files, and what a plan has added to it."""

    places: dict[str, list[Place]] = field(default_factory=dict)
    """Digest to its places."""
    digests: dict[str, str] = field(default_factory=dict)
    """Path to digest."""

    def add(self, digest: str, place: Place) -> None:
        """Learn a place; what was known of the path before is forgotten."""
        before = self.digests.get(place.path)
        if before is not None:
            self.places[before] = [one for one in self.places[before] if one.path != place.path]
        self.digests[place.path] = digest
        self.places.setdefault(digest, []).append(place)

    def forget(self, digest: str) -> None:
        """Learn that a digest is at none of its places any more."""
        for place in self.places.get(digest, ()):
            self.digests.pop(place.path, None)
        self.places[digest] = []

    def said(self, digest: str) -> set[str]:
        """Return the different labels that the places of a digest state."""
        return {place.label for place in self.places.get(digest, ()) if place.label}


@dataclass(frozen=True, slots=True)
class Planned:
    """One file and what is to become of it."""

    read: FileRead
    kind: Kind
    labels: Labels
    split: str | None
    gone: tuple[str, ...] = ()
    """Paths that a moved file is no longer at."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the folders say, taken together, of one identity."""

    labels: Labels
    conflict: bool = False
    """They disagree: nothing is labelled."""
    imported: bool = False
    """An earlier ingest may have labelled it."""


@dataclass(slots=True)
class Plan:
    """What to do about a chunk of files."""

    files: list[Planned] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    """Digest to what its folders say; only where they say something."""

    def digests(self, *kinds: Kind) -> set[str]:
        """Return the digests of the files of these kinds."""
        return {one.read.digest for one in self.files if one.kind in kinds}

    def count(self, *kinds: Kind) -> int:
        """Return how many files are of these kinds."""
        return sum(one.kind in kinds for one in self.files)


def label_text(labels: Labels) -> str:
    """Return how labels are kept beside a path, empty for none."""
    return ", ".join(labels)[:MAX_LABEL]


def plan(
    files: Iterable[FileRead],
    known: Known,
    found: FolderLabels,
    *,
    exists: Callable[[str], bool],
) -> Plan:
    """Decide about files in order, and teach `known` what will be known afterwards.

    Args:
        files: What was read.
        known: What the store knows; changed.
        found: What folders and sidecars say.
        exists: Says whether a known path is still a file.
    """
    made = Plan()
    files = list(files)
    imported = {read.digest for read in files if known.said(read.digest)}
    for read in files:
        path, name, digest = read.file.path, read.file.name, read.digest
        labels = found.of.get(name, ())
        kind = _kind(digest, path, known, exists)
        gone: tuple[str, ...] = ()
        if kind == "moved":
            gone = tuple(place.path for place in known.places[digest])
            known.forget(digest)
        known.add(digest, Place(path, label_text(labels)))
        made.files.append(Planned(read, kind, labels, found.splits.get(name), gone))
        if name in found.of:
            made.verdicts[digest] = verdict(known, digest, labels, imported=digest in imported)
    return made


def verdict(known: Known, digest: str, labels: Labels, *, imported: bool) -> Verdict:
    """Return what all places of a digest say, one of them `labels`."""
    conflict = len(known.said(digest)) > 1
    return Verdict(() if conflict else labels, conflict, imported)


def _kind(digest: str, path: str, known: Known, exists: Callable[[str], bool]) -> Kind:
    if known.digests.get(path) == digest:
        return "same"
    if digest not in known.places:
        return "changed" if path in known.digests else "new"
    return "place" if any(exists(place.path) for place in known.places[digest]) else "moved"
