"""Objects as other tools read them: streamed from the store into a folder, a ZIP or one file."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.app.datasets.exports import CHOICES, called, sha256_of, shown_paths
from sightline.app.datasets.object_import_plan import BOX
from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.core.geometry import masks
from sightline.core.labels import split_code
from sightline.core.objects import review_code
from sightline.core.progress import Silent
from sightline.formats.objects.fitting import Fitting
from sightline.formats.objects.records import ClassInfo, ObjectRecord, PictureRecord
from sightline.formats.objects.table import FORMATS, format_of, writer_of
from sightline.formats.sinks import FolderSink, OneFileSink, ZipSink, new_file, new_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sightline.app.datasets.exports import Exports
    from sightline.core.geometry.shapes import Bounds, Mask, Polygon, Shape
    from sightline.core.objects import ImageObject
    from sightline.core.progress import Progress
    from sightline.formats.sinks import Sink
    from sightline.jobs.runner import JobRunner
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

DONE: Final = frozenset({"done", "reviewed"})
"""Pictures that somebody has finished: empty ones are known to hold nothing."""


@dataclass(frozen=True, slots=True)
class ObjectWish:
    """What is wanted of an export of objects."""

    form: str
    images: str = "none"
    splits: tuple[str, ...] = ()
    """Empty: all."""
    reviews: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    every: bool = False
    """Also pictures without objects that nobody has called done."""


def wished(
    form: str,
    images: str | None = None,
    *,
    splits: Sequence[str] = (),
    reviews: Sequence[str] = (),
    classes: Sequence[str] = (),
    every: bool = False,
) -> ObjectWish:
    """Return a checked wish.

    Raises:
        InvalidInputError: There is no such format, choice, split or review status.
    """
    format_of(form)
    if images is not None and images not in CHOICES:
        raise InvalidInputError(f"images cannot be {images!r}", hint="none, copy or link")
    for one in splits:
        split_code(one)
    for one in reviews:
        review_code(one)
    return ObjectWish(form, images or "none", tuple(splits), tuple(reviews), tuple(classes), every)


class ObjectExports:
    """Writes what is drawn in a project."""

    def __init__(self, store: Store, exports: Exports, jobs: JobRunner, person: str) -> None:
        self._store = store
        self._exports = exports
        self._jobs = jobs
        self._person = person

    def export(
        self, project: Project, out: Path, wish: ObjectWish, *, progress: Progress | None = None
    ) -> dict[str, Any]:
        """Write a data set and return the report; it is there whole or not at all.

        `out` is a folder; a ZIP if it ends so; a single file if the format can be one and `out`
        ends like it.

        Raises:
            InvalidInputError: `out` is in the workspace, or there is no such class.
            ConflictError: There is something at `out` that is not replaced.
            CancelledError: Somebody asked it to stop; nothing is left behind.
            StorageError: The disk refuses; nothing is left behind.
        """
        single = FORMATS[wish.form].single
        ending = out.suffix.lower()
        suffix = ending if ending and ending in {".zip", single} else ""
        target = self._exports.target(project, out, suffix)
        return self._write(project, target, wish, progress or Silent())

    def start(self, project: Project, wish: ObjectWish) -> dict[str, Any]:
        """Hand an export to a job; its file is fetched like every other export's."""
        arguments: dict[str, Any] = {
            "project": project.name,
            "form": wish.form,
            "images": wish.images,
            "splits": list(wish.splits),
            "reviews": list(wish.reviews),
            "classes": list(wish.classes),
            "every": wish.every,
        }
        job = self._jobs.start("export-labels", arguments, project=project.name, actor=self._person)
        return job.to_dict()

    def perform(self, project: Project, wish: ObjectWish, *, progress: Progress) -> dict[str, Any]:
        """Write a data set into the project's `exports/`, as one file, and return the report."""
        name = f"{project.name}-{wish.form}.zip"
        target = self._exports.folder(project) / name
        return self._write(project, target, wish, progress) | {"file": name}

    def _write(
        self, project: Project, target: Path, wish: ObjectWish, progress: Progress
    ) -> dict[str, Any]:
        classes = self._classes(project, wish)
        fitting = Fitting(format_of(wish.form).holds, PixelTools())
        folder = self._exports.project_folder(project)
        stream = _Stream(self._store, project, wish, classes, folder)
        single = bool(target.suffix) and target.suffix.lower() == FORMATS[wish.form].single
        cache = self._store.workspace / "cache"
        with (
            tempfile.TemporaryDirectory(prefix="export-", dir=cache) as scratch,
            _sink(target, wish, single=single) as sink,
        ):
            counts = writer_of(wish.form)(
                sink,
                fitting.pictures(stream.pictures(progress)),
                tuple(classes.values()),
                Path(scratch),
                images=wish.images,
                task=FORMATS[wish.form].task,
                single=single,
                fill=PixelTools().fill,
                cut=PixelTools().cut,
                name=project.name,
            )
        is_file = target.is_file()
        return {
            "kind": "objects",
            "project": project.name,
            "format": wish.form,
            "path": str(target),
            "items": counts.get("pictures", 0),
            "annotations": counts.get("objects", 0),
            "pictures": counts.get("files", 0),
            "missing_count": counts.get("missing", 0),
            "converted": dict(fitting.changed),
            "left_out": dict(fitting.left_out),
            "passed_over": stream.passed_over,
            "classes": [one.name for one in classes.values()],
            "file_bytes": target.stat().st_size if is_file else None,
            "sha256": sha256_of(target) if is_file else None,
        }

    def _classes(self, project: Project, wish: ObjectWish) -> dict[int, ClassInfo]:
        """Return the classes by id, in the project's order.

        Raises:
            InvalidInputError: The project has no class of a name that was asked for.
        """
        rows = self._store.classes.list(project.id)
        names = {row.name for row in rows}
        for one in wish.classes:
            if one not in names:
                raise InvalidInputError(f"no class {one!r}", hint=did_you_mean(one, names))
        return {
            row.id: ClassInfo(row.name, row.colour, row.hotkey or "", _skeleton(row.skeleton))
            for row in rows
            if not wish.classes or row.name in wish.classes
        }


class _Stream:
    """The pictures of an export, one after the other."""

    def __init__(
        self,
        store: Store,
        project: Project,
        wish: ObjectWish,
        classes: dict[int, ClassInfo],
        folder: Path,
    ) -> None:
        self.passed_over = 0
        """Pictures without objects that nobody has called done."""
        self._store = store
        self._project = project
        self._wish = wish
        self._classes = classes
        self._folder = folder

    def pictures(self, progress: Progress) -> Iterator[PictureRecord]:
        """Yield them in the order in which the pictures came.

        Raises:
            CancelledError: Somebody asked it to stop.
        """
        store, project = self._store, self._project
        places = {path for path, _ in store.images.files_of_assets(project.id).values()}
        shown = shown_paths(places, self._folder)
        ids = set(self._classes) if self._wish.classes else None
        paged = {row[1] for row in store.exchange.frames(project.id) if row[2]}
        for done, (row, found) in enumerate(store.objects.stream(project, ids), start=1):
            if done % 100 == 0:
                progress.check()
                progress.advance(done, None, "writing")
            if self._is_wanted(row, found):
                path = called(shown.get(row.path, row.path.lstrip("/")), row.alias)
                yield self._record(row, found, path, is_paged=row.asset_id in paged)

    def _is_wanted(self, row: ImageRow, found: Sequence[ImageObject]) -> bool:
        wish = self._wish
        if wish.splits and row.split not in wish.splits:
            return False
        if wish.reviews and row.review not in wish.reviews:
            return False
        if found or wish.every or row.review in DONE:
            return True
        self.passed_over += 1
        return False

    def _record(
        self, row: ImageRow, found: Sequence[ImageObject], path: str, *, is_paged: bool
    ) -> PictureRecord:
        source = row.path
        if is_paged:
            stem, dot, ending = path.rpartition(".")
            path, source = f"{stem}_page{row.page + 1}{dot}{ending}", ""
        return PictureRecord(
            path,
            tuple(self._object(one) for one in found if one.class_id in self._classes),
            row.width,
            row.height,
            label=self._name(row.class_id),
            tags=tuple(name for one in row.tags if (name := self._name(one))),
            split=row.split,
            source=source,
        )

    def _name(self, class_id: int | None) -> str:
        found = self._classes.get(class_id or 0)
        return found.name if found else ""

    def _object(self, one: ImageObject) -> ObjectRecord:
        attributes = dict(one.attributes)
        box = _box(attributes.get(BOX)) if one.shape.kind == "keypoints" else None
        if box is not None:
            del attributes[BOX]
        label = self._classes[one.class_id].name
        return ObjectRecord(label, one.shape, attributes, one.score, box)


class PixelTools:
    """What makes masks and outlines."""

    def fill(self, shape: Shape, width: int, height: int) -> Mask | None:
        """Return the pixels of a shape, None if it covers none."""
        from sightline.imaging.rasters import mask_of_shape

        try:
            return mask_of_shape(shape, width, height)
        except InvalidInputError:
            return None

    def cut(self, source: Path, boxes: Sequence[Bounds]) -> list[bytes | None]:
        """Return parts of a picture as PNG, None for one that lies outside."""
        from sightline.imaging.cutouts import cut_out
        from sightline.imaging.limits import DEFAULT_LIMITS

        return cut_out(source, boxes, limits=DEFAULT_LIMITS)

    def outline(self, mask: Mask) -> Polygon:
        """Return the outline of a mask."""
        from sightline.imaging.contours import polygon_of

        return polygon_of(masks.decode(mask))


@contextmanager
def _sink(target: Path, wish: ObjectWish, *, single: bool) -> Iterator[Sink]:
    if single:
        with new_file(target) as out:
            yield OneFileSink(out)
    elif target.suffix.lower() == ".zip":
        with new_file(target) as out, ZipSink(out) as sink:
            yield sink
    else:
        with new_folder(target) as folder:
            yield FolderSink(folder, links=wish.images == "link")


def _box(text: Any) -> Bounds | None:
    """Return the box of an attribute, None if it holds none."""
    try:
        x1, y1, x2, y2 = (float(one) for one in str(text).split())
    except ValueError:
        return None
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None


def _skeleton(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)
