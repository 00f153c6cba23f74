"""Pictures: registered from folders and uploads, and shown in any size."""

from __future__ import annotations

import mimetypes
import threading
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, SightlineError, UnreadableImageError
from sightline.core.progress import Silent
from sightline.core.tone import DEFAULT_TONE, Tone, tone_text
from sightline.imaging import crops
from sightline.imaging.crops import CropCache
from sightline.imaging.limits import Limits
from sightline.imaging.render import render
from sightline.imaging.science import TONED, describe
from sightline.imaging.thumbs import ThumbCache, snap
from sightline.ingest.pages import PAGES
from sightline.ingest.run import IngestOptions, ingest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.imaging.thumbs import Thumb
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes of a picture as HTTP wants them."""

    data: bytes
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class Original:
    """A picture's file."""

    path: Path
    media_type: str
    etag: str


LABELS: Final = ("auto", "folders", "tags", "none")
"""Where an ingest takes labels from."""


def _foreseen(kind: str) -> str:
    """Return the task of a project that does not exist yet."""
    return "multi" if kind == "tags" else "single"


class Pictures:
    """The pictures of a workspace."""

    def __init__(
        self, store: Store, settings: Settings, projects: Projects, jobs: JobRunner
    ) -> None:
        self._store = store
        self._settings = settings
        self._projects = projects
        self._jobs = jobs
        self._thumbs: ThumbCache | None = None
        self._crops = CropCache(limits=self.limits)
        self._lock = threading.Lock()
        self.on_new: Callable[[Project, int], dict[str, int]] | None = None
        """Called after new images came, with the first ordinal that may be one of them."""

    def ingest(
        self,
        project: str,
        source: Path,
        *,
        labels: str = "auto",
        copy: bool = False,
        extensions: Sequence[str] | None = None,
        pages: str = "auto",
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Register the pictures of a folder (or one file) and return the report.

        The project is made when it is not there (a dry run makes nothing).

        Raises:
            InvalidInputError: There is no such folder, or the name cannot be a project's.
        """
        if labels not in LABELS:
            raise InvalidInputError(f"labels cannot be {labels!r}", hint=", ".join(LABELS))
        if pages not in PAGES:
            raise InvalidInputError(f"pages cannot be {pages!r}", hint="auto, all or first")
        source = source.expanduser()
        if not source.exists():
            raise InvalidInputError(f"there is no {source}", hint="check the path")
        found = self._store.projects.find(project)
        if found is None and not dry_run:
            found = self._projects.create(project)
        options = IngestOptions(
            labels=self._wanted(found, labels),
            copy=copy,
            extensions=None if extensions is None else tuple(extensions),
            pages=pages,
            dry_run=dry_run,
            person=self._settings.person,
            limits=self.limits,
        )
        rule = None if found is None else self._projects.settings(found).settings
        first = 0 if found is None else self._store.projects.get(project).next_ordinal
        report = ingest(
            self._store,
            found,
            source.resolve(),
            options,
            folder=self._store.project_dir(project),
            split_rule=rule or self._settings,
            progress=progress or Silent(),
        )
        task = None if found is None else self._projects.task(found)
        report["labels"]["task"] = task or _foreseen(report["labels"]["kind"])
        if found is not None and report["added"] and not dry_run and self.on_new is not None:
            attached = self.on_new(found, first)
            report |= {"attached": attached} if attached["pictures"] else {}
        return report

    def _wanted(self, project: Project | None, labels: str) -> Any:
        """Return what `auto` means for a project: its task, if that is decided, rules."""
        if labels != "auto" or project is None:
            return labels
        chosen = self._projects.settings(project).settings.task
        task = self._projects.task(project, chosen)
        return "folders" if chosen == "single" else "tags" if task == "multi" else "auto"

    def start_ingest(self, project: str, source: Path, **options: Any) -> dict[str, Any]:
        """Hand an ingest to a job."""
        if not source.exists():
            raise InvalidInputError(f"there is no {source}", hint="check the path")
        self._projects.ensure(project)
        arguments = {"project": project, "source": str(source.resolve()), **options}
        job = self._jobs.start("ingest", arguments, project=project, actor=self._settings.person)
        return job.to_dict()

    def discover(self, *, progress: Progress | None = None) -> list[str]:
        """Register projects that were put under projects/ by hand, with their pictures."""
        found = self._projects.discover()
        for project in found:
            self.ingest(project.name, self._projects.pictures_folder(project), progress=progress)
        return [project.name for project in found]

    def start_discover(self) -> list[str]:
        """Register such projects at once and hand their pictures to jobs."""
        found = self._projects.discover()
        for project in found:
            self.start_ingest(project.name, self._projects.pictures_folder(project))
        return [project.name for project in found]

    def upload(self, project: Project, files: Sequence[tuple[str, Path]]) -> dict[str, Any]:
        """Copy uploaded files, (name, temporary path) each, into a project and register them."""
        added, known = 0, 0
        skipped: list[dict[str, str]] = []
        for name, path in files:
            try:
                report = self.ingest(project.name, path, labels="none", copy=True)
            except SightlineError as error:
                skipped.append({"path": name, "reason": str(error)})
                continue
            added += report["added"]
            known += report["known"]
            skipped += [{"path": name, "reason": one["reason"]} for one in report["skipped"]]
        return {"added": added, "known": known, "skipped": skipped}

    def thumb(self, image_id: int, px: int) -> Future[Thumb]:
        """Return a future of a thumbnail; cancel it when nobody waits any more.

        Raises:
            UnknownImageError: There is no such image.
        """
        row = self._store.images.get(image_id)
        tone = self._tone_of(row)
        cached = self.thumbs.cached(row.digest, snap(px), row.page, tone)
        if cached is None:
            return self.thumbs.submit(Path(row.path), row.digest, snap(px), row.page, tone)
        done: Future[Thumb] = Future()
        done.set_result(cached)
        return done

    def original(self, image_id: int) -> Original:
        """Return the file of an image.

        Raises:
            UnknownImageError: There is no such image.
            UnreadableImageError: The file is gone.
        """
        row = self._store.images.get(image_id)
        path = Path(row.path)
        if not path.is_file():
            raise UnreadableImageError(
                f"{path} is gone", reason="missing", hint="put it back, or ingest its new place"
            )
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return Original(path, media_type, f'"{row.digest[:32]}"')

    def view(self, image_id: int, px: int, tone: Tone | None = None) -> Picture:
        """Return a picture that any browser shows, its long side at most `px` pixels.

        Args:
            image_id: Of the image.
            px: Pixels.
            tone: How samples of more than 8 bits become 8; None: as the project's setting says.

        Raises:
            UnknownImageError: There is no such image.
            UnreadableImageError: Its file cannot be read any more.
        """
        row = self._store.images.get(image_id)
        chosen = self._tone_of(row) if tone is None else tone
        data, media_type = render(Path(row.path), row.page, px, limits=self.limits, tone=chosen)
        return Picture(data, media_type, self.view_etag(image_id, px, tone))

    def view_etag(self, image_id: int, px: int, tone: Tone | None = None) -> str:
        """Return the entity tag of what `view` gives, without making it.

        Raises:
            UnknownImageError: There is no such image.
        """
        row = self._store.images.get(image_id)
        key = (self._tone_of(row) if tone is None else tone).key()
        return f'"{row.digest[:32]}-{row.page}-v{px}{"-" if key else ""}{key}"'

    def crop(self, image_id: int, box: tuple[float, float, float, float], px: int) -> Picture:
        """Return a part of a picture, x1, y1, x2, y2 in pixels, its long side at most `px`.

        Raises:
            UnknownImageError: There is no such image.
            InvalidInputError: Nothing of the box lies in the picture.
            UnreadableImageError: Its file cannot be read any more.
        """
        row = self._store.images.get(image_id)
        data = self._crops.cut(
            Path(row.path),
            row.digest,
            box,
            px,
            size=(row.width, row.height),
            page=row.page,
            tone=self._tone_of(row),
        )
        return Picture(data, crops.MEDIA_TYPE, self.crop_etag(image_id, box, px))

    def crop_etag(self, image_id: int, box: tuple[float, float, float, float], px: int) -> str:
        """Return the entity tag of what `crop` gives, without making it.

        Raises:
            UnknownImageError: There is no such image.
        """
        row = self._store.images.get(image_id)
        place = "-".join(f"{one:.6g}" for one in box)
        return f'"{row.digest[:32]}-{row.page}-c{px}-{place}-{self._tone_of(row).key()}"'

    def science(self, image_id: int) -> dict[str, Any] | None:
        """Return bits, channels, pages and units of a picture that has more than 8 bits can show.

        None for an ordinary picture, and for one whose file is gone.

        Raises:
            UnknownImageError: There is no such image.
        """
        row = self._store.images.get(image_id)
        if row.format not in TONED:
            return None
        try:
            found = describe(Path(row.path), limits=self.limits)
        except SightlineError:
            return None
        if found is None:
            return None
        tone = self._tone_of(row)
        return asdict(found) | {"tone": {"text": tone_text(tone), **asdict(tone)}}

    def _tone_of(self, row: ImageRow) -> Tone:
        """Return the project's tone, where the format has a use for one."""
        return self._projects.tone(row.project_id) if row.format in TONED else DEFAULT_TONE

    @property
    def limits(self) -> Limits:
        """What is decoded at most."""
        return Limits(
            max_pixels=self._settings.max_image_mp * 1_000_000,
            max_bytes=self._settings.max_file_mb << 20,
            max_pages=self._settings.max_pages,
        )

    @property
    def thumbs(self) -> ThumbCache:
        """The cache of thumbnails, made at the first question."""
        with self._lock:
            if self._thumbs is None:
                self._thumbs = ThumbCache(
                    self._store.workspace / "cache" / "thumbs",
                    limit_bytes=self._settings.thumb_cache_mb << 20,
                    limits=self.limits,
                )
            return self._thumbs

    def close(self) -> None:
        """Stop the threads."""
        with self._lock:
            if self._thumbs is not None:
                self._thumbs.close()
