"""The tree of a build: written beside its ledger, and moved into its place whole."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.app.datasets.exports import called
from sightline.app.datasets.object_exports import PixelTools
from sightline.app.segments.place import MARKER, PLACED, Twin
from sightline.core.clock import now
from sightline.core.files import fsync_dir, write_json
from sightline.core.objects import ImageObject
from sightline.export.segment_write import TreeWriter
from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
from sightline.imaging.cutouts import png_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.app.assist.pictures import AssistPictures
    from sightline.app.segments.ledger import Ledger
    from sightline.core.progress import Progress
    from sightline.export.segment_write import Placed
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

PART: Final = 500
TWINS: Final = "twins.jsonl"


class Tree:
    """Writes what a ledger holds."""

    def __init__(
        self, store: Store, pictures: AssistPictures, source: Project, folder: Path
    ) -> None:
        """Remember what it is made of.

        Args:
            store: The workspace's.
            pictures: Reads pages of files.
            source: Whose.
            folder: Of the build; the tree grows in `tree/` below it.
        """
        self._store = store
        self._pictures = pictures
        self._source = source
        self._folder = folder
        self._tree = folder / "tree"
        self._pages = folder / "pages"

    def write(
        self, ids: Sequence[int], ledger: Ledger, about: dict[str, Any], progress: Progress
    ) -> dict[str, Any]:
        """Write the tree anew and return the counts of its pictures.

        Args:
            ids: The pictures, in their order; those without a line are left out.
            ledger: What is drawn in them.
            about: What is kept in the marker besides the counts.
            progress: Is told, and may stop the work.

        Raises:
            CancelledError: The progress said so.
            OSError: The disk refuses.
        """
        for old in (self._tree, self._pages):
            shutil.rmtree(old, ignore_errors=True)
            old.mkdir(parents=True)
        classes = self._store.classes.list(self._source.id)
        infos = [ClassInfo(one.name, one.colour, one.hotkey or "") for one in classes]
        names = {one.id: one.name for one in classes}
        writer = TreeWriter(self._tree, infos, fill=PixelTools().fill, scratch=self._folder)
        twins: list[str] = []
        sources: list[int] = []

        def placed(one: Placed) -> None:
            twins.append(json.dumps(asdict(Twin(sources[-1], one.file))) + "\n")

        records = self._records(ids, ledger, names, progress, sources)
        splits = writer.write(records, placed)
        (self._folder / TWINS).write_text("".join(twins), "utf-8")
        shutil.rmtree(self._pages, ignore_errors=True)
        self._settings()
        told = {
            "pictures": sum(splits.values()),
            "splits": {
                split: {"pictures": count, "objects": writer.objects[split]}
                for split, count in splits.items()
            },
            "linked": writer.linked,
            "copied": writer.copied,
        }
        write_json(self._tree / MARKER, about | {"state": PLACED, "at": now(), "counts": told})
        return told

    def put_in_place(self, target: Path) -> None:
        """Let the tree take its name."""
        self._tree.rename(target)
        fsync_dir(target.parent)

    def _settings(self) -> None:
        """Let the project have the settings of its source: pictures are read alike."""
        file = self._store.project_dir(self._source.name) / "project.json"
        if file.is_file():
            shutil.copyfile(file, self._tree / "project.json")

    def _records(
        self,
        ids: Sequence[int],
        ledger: Ledger,
        names: dict[int, str],
        progress: Progress,
        sources: list[int],
    ) -> Iterator[PictureRecord]:
        """Yield the pictures for the writer; `sources` ends with the id of the one that it has."""
        paged = {row[1] for row in self._store.exchange.frames(self._source.id) if row[2]}
        done = 0
        for start in range(0, len(ids), PART):
            part = [one for one in ids[start : start + PART] if ledger.key(one) is not None]
            for row in self._store.images.by_ids(part):
                progress.check()
                sources.append(row.id)
                yield self._record(row, ledger, names, is_paged=row.asset_id in paged)
                done += 1
                progress.advance(done, len(ids), "writing the folders")

    def _record(
        self, row: ImageRow, ledger: Ledger, names: dict[int, str], *, is_paged: bool
    ) -> PictureRecord:
        path = called(Path(row.path).name, row.alias)
        source = row.path
        if is_paged:
            path = f"{Path(path).stem}_page{row.page + 1}.png"
            source = str(self._page(row))
        objects = (ImageObject.from_json(one) for one in ledger.get(row.id)["objects"])
        return PictureRecord(
            path,
            tuple(
                ObjectRecord(names[one.class_id], one.shape, dict(one.attributes))
                for one in objects
                if one.class_id in names
            ),
            row.width,
            row.height,
            split=row.split,
            source=source,
        )

    def _page(self, row: ImageRow) -> Path:
        """Write one page of a file as a picture of its own."""
        target = self._pages / f"{row.id}.png"
        target.write_bytes(png_of(self._pictures.pixels(self._pictures.of_row(row))))
        return target


def read_twins(folder: Path) -> list[Twin]:
    """Return the pictures that `Tree.write` put in their places."""
    lines = (folder / TWINS).read_text("utf-8").splitlines()
    return [Twin(**json.loads(line)) for line in lines]
