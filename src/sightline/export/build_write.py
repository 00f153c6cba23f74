"""Make the pictures of a build and put the build in its place, whole or not at all.

    builds/.NAME.part/pictures/KEY.jpg   each finished picture, from its rename on
    builds/.NAME.part/tree/              what becomes builds/NAME

Pictures are found again by their keys, so whatever ended an attempt (a stop, SIGKILL, a full disk),
the next one makes only what is missing; a build that is made anew under its name takes over what
did not change. Only when all is there does the tree take the name.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from blake3 import blake3

from sightline.core.edits import Edit
from sightline.core.errors import BusyError, MissingExtraError, StorageError, UnreadableImageError
from sightline.core.files import fsync_dir, read_json, write_json
from sightline.core.tone import DEFAULT_TONE, Tone
from sightline.export.build_plan import BYTES_PER_PIXEL, FORMATS
from sightline.imaging.edit import made
from sightline.imaging.limits import DEFAULT_LIMITS, Limits
from sightline.store.locks import FileLock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PIL import Image

    from sightline.core.progress import Progress
    from sightline.export.build_plan import BuildPlan, BuildSpec, Planned

MANIFEST: Final = "manifest.json"
SPARE_BYTES: Final = 64 << 20
AHEAD: Final = 4
"""Pictures in hand for each thread."""


def write_build(
    folder: Path,
    name: str,
    plan: BuildPlan,
    progress: Progress,
    *,
    threads: int = 1,
    limits: Limits = DEFAULT_LIMITS,
    tone: Tone = DEFAULT_TONE,
) -> dict[str, Any]:
    """Make a build and return its report.

    Args:
        folder: The project's builds.
        name: Of this one; what bears it is replaced.
        plan: What it holds.
        progress: Is told of each picture, and may stop the work.
        threads: That make pictures.
        limits: What is refused when files are read.
        tone: How samples of more than 8 bits become 8.

    Raises:
        BusyError: Somebody makes this build already.
        StorageError: It does not fit on the disk; what is finished is kept.
        CancelledError: The progress said so; what is finished is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / f".{name}.lock"):
        _recover(folder, name)
        known = read_manifest(folder / name)
        if known is not None and known.get("hash") == plan.hash and not known["unreadable"]:
            progress.advance(len(plan.pictures), len(plan.pictures), "as it was")
            return _report(folder / name, known, made_now=0)
        maker = _Maker(folder, name, plan, limits, tone)
        with _storage(folder):
            made_now, unreadable = maker.make(progress, threads)
            value = maker.assemble(unreadable, progress)
            maker.put_in_place()
        return _report(folder / name, value, made_now=made_now)


class _Maker:
    """The work of one attempt."""

    def __init__(
        self, folder: Path, name: str, plan: BuildPlan, limits: Limits, tone: Tone
    ) -> None:
        self._folder = folder
        self._name = name
        self._plan = plan
        self._limits = limits
        self._tone = tone
        self._part = folder / f".{name}.part"
        self._pictures = self._part / "pictures"
        self._tree = self._part / "tree"

    def make(self, progress: Progress, threads: int) -> tuple[int, list[dict[str, Any]]]:
        """Make what is missing; return how many were, and what cannot be read."""
        self._pictures.mkdir(parents=True, exist_ok=True)
        for stray in self._pictures.glob("*.tmp"):
            stray.unlink()
        self._take_over()
        first = {one.key: one for one in reversed(self._plan.pictures)}
        missing = [one for one in first.values() if not self._is_made(one)]
        missing.sort(key=lambda one: one.file)
        _check_space(self._folder, len(missing), self._plan.spec)
        done, total = len(first) - len(missing), len(first)
        progress.advance(done, total, "pictures")
        faults: dict[str, str] = {}
        for one, fault in self._made(missing, threads, progress):
            done += 1
            if fault:
                faults[one.key] = fault
            progress.advance(done, total, "pictures")
        unreadable = [
            {"image_id": one.source.image_id, "path": one.source.path, "reason": faults[one.key]}
            for one in self._plan.pictures
            if one.key in faults
        ]
        return len(missing) - len(faults), unreadable

    def assemble(self, unreadable: list[dict[str, Any]], progress: Progress) -> dict[str, Any]:
        """Lay the pictures out, with tags and manifest, and return the manifest."""
        if self._tree.exists():
            shutil.rmtree(self._tree)
        self._tree.mkdir()
        left_out = {one["image_id"] for one in unreadable}
        rows, used = [], set()
        counts: Counter[tuple[str, str]] = Counter()
        for one in self._plan.pictures:
            progress.check()
            if one.source.image_id in left_out:
                continue
            target = self._tree / one.file
            target.parent.mkdir(parents=True, exist_ok=True)
            _lay(self._place(one), target, link=one.key not in used)
            used.add(one.key)
            if self._plan.has_sidecar(one):
                text = ", ".join(one.source.tags)
                target.with_suffix(".txt").write_text(f"{text}\n" if text else "", "utf-8")
            labels = one.source.tags if self._plan.task == "multi" else (one.source.class_name,)
            counts.update((one.source.split, label) for label in labels)
            rows.append(_row(one, target))
        value = self._plan.manifest() | {
            "counts": _nested(counts),
            "pictures": rows,
            "unreadable": unreadable,
        }
        write_json(self._tree / MANIFEST, value, indent=None)
        return value

    def put_in_place(self) -> None:
        """Give the tree its name; until then the build that bore it is whole."""
        target, old = self._folder / self._name, self._folder / f".{self._name}.old"
        if target.exists():
            target.rename(old)
        self._tree.rename(target)
        fsync_dir(self._folder)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(self._part, ignore_errors=True)

    def _place(self, one: Planned) -> Path:
        return self._pictures / f"{one.key}.{FORMATS[self._plan.spec.format]}"

    def _is_made(self, one: Planned) -> bool:
        """Tell whether a picture is finished; after a power cut a file may be there and empty."""
        with suppress(OSError):
            return self._place(one).stat().st_size > 0
        return False

    def _take_over(self) -> None:
        """Take from the build of this name what has not changed."""
        before = read_manifest(self._folder / self._name) or {"pictures": []}
        wanted = {one.key: one for one in self._plan.pictures}
        for row in before["pictures"]:
            one = wanted.get(row["key"])
            file = self._folder / self._name / row["file"]
            if one is None or self._is_made(one):
                continue
            with suppress(OSError):
                if blake3(file.read_bytes()).hexdigest() == row["blake3"]:
                    _lay(file, self._place(one), link=True)

    def _made(
        self, missing: Iterable[Planned], threads: int, progress: Progress
    ) -> Iterator[tuple[Planned, str]]:
        """Yield each picture once it is made, with the reason why it could not be."""
        pool = ThreadPoolExecutor(threads, thread_name_prefix="build")
        waiting: dict[Future[str], Planned] = {}
        try:
            for one in missing:
                progress.check()
                waiting[pool.submit(self._one, one)] = one
                if len(waiting) >= threads * AHEAD:
                    yield from _finished(waiting)
            while waiting:
                progress.check()
                yield from _finished(waiting)
        finally:
            pool.shutdown(cancel_futures=True)

    def _one(self, one: Planned) -> str:
        """Make one picture; return why it cannot be read, empty if it can."""
        source, spec = one.source, self._plan.spec
        try:
            image = made(
                Path(source.path),
                Edit.of(source.edit),
                spec.size,
                spec.fit,
                size=(source.width, source.height),
                page=source.page,
                limits=self._limits,
                tone=self._tone,
            )
        except UnreadableImageError as error:
            return error.reason
        except MissingExtraError as error:
            return str(error)
        place = self._place(one)
        temp = place.with_suffix(".tmp")
        _save(image, temp, spec)
        temp.replace(place)
        return ""


def _save(image: Image.Image, path: Path, spec: BuildSpec) -> None:
    if spec.format == "jpeg":
        image.save(path, "JPEG", quality=spec.quality)
    elif spec.format == "webp":
        image.save(path, "WEBP", quality=spec.quality, method=4)
    else:
        image.save(path, "PNG", compress_level=6)


def _finished(waiting: dict[Future[str], Planned]) -> Iterator[tuple[Planned, str]]:
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        yield waiting.pop(future), future.result()


def _lay(source: Path, target: Path, *, link: bool) -> None:
    """Put a file at another place too; a copy where there are no links, or where one is not wanted.

    Each picture of a finished build is a file of its own.
    """
    if link:
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copyfile(source, target)


def _row(one: Planned, file: Path) -> dict[str, Any]:
    data = file.read_bytes()
    source = one.source
    return {
        "file": one.file,
        "key": one.key,
        "image_id": source.image_id,
        "digest": source.digest,
        "page": source.page,
        "split": source.split,
        "class": source.class_name,
        "tags": list(source.tags),
        "edit": None if source.edit is None else Edit.of(source.edit).to_dict(),
        "bytes": len(data),
        "blake3": blake3(data).hexdigest(),
    }


def _nested(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (split, label), count in sorted(counts.items()):
        found.setdefault(split, {})[label] = count
    return found


def _report(path: Path, value: dict[str, Any], *, made_now: int) -> dict[str, Any]:
    return {
        "name": path.name,
        "path": str(path),
        "hash": value["hash"],
        "size": value["spec"]["size"],
        "format": value["spec"]["format"],
        "pictures": len(value["pictures"]),
        "made": made_now,
        "kept": len(value["pictures"]) - made_now,
        "unreadable": value["unreadable"],
        "counts": value["counts"],
    }


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Return the manifest of a build's folder; None when it is none."""
    file = path / MANIFEST
    if not file.is_file():
        return None
    found: dict[str, Any] = read_json(file)
    return found


def _recover(folder: Path, name: str) -> None:
    """Bring back the build that was put aside, if the new one did not take its place."""
    old, target = folder / f".{name}.old", folder / name
    if old.exists() and not target.exists():
        old.rename(target)
    elif old.exists():
        shutil.rmtree(old)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = FileLock(path)
    if not lock.try_acquire():
        raise BusyError("this build is being made already", hint="wait for its job, or stop it")
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise StorageError(
            "the disk is full" if full else f"the build cannot be written: {error.strerror}",
            hint=f"free some space at {folder}, then build again: finished pictures are kept",
        ) from error


def _check_space(folder: Path, count: int, spec: BuildSpec) -> None:
    needed = int(count * spec.size**2 * BYTES_PER_PIXEL[spec.format])
    free = shutil.disk_usage(folder).free
    if needed + SPARE_BYTES > free:
        raise StorageError(
            f"{count:,} pictures need about {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB are free",
            hint="free some space, or take a smaller size or jpeg",
        )
