"""What an update would do: decided here, done in `apply`."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sightline.flows.update.manifest import File, Manifest, hash_of, newer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The steps from what is here to a release. Paths are relative, with slashes."""

    here: str
    """Version that is here."""
    there: str
    """Version of the release."""
    add: tuple[File, ...] = ()
    change: tuple[File, ...] = ()
    remove: tuple[str, ...] = ()
    """Were part of the last release and are not of this one."""
    skip: tuple[str, ...] = ()
    """Differ, and are left alone as asked."""
    changed_here: tuple[str, ...] = ()
    """Of `change` and `remove`: differ from what was installed; a copy is kept."""
    notes: str = ""

    @property
    def fetch(self) -> tuple[File, ...]:
        """The files that have to be fetched."""
        return (*self.add, *self.change)

    @property
    def state(self) -> str:
        """current, newer, or older than what is here; `repair`: files differ at one version."""
        if newer(self.there, self.here):
            return "newer"
        if newer(self.here, self.there):
            return "older"
        return "repair" if self.fetch or self.remove else "current"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "state": self.state,
            "here": self.here,
            "there": self.there,
            "notes": self.notes,
            "bytes": sum(file.bytes for file in self.fetch),
            "add": [file.path for file in self.add],
            "change": [file.path for file in self.change],
            "remove": list(self.remove),
            "skip": list(self.skip),
            "changed_here": list(self.changed_here),
        }


def make_plan(
    root: Path,
    manifest: Manifest,
    *,
    here: str,
    installed: Manifest | None = None,
    skip: Iterable[str] = (),
) -> Plan:
    """Return what has to be done below `root` to become the release.

    Args:
        root: The program's folder.
        manifest: The release.
        here: Version that is here.
        installed: The release that was installed last, if known: tells a person's changes apart,
            and which files are gone.
        skip: Patterns (`docs/*`) of paths that are left alone.
    """
    patterns = tuple(skip)
    before = {} if installed is None else installed.by_path()
    add, change, skipped, own = [], [], [], []
    for file in manifest.files:
        found = _hash(root / file.path)
        if found == file.sha256:
            continue
        if _matches(file.path, patterns):
            skipped.append(file.path)
        elif found is None:
            add.append(file)
        else:
            change.append(file)
            if installed is not None and not _is(before.get(file.path), found):
                own.append(file.path)
    after = manifest.by_path()
    gone = [path for path in before if path not in after and (root / path).is_file()]
    remove = [path for path in gone if not _matches(path, patterns)]
    own += [path for path in remove if not _is(before[path], _hash(root / path))]
    return Plan(
        here=here,
        there=manifest.version,
        add=tuple(add),
        change=tuple(change),
        remove=tuple(remove),
        skip=tuple(skipped),
        changed_here=tuple(own),
        notes=manifest.notes,
    )


def _is(file: File | None, found: str | None) -> bool:
    return file is not None and file.sha256 == found


def _hash(path: Path) -> str | None:
    return hash_of(path) if path.is_file() else None


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(
        fnmatch.fnmatchcase(path, one) or path.startswith(f"{one.rstrip('/')}/") for one in patterns
    )
