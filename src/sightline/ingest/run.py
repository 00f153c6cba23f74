"""Take pictures into a project: scan, read, decide, write; chunk by chunk, so that it resumes."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from sightline.core.groups import parse_grouping
from sightline.imaging.limits import DEFAULT_LIMITS, Limits
from sightline.ingest.apply import Applier, Outcome, SplitRule
from sightline.ingest.copy import copy_into, target_of
from sightline.ingest.hashing import FileRead, read_files
from sightline.ingest.known import Registered
from sightline.ingest.labels import FolderLabels, find_labels
from sightline.ingest.pages import STACKS, with_pages
from sightline.ingest.plan import plan
from sightline.ingest.scan import Found, Scan, Skipped, scan, shown

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.core.progress import Progress
    from sightline.ingest.labels import Want
    from sightline.ingest.plan import Plan
    from sightline.store.projects import Project
    from sightline.store.store import Store

CHUNK: Final = 1000
"""Files that are registered in one transaction."""
MAX_SIDECAR_BYTES: Final = 64_000


class HasSplitRule(Protocol):
    """Settings that say how images are split."""

    @property
    def split_seed(self) -> int:
        """Another seed gives another split."""
        ...

    @property
    def split_by(self) -> str:
        """What stays together, as `core.groups` reads it."""
        ...

    @property
    def val_share(self) -> float:
        """Share of the validation split, 0..1."""
        ...

    @property
    def test_share(self) -> float:
        """Share of the test split, 0..1."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """What a person may choose."""

    labels: Want | Literal["none"] = "auto"
    """auto: class folders, split folders and `.txt` tags; folders or tags: only these; none."""
    copy: bool = False
    """Copy into the project, or leave the files where they are."""
    extensions: tuple[str, ...] | None = None
    pages: str = "auto"
    """Which pages become images: see `ingest.pages`."""
    dry_run: bool = False
    person: str = ""
    """Who asked for it."""
    limits: Limits = DEFAULT_LIMITS


@dataclass(slots=True)
class _Tally:
    """The report as it grows."""

    added: int = 0
    known: int = 0
    moved: int = 0
    changed: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[Skipped] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)

    def count(self, made: Plan) -> None:
        """Count the files of a plan."""
        self.added += made.count("new", "changed")
        self.known += made.count("place", "moved", "same")
        self.moved += made.count("moved")
        self.changed += made.count("changed")
        for one in made.files:
            if one.read.note:
                self.notes.append(Skipped(one.read.file.path, one.read.note))

    def report(self, found: FolderLabels, seconds: float) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "found": self.added + self.known + len(self.skipped),
            "added": self.added,
            "known": self.known,
            "skipped": [one.to_dict() for one in self.skipped],
            "seconds": round(seconds, 3),
            "images": self.outcome.images,
            "moved": self.moved,
            "changed": self.changed,
            "notes": [{"path": shown(one.path), "note": one.reason} for one in self.notes],
            "labels": {
                "kind": found.kind,
                "classes": list(found.classes),
                "labelled": self.outcome.labelled,
                "conflicts": self.outcome.conflicts,
                "refused": list(found.refused),
                "rule": found.rule,
            },
        }


def ingest(
    store: Store,
    project: Project | None,
    source: Path,
    options: IngestOptions,
    *,
    folder: Path,
    split_rule: HasSplitRule,
    progress: Progress,
) -> dict[str, Any]:
    """Register the pictures of a folder, or one picture, and return the report.

    found = added + known + skipped, in files. What cannot be read is listed with its reason and
    stops nothing. Stopped half-way, the next run goes on: what is registered is not read again.

    Args:
        store: The workspace's store.
        project: Where to; None in a dry run of a project that is not there yet.
        source: Absolute.
        options: What a person chose.
        folder: The project's folder, where copies go.
        split_rule: How images without a split folder are split.
        progress: Told and asked after each chunk.

    Raises:
        InvalidInputError: The source is not there, or the extensions make no sense.
        StorageError: The disk or the database refuses; what was registered stays.
        CancelledError: Somebody asked it to stop; what was registered stays.
    """
    began = time.perf_counter()
    progress.advance(0, None, "looking for pictures")
    seen = scan(source, extensions=options.extensions)
    found = FolderLabels() if options.labels == "none" else _labels(seen, options.labels)
    registered = Registered.of(store, project)
    copies_to = folder / "images" if options.copy and not _inside(source, folder) else None
    tally = _Tally(skipped=list(seen.skipped))
    unread, unchanged = _split_known(seen, registered, copies_to, stacks=options.pages == "all")
    tally.known = len(unchanged)
    applier = None
    if project is not None and not options.dry_run:
        applier = Applier(store, project, _rule(split_rule, folder), found)
        tally.outcome += registered.catch_up(unchanged, found, applier)
    done = len(unchanged)
    total = len(seen.files)
    progress.advance(done, total, "registering")
    for chunk in read_files(unread, limits=options.limits, chunk=CHUNK):
        progress.check()
        paged = [with_pages(one, options.pages) for one in chunk]
        _take(paged, registered, found, tally, applier=applier, copies_to=copies_to)
        done += len(chunk)
        progress.advance(done, total, "registering")
    if applier is not None:
        registered.mark_missing(source, {file.path for file in seen.files})
    return tally.report(found, time.perf_counter() - began)


def _rule(settings: HasSplitRule, folder: Path) -> SplitRule:
    return SplitRule(
        settings.split_seed,
        settings.val_share,
        settings.test_share,
        parse_grouping(settings.split_by),
        os.fspath(folder),
    )


def _take(
    chunk: list[FileRead | Skipped],
    registered: Registered,
    found: FolderLabels,
    tally: _Tally,
    *,
    applier: Applier | None,
    copies_to: Path | None,
) -> None:
    """Decide about one chunk and, unless it is a dry run, write it."""
    tally.skipped += [one for one in chunk if isinstance(one, Skipped)]
    reads = [one for one in chunk if isinstance(one, FileRead)]
    made = plan(reads, registered.known, found, exists=os.path.exists)
    registered.gone.update(path for one in made.files for path in one.gone)
    if applier is None:
        tally.count(made)
        tally.outcome += _foreseen(made)
        return
    copies: dict[str, str] = {}
    if copies_to is not None:
        copies, failed = copy_into(copies_to, made)
        for one in failed:
            made.files.remove(one)
            made.verdicts.pop(one.read.digest, None)
            tally.skipped.append(Skipped(one.read.file.path, "changed while it was copied"))
    tally.count(made)
    tally.outcome += applier.apply(made, copies)


def _foreseen(made: Plan) -> Outcome:
    """Return what a dry run would make."""
    pages = {one.read.digest: one.read.header.pages for one in made.files}
    new = made.digests("new", "changed")
    said = {digest: one for digest, one in made.verdicts.items() if digest in new}
    return Outcome(
        images=sum(pages[digest] for digest in new),
        labelled=sum(pages[digest] for digest, one in said.items() if not one.conflict),
        conflicts=sum(one.conflict for one in made.verdicts.values()),
    )


def _split_known(
    seen: Scan, registered: Registered, copies_to: Path | None, *, stacks: bool
) -> tuple[list[Found], list[tuple[Found, str]]]:
    """Return (files to be read, files registered as they are with the path they have there).

    `stacks`: files that may have more pages than are registered are read again.
    """
    unread: list[Found] = []
    unchanged: list[tuple[Found, str]] = []
    for file in seen.files:
        paths = [file.path]
        if copies_to is not None:
            paths.append(os.fspath(target_of(copies_to, file.name)))
        path = next((one for one in paths if registered.is_unchanged(one, file)), None)
        if path is None or (stacks and file.name.lower().endswith(STACKS)):
            unread.append(file)
        else:
            unchanged.append((file, path))
    return unread, unchanged


def _labels(seen: Scan, want: Want) -> FolderLabels:
    def read_text(name: str) -> str | None:
        try:
            with (seen.root / name).open("rb") as file:
                return file.read(MAX_SIDECAR_BYTES).decode("utf-8", "replace")
        except OSError:
            return None

    names = [file.name for file in seen.files]
    return find_labels(names, texts=seen.texts, read_text=read_text, want=want)


def _inside(source: Path, folder: Path) -> bool:
    return source.resolve().is_relative_to(folder.resolve())
