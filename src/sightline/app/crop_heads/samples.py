"""What a head is to learn from: boxes with classes, of a project or of folders of files."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.app.crop_heads.rows import Pictured, Wanted
from sightline.core.errors import InvalidInputError, SightlineError
from sightline.core.geometry.boxes import as_boxes
from sightline.core.labels import LABELLED
from sightline.curate.head import background
from sightline.formats.objects.frames import in_pixels
from sightline.formats.objects.source import PICTURES, ReadOptions, stem_of
from sightline.formats.objects.table import open_source, reader_of
from sightline.formats.objects.yolo_classes import names_in
from sightline.imaging.header import read_header
from sightline.store.model_plan import PICKLES
from sightline.store.models import file_digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import F64
    from sightline.core.progress import Progress
    from sightline.curate.head.spec import HeadSpec
    from sightline.formats.objects.records import PictureRecord
    from sightline.imaging.limits import Limits
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

REJECTED: Final = "rejected"
MOST_TOLD: Final = 20


@dataclass(frozen=True, slots=True)
class Folders:
    """Pictures and their YOLO labels, in folders of their own."""

    images: Path
    labels: Path
    labelmap: Path | None = None
    """A file with a class name per line, or a YAML with `names`."""

    def to_dict(self) -> dict[str, str | None]:
        """Return it as JSON, the paths absolute."""
        named = None if self.labelmap is None else str(self.labelmap.resolve())
        return {
            "images": str(self.images.resolve()),
            "labels": str(self.labels.resolve()),
            "labelmap": named,
        }

    @staticmethod
    def of(data: dict[str, Any]) -> Folders:
        """Read it from JSON."""
        named = data.get("labelmap")
        return Folders(Path(data["images"]), Path(data["labels"]), Path(named) if named else None)


@dataclass(slots=True)
class Gathered:
    """Pictures with the boxes that are to be looked at."""

    wanted: list[Wanted] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    """The class of each box, one picture after the other."""
    left_out: dict[str, int] = field(default_factory=dict)
    """How many of what were left out."""
    told: list[str] = field(default_factory=list)
    """What a person should know."""

    def add(self, picture: Pictured, boxes: F64, labels: list[str], least_px: float) -> None:
        """Take a picture; boxes with a side shorter than `least_px` are left out."""
        size = np.asarray(picture.size, np.float64)
        inside = np.clip(boxes, 0.0, np.concatenate([size, size]))
        sides = inside[:, 2:] - inside[:, :2]
        kept = np.flatnonzero(
            (sides > 0).all(axis=1) & (sides.min(axis=1, initial=1e9) >= least_px)
        )
        self.leave("objects without enough pixels", len(boxes) - len(kept))
        self.wanted.append(Wanted(picture, inside[kept]))
        self.labels += [labels[n] for n in kept]

    def leave(self, what: str, count: int = 1) -> None:
        """Count what is left out."""
        if count:
            self.left_out[what] = self.left_out.get(what, 0) + count

    def with_background(self, spec: HeadSpec) -> Gathered:
        """Return the same with boxes that touch no object, of the class ``."""
        if not spec.background:
            return self
        sizes = np.concatenate([one.boxes[:, 2:] - one.boxes[:, :2] for one in self.wanted])
        if not len(sizes):
            return self
        each = int(np.ceil(spec.background_share * len(sizes) / len(self.wanted)))
        found, start = Gathered(left_out=self.left_out, told=self.told), 0
        for one in self.wanted:
            count = len(one.boxes)
            more = background.propose(
                one.boxes,
                sizes,
                size_wh=one.picture.size,
                count=each,
                seed=zlib.crc32(f"{spec.seed}:{one.picture.digest}".encode()),
            )
            found.wanted.append(Wanted(one.picture, np.concatenate([one.boxes, more])))
            found.labels += self.labels[start : start + count] + [""] * len(more)
            start += count
        return found


def of_objects(
    store: Store, project: Project, spec: HeadSpec, picture_of: Callable[[ImageRow], Pictured]
) -> Gathered:
    """Return what is drawn in a project; rejected pictures teach nothing.

    Raises:
        InvalidInputError: Nothing is drawn.
    """
    names = {row.id: row.name for row in store.classes.list(project.id)}
    found, (_, drawn) = Gathered(), store.object_index.get(project.id)
    ordinals, first = np.unique(drawn.ordinal, return_index=True)
    ends = np.append(first, len(drawn))[1:].tolist()
    rows = store.images.by_ordinals(project.id, ordinals.tolist())
    images = {row.ordinal: row for row in rows}
    labels = [names[one] for one in drawn.class_id.tolist()]
    for ordinal, start, end in zip(ordinals.tolist(), first.tolist(), ends, strict=True):
        row = images[ordinal]
        if row.review == REJECTED:
            found.leave("rejected images")
        else:
            boxes = drawn.bounds[start:end]
            found.add(picture_of(row), boxes, labels[start:end], spec.min_side_px)
    if not found.labels:
        raise InvalidInputError(
            f"{project.name} has no objects to learn from",
            hint="draw some, or learn from the classes of whole images: --of images",
        )
    return found


def of_images(store: Store, project: Project) -> tuple[list[ImageRow], list[str]]:
    """Return the labelled images of a project and their classes.

    Raises:
        InvalidInputError: None is labelled.
    """
    state = store.state.get(project.id)
    known = state.alive & (state.status == LABELLED) & (state.class_id >= 0)
    names = {row.id: row.name for row in store.classes.list(project.id)}
    rows = store.images.by_ordinals(project.id, np.flatnonzero(known).tolist())
    if not rows:
        raise InvalidInputError(
            f"{project.name} has no labelled images",
            hint="label some, or learn from what is drawn: --of objects",
        )
    return rows, [names[row.class_id or 0] for row in rows]


def labelmap_of(path: Path) -> tuple[str, ...]:
    """Return the class names of a file, in the order of their numbers.

    Raises:
        InvalidInputError: It is not there, a pickle, or names nothing.
    """
    if path.suffix.lower() in PICKLES:
        raise InvalidInputError(
            f"{path.name} is a pickle and is never opened",
            hint="write its names into a text file, one in each line, or turn it into a head with "
            "`sightline heads convert FILE.pkl --labelmap LABELS.pkl`",
        )
    try:
        names = names_in(path)
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be read: {error.strerror}", hint="name a file with a class per line"
        ) from error
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InvalidInputError(
            f"{path.name} names {sorted(twice)[0]} twice", hint="give each class a name of its own"
        )
    return names


def of_folders(source: Folders, spec: HeadSpec, limits: Limits, *, progress: Progress) -> Gathered:
    """Return what YOLO labels say is in pictures.

    Raises:
        InvalidInputError: A folder or the names are missing, a label has no name, or nothing fits.
        CancelledError: The progress said so.
    """
    for folder in (source.images, source.labels):
        if not folder.is_dir():
            raise InvalidInputError(f"there is no folder {folder}", hint="check the path")
    names = () if source.labelmap is None else labelmap_of(source.labelmap)
    pictures, found = _Pictures(source.images), Gathered()
    with open_source(source.labels, ReadOptions(classes=names, task="detect")) as files:
        _, reader = reader_of(files, "yolo")
        if not reader.classes:
            raise InvalidInputError(
                f"nothing says how the classes in {source.labels} are called",
                hint="name a file with a class per line: --labelmap FILE",
            )
        for done, record in enumerate(reader.pictures(), start=1):
            progress.check()
            progress.advance(done, None, "reading labels")
            path = pictures.find(record.path, record.file)
            if path is None:
                found.leave("label files without a picture")
            else:
                _take(found, record, path, (spec, limits))
        beyond = [one for one in reader.refused if "beyond" in one.reason]
        if beyond:
            raise InvalidInputError(
                f"{beyond[0].where}: {beyond[0].reason}",
                hint="this labelmap is not that of these labels: name the right one",
            )
        found.leave("damaged lines", reader.refused_count)
        found.told += [f"{one.where}: {one.reason}" for one in reader.refused[:MOST_TOLD]]
    if not found.labels:
        raise InvalidInputError(
            f"no label in {source.labels} belongs to a picture in {source.images}",
            hint="labels and pictures go together by name: a.txt and a.jpg",
        )
    return found


def _take(found: Gathered, record: PictureRecord, path: Path, how: tuple[HeadSpec, Limits]) -> None:
    spec, limits = how
    try:
        header = read_header(path, limits=limits)
    except (SightlineError, OSError) as error:
        found.leave("pictures that cannot be read")
        found.told.append(f"{path.name}: {error}")
        return
    size = header.width, header.height
    objects = in_pixels(record, *size).objects
    boxes = as_boxes([one.shape.bounds() for one in objects])
    picture = Pictured(path, file_digest(path), size)
    found.add(picture, boxes, [one.label for one in objects], spec.min_side_px)


class _Pictures:
    """The pictures of a folder by their path without its ending, or by their bare name."""

    def __init__(self, folder: Path) -> None:
        self._by_path: dict[str, Path] = {}
        bare: dict[str, list[Path]] = {}
        for root, _, files in os.walk(folder):
            for name in files:
                path = Path(root) / name
                if path.suffix.lower() in PICTURES:
                    self._by_path[path.relative_to(folder).with_suffix("").as_posix()] = path
                    bare.setdefault(path.stem, []).append(path)
        self._by_name = {name: paths[0] for name, paths in bare.items() if len(paths) == 1}

    def find(self, record: str, file: str) -> Path | None:
        """Return the picture of a label file, None where there is none or more than one."""
        stem = stem_of(file) if file else record
        return self._by_path.get(stem) or self._by_name.get(stem.rpartition("/")[2])


def facts_of(gathered: Gathered) -> dict[str, Any]:
    """Return what a card says of the data, as JSON."""
    return {
        "images": len(gathered.wanted),
        "objects": sum(1 for label in gathered.labels if label),
        "left_out": gathered.left_out,
    }
