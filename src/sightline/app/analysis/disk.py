"""What the folders of a project's files say: what is gone, there twice, or was never taken in."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sightline.core.errors import SightlineError
from sightline.curate.analysis_facts import MOST_NAMED, Disk
from sightline.imaging.header import read_header
from sightline.imaging.sniff import ALL_EXTENSIONS
from sightline.ingest.labels import split_of_folder
from sightline.ingest.scan import SYSTEM, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sightline.core.progress import Progress
    from sightline.store.images import Location

EXAMINED: Final = 4 * MOST_NAMED
"""Files outside the project that are opened to say why they may be."""


@dataclass(slots=True)
class Seen:
    """What a look at the folders found; assets by their ids."""

    disk: Disk
    gone: set[int] = field(default_factory=set)
    """Assets of which no file is left."""
    doubles: set[int] = field(default_factory=set)
    """Assets that lie at several places."""
    torn: set[int] = field(default_factory=set)
    """Of these, those whose places name different splits."""


def look_at_folders(places: Iterable[Location], progress: Progress) -> Seen:
    """List every folder that holds a file of the project, each once.

    Raises:
        CancelledError: The progress said so.
    """
    folders: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for place in places:
        folder, name = os.path.split(place.path)
        folders[folder][name] = place.asset_id
    there: defaultdict[int, list[str]] = defaultdict(list)
    assets: set[int] = set()
    files, sidecars, others = 0, 0, _Others()
    for done, (path, known) in enumerate(folders.items()):
        progress.advance(done, len(folders), "looking into the folders")
        progress.check()
        names, _ = _listed(path)
        for name, asset in known.items():
            assets.add(asset)
            if name in names:
                there[asset].append(os.path.join(path, name))  # noqa: PTH118  one per file
        files += len(known)
        sidecars += sum(f"{name.rpartition('.')[0]}.txt" in names for name in known)
        others.take(path, names - known.keys())
    disk = Disk(
        files=files,
        sidecars=sidecars,
        left_out=others.count,
        left_out_files=tuple((shown(path), _why(path)) for path in others.first),
        empty_folders=tuple(_empty_folders(folders)),
    )
    several = {asset: paths for asset, paths in there.items() if len(paths) > 1}
    torn = {asset for asset, paths in several.items() if _is_torn(paths)}
    return Seen(disk, assets - there.keys(), set(several), torn)


class _Others:
    """Picture files beside those of the project."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[str] = []

    def take(self, folder: str, names: set[str]) -> None:
        found = sorted(
            name
            for name in names
            if os.path.splitext(name)[1].lower() in ALL_EXTENSIONS  # noqa: PTH122  one per file
            and not name.startswith(".")
        )
        self.count += len(found)
        free = EXAMINED - len(self.first)
        self.first += [os.path.join(folder, name) for name in found[: max(0, free)]]  # noqa: PTH118


def _listed(folder: str) -> tuple[set[str], list[str]]:
    """Return the names of the files in a folder, and of its folders."""
    try:
        with os.scandir(folder) as entries:
            found = [(entry.name, entry.is_dir()) for entry in entries]
    except OSError:
        return set(), []
    return {name for name, is_dir in found if not is_dir}, [
        name for name, is_dir in found if is_dir
    ]


def _why(path: str) -> str:
    """Return why a file may not be in the project."""
    try:
        read_header(Path(path))
    except SightlineError as error:
        return str(getattr(error, "reason", "") or error.code.replace("_", " "))
    except OSError as error:
        return str(error.strerror)
    return "new"


def _is_torn(paths: list[str]) -> bool:
    """Tell whether the folders in which paths differ name different splits."""
    common = os.path.commonpath(paths)
    splits = {split_of_folder(os.path.relpath(path, common).replace(os.sep, "/")) for path in paths}
    return len(splits - {None}) > 1


def _empty_folders(folders: Iterable[str]) -> Iterator[str]:
    """Yield folders without a file beside two or more that hold pictures of the project."""
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for folder in folders:
        parent, name = os.path.split(folder)
        beside[parent].add(name)
    for parent, known in beside.items():
        if len(known) < 2:  # noqa: PLR2004
            continue
        _, below = _listed(parent)
        for name in sorted(set(below) - known):
            if name.startswith(".") or name.lower() in SYSTEM:
                continue
            inside = os.path.join(parent, name)  # noqa: PTH118
            if _listed(inside) == (set(), []):
                yield shown(inside)
