"""Carry out a plan: rows, classes, labels. What `plan.py` decided is not questioned."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sightline.core.errors import ConflictError
from sightline.core.groups import Grouping
from sightline.core.labels import LabelChange
from sightline.core.splits import split_of
from sightline.ingest.plan import label_text
from sightline.store.register import NewFile

if TYPE_CHECKING:
    from sightline.ingest.labels import FolderLabels
    from sightline.ingest.plan import Plan, Planned, Verdict
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

ACTOR: Final = "import"
"""Whom the journal names for labels that come from folders and sidecars."""
_TEXT: Final = {"folders": "from folders", "tags": "from .txt files", "none": ""}
Ids = dict[str, tuple[int, ...]]
"""Digest to the images of that file."""


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How images without a split folder are split."""

    seed: int
    val: float
    test: float
    by: Grouping = field(default_factory=Grouping)
    folder: str = ""
    """The project's; paths inside it are looked at from there."""

    def of(self, digest: str, path: str) -> str:
        """Return train, val or test."""
        inside = path.removeprefix(f"{self.folder}/") if self.folder else path
        group = self.by.of(inside, digest)
        return split_of(group, seed=self.seed, val=self.val, test=self.test)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a plan made: images, labels, disagreements."""

    images: int = 0
    labelled: int = 0
    conflicts: int = 0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.images + other.images,
            self.labelled + other.labelled,
            self.conflicts + other.conflicts,
        )


class Applier:
    """Writes plans into one project."""

    def __init__(
        self, store: Store, project: Project, rule: SplitRule, found: FolderLabels
    ) -> None:
        self._store = store
        self._project = project
        self._rule = rule
        self._found = found
        self._classes = {row.name.casefold(): row.id for row in store.classes.list(project.id)}

    def apply(self, plan: Plan, copies: dict[str, str]) -> Outcome:
        """Register the files of a plan and write what their folders say: labels, then splits.

        Args:
            plan: The decisions.
            copies: Path of a source file to its copy, which is registered instead.
        """
        if not plan.files:
            return Outcome()
        files = [self._row(one, copies.get(one.read.file.path)) for one in plan.files]
        registered = self._store.images.register(self._project, files)
        new = plan.digests("new", "changed")
        self.put_odds(
            {one.read.digest: one.read.file.name for one in plan.files}, registered.image_ids
        )
        outcome = self.label(plan.verdicts, registered.image_ids, new)
        self.set_splits(
            {
                key: one.split
                for one in plan.files
                if one.split is not None and one.read.digest not in new
                for key in registered.image_ids[one.read.digest]
            }
        )
        return outcome + Outcome(images=registered.added)

    def label(self, verdicts: dict[str, Verdict], ids: Ids, new: set[str]) -> Outcome:
        """Write what folders say, as one journal entry; what a person touched is left alone.

        Args:
            verdicts: Digest to what is said of it.
            ids: The images of each digest.
            new: Digests that were registered just now.
        """
        old = [key for digest in verdicts if digest not in new for key in ids[digest]]
        rows = {row.id: row for row in self._store.images.by_ids(old)} if old else {}
        wanted = {
            key: verdict
            for digest, verdict in verdicts.items()
            for key in ids[digest]
            if key not in rows or _may_label(rows[key], verdict)
        }
        self._make_classes({name for verdict in wanted.values() for name in verdict.labels})
        changes = [self._change(key, one, rows.get(key)) for key, one in wanted.items()]
        labelled = self._write(changes)
        return Outcome(labelled=labelled, conflicts=sum(one.conflict for one in verdicts.values()))

    def put_odds(self, names: dict[str, str], ids: Ids) -> None:
        """Keep how probable sidecars say tags are.

        Args:
            names: Digest to the name of its picture.
            ids: The images of each digest.
        """
        found = self._found
        if found.kind != "tags":
            return
        said = {digest: found.odds.get(name, {}) for digest, name in names.items()}
        self._make_classes({tag for odds in said.values() for tag in odds})
        wanted = {
            key: {self._classes[tag.casefold()]: value for tag, value in odds.items()}
            for digest, odds in said.items()
            for key in ids[digest]
        }
        self._store.odds.put(wanted)

    def set_splits(self, wanted: dict[int, str]) -> None:
        """Put images into splits, except those that are in one by hand or by folder."""
        rows = self._store.images.by_ids(list(wanted)) if wanted else []
        splits = {row.id: wanted[row.id] for row in rows if not row.split_fixed}
        if splits:
            self._store.labels.set_splits(self._project, splits, actor=ACTOR)

    def _row(self, one: Planned, copy: str | None) -> NewFile:
        file, header = one.read.file, one.read.header
        return NewFile(
            path=copy or file.path,
            bytes=file.bytes,
            mtime_ns=Path(copy).stat().st_mtime_ns if copy else file.mtime_ns,
            digest=one.read.digest,
            format=header.format,
            raw_width=header.raw_width,
            raw_height=header.raw_height,
            orientation=header.orientation,
            page_sizes=header.page_sizes or ((header.width, header.height),),
            split=one.split or self._rule.of(one.read.digest, copy or file.path),
            split_fixed=one.split is not None,
            label=label_text(one.labels) or None,
        )

    def _make_classes(self, names: set[str]) -> None:
        """Make the classes that are wanted and not there; in a new project all that were found."""
        if not names:
            return
        every = names if self._classes else {*names, *self._found.classes}
        for name in sorted(every, key=self._place):
            if name.casefold() in self._classes:
                continue
            try:
                row = self._store.labels.add_class(self._project, name, actor=ACTOR)
            except ConflictError:  # somebody else made it this moment
                row = self._store.classes.by_name(self._project.id, name)
            self._classes[name.casefold()] = row.id

    def _place(self, name: str) -> int:
        return self._found.classes.index(name)

    def _change(self, image_id: int, verdict: Verdict, row: ImageRow | None) -> LabelChange:
        version = 0 if row is None else row.version
        if verdict.conflict:
            return LabelChange(image_id, None, "conflict", version=version)
        ids = tuple(self._classes[name.casefold()] for name in verdict.labels)
        if self._found.kind == "tags":
            return LabelChange(image_id, None, "labelled", version=version, tags=ids)
        return LabelChange(image_id, ids[0], "labelled", version=version)

    def _write(self, changes: list[LabelChange]) -> int:
        """Write changes, without those that a person overtook; return how many are labelled."""
        while changes:
            labelled = sum(change.status == "labelled" for change in changes)
            text = f"Label {labelled:,} images {_TEXT[self._found.kind]}"
            try:
                self._store.labels.set(self._project, changes, actor=ACTOR, description=text)
            except ConflictError as error:
                stale = {one["id"] for one in error.current or ()}
                if not stale:
                    raise
                changes = [change for change in changes if change.image_id not in stale]
            else:
                return labelled
        return 0


def _may_label(row: ImageRow, verdict: Verdict) -> bool:
    """Say whether nobody but an earlier ingest can have changed an image's labels."""
    if verdict.conflict:
        touched = row.version > (1 if verdict.imported else 0)
        return not touched and row.status != "conflict"
    return row.version == 0 and row.status == "unlabelled"
