"""What a project knows of its files already, and what an ingest still owes them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update

from sightline.core.labels import SPLITS, UNLABELLED
from sightline.ingest.apply import Outcome
from sightline.ingest.plan import Known, Place, Verdict, label_text, verdict
from sightline.store.tables import locations

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.ingest.apply import Applier, Ids
    from sightline.ingest.labels import FolderLabels
    from sightline.ingest.scan import Found
    from sightline.store.images import Location
    from sightline.store.projects import Project
    from sightline.store.state import ProjectState
    from sightline.store.store import Store


Unchanged = list[tuple["Found", str]]
"""Files that are registered as they are, each with its path there."""


@dataclass(slots=True)
class Registered:
    """A project's locations by path, and the same as a planner wants them."""

    store: Store
    project: Project | None
    by_path: dict[str, Location] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    gone: set[str] = field(default_factory=set)
    """Paths that files were found to have moved away from."""

    @staticmethod
    def of(store: Store, project: Project | None) -> Registered:
        """Read what is known of a project, nothing if it is not there yet."""
        found = Registered(store, project)
        for one in store.images.locations(project.id) if project is not None else ():
            found.by_path[one.path] = one
            found.known.add(one.digest, Place(one.path, one.label or ""))
        return found

    def is_unchanged(self, path: str, file: Found) -> bool:
        """Say whether a file is registered at `path` with this size and time."""
        one = self.by_path.get(path)
        return one is not None and (one.bytes, one.mtime_ns) == (file.bytes, file.mtime_ns)

    def mark_missing(self, source: Path, seen: set[str]) -> None:
        """Remember which files below `source` are gone, and which are back."""
        root = os.fspath(source)
        below = os.path.join(root, "")  # noqa: PTH118  plain text: one per file
        gone = [
            one.id
            for path, one in self.by_path.items()
            if path not in seen
            and not one.missing
            and (path in self.gone or path == root or path.startswith(below))
            and not os.path.lexists(path)
        ]
        back = [one.id for path, one in self.by_path.items() if one.missing and path in seen]
        self.store.images.set_missing(gone, missing=True)
        self.store.images.set_missing(back, missing=False)

    def catch_up(self, unchanged: Unchanged, found: FolderLabels, applier: Applier) -> Outcome:
        """Label registered files whose folders say more than they did, or were cut short.

        Images that a person has touched are left alone.
        """
        if self.project is None or not unchanged or not (found.of or found.splits):
            return Outcome()
        of_asset = self.store.images.ids_of_assets(self.project.id)
        rows = (self.by_path[path] for _, path in unchanged)
        ids = {one.digest: of_asset.get(one.asset_id, ()) for one in rows}
        state = self.store.state.get(self.project.id)
        pending = set(state.image_id[state.alive & (state.status == UNLABELLED)].tolist())
        verdicts: dict[str, Verdict] = {}
        renamed: dict[int, str] = {}
        for file, path in unchanged:
            labels = found.of.get(file.name)
            if labels is None:
                continue
            one, text = self.by_path[path], label_text(labels)
            imported = bool(self.known.said(one.digest))
            changed = (one.label or "") != text
            if changed:
                renamed[one.id] = text
                self.known.add(one.digest, Place(path, text))
            if changed or pending.intersection(ids[one.digest]):
                made = verdict(self.known, one.digest, labels, imported=imported)
                verdicts[one.digest] = made
        self._rename(renamed)
        applier.put_odds({self.by_path[path].digest: file.name for file, path in unchanged}, ids)
        outcome = applier.label(verdicts, ids, set()) if verdicts else Outcome()
        applier.set_splits(self._splits(unchanged, ids, state, found.splits))
        return outcome

    def _splits(
        self, unchanged: Unchanged, ids: Ids, state: ProjectState, splits: dict[str, str]
    ) -> dict[int, str]:
        """Return the images that split folders want elsewhere than where they are."""
        if not splits:
            return {}
        codes = dict(zip(state.image_id.tolist(), state.split.tolist(), strict=True))
        return {
            image_id: split
            for file, path in unchanged
            if (split := splits.get(file.name)) is not None
            for image_id in ids[self.by_path[path].digest]
            if SPLITS[codes[image_id]] != split
        }

    def _rename(self, labels: dict[int, str]) -> None:
        """Keep what folders say now beside the locations they say it of."""
        rows = [{"key": key, "text": text} for key, text in labels.items()]
        if rows:
            query = update(locations).where(locations.c.id == bindparam("key"))
            with self.store.db.transaction() as connection:
                connection.execute(query.values(label=bindparam("text")), rows)
