"""Doubtful pictures become pictures of the project, with what the model said of them."""

from __future__ import annotations

import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sightline.core.clock import now
from sightline.core.errors import NotFoundError
from sightline.core.geometry.shapes import Box
from sightline.core.suggested import suggestion
from sightline.imaging.sniff import EXTENSIONS, sniff
from sightline.predict.doubt import boxes_of
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sightline.app.doubts.shelf import Doubtful, DoubtShelf
    from sightline.app.doubts.taken import Taken
    from sightline.app.labels.labelling import Labelling
    from sightline.app.pictures.pictures import Pictures
    from sightline.core.progress import Progress
    from sightline.core.suggested import Suggestion
    from sightline.store.projects import Project
    from sightline.store.store import Store

PLACE: Final = "served"
"""The folder below images/ that they are copied to."""
_HEAD_BYTES: Final = 512
_LOCK_S: Final = 5.0


class Taking:
    """Carries doubtful pictures over; done again after a crash, it does nothing twice."""

    def __init__(self, store: Store, pictures: Pictures, labels: Labelling, taken: Taken) -> None:
        self._store = store
        self._pictures = pictures
        self._labels = labels
        self._taken = taken

    def take(
        self,
        project: Project,
        shelf: DoubtShelf,
        chosen: Sequence[Doubtful],
        progress: Progress,
    ) -> dict[str, Any]:
        """Copy, register, put new ones into the training split, note the answers, empty the shelf.

        A picture that cannot be read any more stays where it is and is counted.
        """
        first = self._store.projects.get(project.name).next_ordinal
        with self._staged(shelf, chosen, progress) as folder:
            report = self._pictures.ingest(
                project.name, folder, labels="none", copy=True, progress=progress
            )
        places = self._store.images.ordinals_of_digests(project.id, [one.digest for one in chosen])
        there = [one for one in chosen if one.digest in places]
        ids = self._to_train(project, first, places)
        self._taken.note(project, there, now())
        objects = self._suggest(project, there, ids)
        shelf.remove([one.id for one in there])
        return {
            "project": project.name,
            "taken": len(there),
            "added": report["added"],
            "known": len(there) - report["added"],
            "unreadable": len(chosen) - len(there),
            "suggested": objects,
            "image_ids": sorted(set(ids.values())),
            "left": len(shelf.all()),
        }

    @property
    def _stage(self) -> Path:
        return self._store.workspace / "cache" / "doubts"

    def tidy(self) -> None:
        """Erase the copies that processes left which were killed while they took."""
        for path in self._stage.glob("*"):
            lock = FileLock(path.with_suffix(".lock"))
            if lock.try_acquire():
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
                lock.release()
                lock.path.unlink(missing_ok=True)

    @contextmanager
    def _staged(
        self, shelf: DoubtShelf, chosen: Sequence[Doubtful], progress: Progress
    ) -> Iterator[Path]:
        """Give a folder with the pictures under names that say what they are."""
        self.tidy()
        folder = self._stage / uuid.uuid4().hex
        place = folder / PLACE
        self._stage.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.with_suffix(".lock"))
        lock.acquire(timeout_s=_LOCK_S)
        try:
            place.mkdir(parents=True)
            for at, one in enumerate(chosen):
                progress.check()
                progress.advance(at, len(chosen), "taking")
                self._lay(shelf, one, place)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()
            lock.path.unlink(missing_ok=True)

    def _lay(self, shelf: DoubtShelf, one: Doubtful, place: Path) -> None:
        try:
            data = shelf.picture(one.id)
        except NotFoundError:  # thrown away meanwhile
            return
        endings = EXTENSIONS.get(sniff(data[:_HEAD_BYTES]), (".jpg",))
        (place / f"{one.id}{endings[0]}").write_bytes(data)

    def _to_train(
        self, project: Project, first: int, places: dict[str, list[int]]
    ) -> dict[str, int]:
        """Return image ids by digest, of first pages; those that are new go to train."""
        rows = self._store.images.by_ordinals(
            project.id, [one for ordinals in places.values() for one in ordinals]
        )
        new = {row.id: "train" for row in rows if row.ordinal >= first and row.split != "train"}
        if new:
            self._labels.set_splits(project, new)
        ids = {row.ordinal: row.id for row in rows}
        return {digest: ids[found[0]] for digest, found in places.items() if found[0] in ids}

    def _suggest(self, project: Project, there: Sequence[Doubtful], ids: dict[str, int]) -> int:
        """Keep what detectors said as suggestions, and return how many there are."""
        by_source: dict[str, dict[int, list[Suggestion]]] = {}
        for one in there:
            boxes = boxes_of(one.answer)
            if not boxes or one.digest not in ids:
                continue
            source = f"{PLACE}:{one.model_name}"
            by_source.setdefault(source, {})[ids[one.digest]] = [
                suggestion(source, box["label"], Box(*box["box"]), box["score"]) for box in boxes
            ]
        for source, found in by_source.items():
            self._store.suggestions.put(project, source, found)
        return sum(len(said) for found in by_source.values() for said in found.values())
