"""Objects from elsewhere: what they would change, and the change, as one step for undo."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from blake3 import blake3

from sightline.app.datasets.imports import check_mode
from sightline.app.datasets.object_import_plan import MOST_SHOWN, Look
from sightline.app.datasets.read import FORMATS as OLD_FORMATS
from sightline.app.datasets.read import Opened, is_labels
from sightline.core.errors import InvalidInputError, did_you_mean
from sightline.core.progress import Silent
from sightline.formats.archive import guarded
from sightline.formats.objects.source import ReadOptions
from sightline.formats.objects.table import FORMATS, open_source, reader_of, sniff
from sightline.formats.objects.yolo_classes import names_in
from sightline.formats.records import ReadSet, Record
from sightline.imaging.sniff import ALL_EXTENSIONS
from sightline.label.match import Matches
from sightline.label.object_classes import ClassNames
from sightline.label.object_frames import upright
from sightline.label.object_match import Finder, Picture
from sightline.label.plan import Plan, plan_import

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sightline.app.datasets.imports import Imports
    from sightline.app.datasets.waiting import Waiting
    from sightline.core.progress import Progress
    from sightline.formats.objects.records import ObjectReader, PictureRecord
    from sightline.formats.objects.source import Source
    from sightline.jobs.runner import JobRunner
    from sightline.label.plan import Mode
    from sightline.store.exchange import NewClass, Wish
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

MOST_SOURCE: Final = 200
SOURCE: Final = "file:"
"""What the source of imported objects begins with."""
_PART: Final = 1 << 20
_MASKS: Final = ("segmentationclass/", "segmentationobject/", "masks/")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants of an import."""

    form: str = "auto"
    mode: Mode = "merge"
    dry_run: bool = False
    add_images: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)
    """What names of classes become; empty text leaves their objects out."""
    classes: tuple[str, ...] = ()
    """Names in the order of the numbers, for data sets that number their classes and name none."""


def wanted_of(options: Mapping[str, Any]) -> Wanted:
    """Return a wish of what a person gave as options; `classes`: names, or the path of a list.

    Raises:
        InvalidInputError: There is no such mode or list.
    """
    return Wanted(
        form=str(options.get("form", "auto")),
        mode=check_mode(str(options.get("mode", "merge"))),
        dry_run=bool(options.get("dry_run")),
        add_images=bool(options.get("add_images")),
        mapping=dict(options.get("mapping") or {}),
        classes=_names_of(options.get("classes")),
    )


def without_objects(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options without those that only objects take.

    Raises:
        InvalidInputError: One of them was given.
    """
    for key in ("mapping", "classes"):
        if options.get(key):
            raise InvalidInputError(
                f"{key} is for objects, and these are labels of whole pictures",
                hint="leave it out, or name the --format",
            )
    return {key: value for key, value in options.items() if key not in {"mapping", "classes"}}


class ObjectImports:
    """Reads boxes, polygons, masks and keypoints of other tools into projects."""

    def __init__(
        self,
        store: Store,
        person: str,
        folder: Callable[[Project], Path],
        parts: tuple[Imports, Waiting, JobRunner],
    ) -> None:
        self._store = store
        self._person = person
        self._folder = folder
        self._imports, self._waiting, self._jobs = parts

    def takes(self, source: Path, form: str) -> bool:
        """Say whether a data set is one of objects, rather than of whole pictures.

        Raises:
            InvalidInputError: There is nothing, or nothing safe, or no such format.
        """
        if form in FORMATS:
            return True
        if form != "auto":
            known = (*OLD_FORMATS, *FORMATS)
            if form not in known:
                raise InvalidInputError(f"no format {form!r}", hint=did_you_mean(form, known))
            return False
        path = source.expanduser()
        if not path.exists() or is_labels(path):
            return False
        with open_source(path, _options(())) as found:
            return bool(sniff(found))

    def start(self, project: Project, source: Path, wanted: Wanted) -> dict[str, Any]:
        """Hand an import to a job."""
        arguments = {
            "project": project.name,
            "source": str(source),
            "form": wanted.form,
            "mode": wanted.mode,
            "add_images": wanted.add_images,
            "mapping": dict(wanted.mapping),
            "classes": list(wanted.classes),
        }
        job = self._jobs.start("import-labels", arguments, project=project.name, actor=self._person)
        return job.to_dict()

    def read(
        self,
        project: Project,
        source: Path,
        wanted: Wanted,
        *,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Take in the objects of a data set and return the report; a dry run changes nothing.

        Raises:
            InvalidInputError: The source is not there, not safe, damaged, or not understood.
            TooLargeError: It is over the limits.
            CancelledError: Somebody asked it to stop; nothing was changed.
        """
        check_mode(wanted.mode)
        told = progress or Silent()
        path = source.expanduser().resolve()
        told.advance(0, None, "reading")
        with open_source(path, _options(wanted.classes)) as found:
            form, reader = reader_of(found, wanted.form)
            digests = _Digests(found)
            added = None
            if wanted.add_images and not wanted.dry_run:
                added = self._add_pictures(project, found, digests, told)
            names = self._names(project, wanted.mapping)
            look = self._look(project, path, names, wanted.mode)
            try:
                look.take(reader.pictures(), lambda: reader.twins, digests.of, told)
                look.note_refused(reader)
                done = _Done(form, reader, look, names, wanted, added)
                return self._settle(project, path.name, done)
            finally:
                look.close()

    def placed(self, record: PictureRecord, row: ImageRow) -> PictureRecord:
        """Return a record in pixels of its upright image.

        Raises:
            ValueError: It is of a picture of another shape.
        """
        (frame,) = self._store.exchange.frames(row.project_id, row.id)
        return upright(record, Picture(*frame))[0]

    def _look(self, project: Project, path: Path, names: ClassNames, mode: Mode) -> Look:
        store = self._store
        have = {row.id: row.name for row in store.classes.list(project.id)}
        return Look(
            finder_of(store, project, self._folder(project), path),
            (names, have),
            store.objects.of,
            mode,
            path.name,
        )

    def _names(self, project: Project, mapping: Mapping[str, str]) -> ClassNames:
        return ClassNames((row.name for row in self._store.classes.list(project.id)), mapping)

    def _settle(self, project: Project, name: str, done: _Done) -> dict[str, Any]:
        """Write what was decided, unless it was a look only, and return the report."""
        plan = self._whole(project, done)
        report = _report(done, plan)
        if done.wanted.dry_run:
            return report | {"seq": None, "description": ""}
        look = done.look
        self._waiting.keep(project, name, look.waits())
        text = f"Objects of {_count(look.tally.images, 'image')} from {name}"
        first = (done.names.new(done.reader.classes), plan.wishes)
        seq = self._write(project, look, first, text, name)
        return report | {"seq": seq, "description": text if seq is not None else ""}

    def _write(
        self,
        project: Project,
        look: Look,
        first: tuple[Sequence[NewClass], Sequence[Wish]],
        text: str,
        name: str,
    ) -> int | None:
        """Make classes, label whole pictures, draw: one step. Returns its place in the history."""
        new, wishes = first
        seq: int | None = None
        if new or wishes:
            seq = self._store.exchange.apply(
                project, wishes, new, actor=self._person, description=text, batch=0
            ).seq
        if look.tally.images:
            ids = {row.name: row.id for row in self._store.classes.list(project.id)}
            made = self._store.objects.bulk(
                project,
                look.changes(ids, f"{SOURCE}{name}"[:MOST_SOURCE]),
                actor=self._person,
                description=text,
                batch=seq,
            )
            seq = made.seq if seq is None else seq
        return seq

    def _whole(self, project: Project, done: _Done) -> Plan:
        """Return what is said of whole pictures; what is there stays."""
        if not done.look.records:
            return Plan()
        ids = {image for _, images in done.look.records for image in images}
        now = {one.id: one for one in self._store.exchange.now(project.id) if one.id in ids}
        have = {row.id: row.name for row in self._store.classes.list(project.id)}
        kept = [(one, images) for one, images in done.look.records]
        plan = plan_import(Matches(images=kept), now, have, (), mode="merge")
        for one in plan.new:
            done.names.of(one.name)
        return plan

    def _add_pictures(
        self, project: Project, source: Source, digests: _Digests, progress: Progress
    ) -> dict[str, Any]:
        """Take in the pictures that the data set holds and the project lacks."""
        files = _pictures_in(source)
        records = [Record(path=one, file=one, digest=digests.of(one)) for one in files]
        data = Opened(ReadSet("objects", records), container=source.files)
        return self._imports.add_pictures(project, data, progress)


@dataclass(slots=True)
class _Done:
    """A look that has been taken."""

    form: str
    reader: ObjectReader
    look: Look
    names: ClassNames
    wanted: Wanted
    added: dict[str, Any] | None


class _Digests:
    """Hashes pictures of a data set, each once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return the digest of a file's bytes."""
        if name not in self._known:
            hasher = blake3()
            files = self._source.files
            with guarded(files.name, name), files.open(name) as file:
                while part := file.read(_PART):
                    hasher.update(part)
            self._known[name] = hasher.hexdigest()
        return self._known[name]


def _options(classes: tuple[str, ...]) -> ReadOptions:
    return ReadOptions(classes=classes, pictures=frozenset(ALL_EXTENSIONS))


def _names_of(classes: Any) -> tuple[str, ...]:
    if not classes:
        return ()
    if not isinstance(classes, str | Path):
        return tuple(str(one) for one in classes)
    try:
        return names_in(Path(classes).expanduser())
    except OSError as error:
        raise InvalidInputError(f"there is no {classes}", hint="check the path") from error


def _pictures_in(source: Source) -> list[str]:
    """Return the pictures of a data set, without its masks."""
    return [
        one
        for one in source.names
        if PurePosixPath(one).suffix.lower() in ALL_EXTENSIONS
        and not any(f"/{part}" in f"/{one.lower()}" for part in _MASKS)
    ]


def _report(done: _Done, plan: Plan) -> dict[str, Any]:
    tally, names = done.look.tally, done.names
    notes = [f"class {was!r} becomes {name!r}" for was, name in names.renamed.items()]
    notes += _frame_notes(tally.frames)
    if tally.unwanted:
        notes.append(f"{tally.unwanted:,} objects of classes that were left out by wish")
    new = [one.name for one in names.new(done.reader.classes)]
    return {
        "kind": "objects",
        "format": done.form,
        "mode": done.wanted.mode,
        "dry_run": done.wanted.dry_run,
        "records": tally.records,
        "matched": tally.matched,
        "matched_by": dict(tally.by),
        "unmatched": tally.unmatched_count,
        "unmatched_paths": tally.unmatched,
        "waiting": tally.waiting,
        "skipped": [asdict(one) for one in tally.skipped],
        "skipped_count": tally.skipped_count,
        "annotations": tally.new + tally.changed,
        "objects": {
            "new": tally.new,
            "changed": tally.changed,
            "deleted": tally.deleted,
            "same": tally.same,
            "by_kind": dict(sorted(tally.kinds.items())),
        },
        "changed": tally.images,
        "labels": plan.labels,
        "splits": plan.splits,
        "conflicts": [asdict(one) for one in plan.conflicts[:MOST_SHOWN]],
        "conflict_count": len(plan.conflicts),
        "classes": {"new": new, "known": names.known},
        "class_names": [{"written": was, "name": name} for was, name in names.table()],
        "pictures": {"lacking": tally.lacking, "added": done.added},
        "notes": notes,
    }


def _frame_notes(frames: Mapping[str, int]) -> Iterator[str]:
    if frames.get("scaled"):
        yield (
            f"{_count(frames['scaled'], 'picture')} of another size than the labels say: "
            "the shapes were scaled"
        )
    if frames.get("turned"):
        yield (
            f"{_count(frames['turned'], 'picture')} labelled as the file lies: "
            "the shapes were turned upright, as EXIF says"
        )


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"


def finder_of(store: Store, project: Project, folder: Path, path: Path) -> Finder:
    """Return what finds a project's images by how a data set at `path` writes them.

    `folder`: of the project.
    """
    bases = ("", f"{folder}/", f"{folder}/images/", f"{path.parent}/", f"{path}/")
    places = list(store.images.locations(project.id))
    return Finder(
        (Picture(*row) for row in store.exchange.frames(project.id)),
        {one.digest: one.asset_id for one in places},
        ((one.path, one.asset_id) for one in places),
        bases,
        ALL_EXTENSIONS,
    )
