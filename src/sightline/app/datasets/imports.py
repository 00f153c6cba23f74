"""Labels from elsewhere: what they would change, and the change, as one step for undo."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from blake3 import blake3

from sightline.app.datasets.read import opened
from sightline.app.items import applied
from sightline.core.errors import ConflictError, InvalidInputError, did_you_mean
from sightline.core.progress import Silent
from sightline.formats.names import Taken, safe_path
from sightline.imaging.sniff import ALL_EXTENSIONS
from sightline.label.match import Known, Matches, match
from sightline.label.paths import PathIndex
from sightline.label.plan import MODES, Mode, Plan, plan_import

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sightline.app.datasets.read import Opened
    from sightline.app.pictures.pictures import Pictures
    from sightline.core.progress import Progress
    from sightline.formats.records import ReadSet, Record, Refused
    from sightline.jobs.runner import JobRunner
    from sightline.store.projects import Project
    from sightline.store.store import Store

MOST_SHOWN: Final = 1_000
"""Lines of each list in a report; its counts are of all."""
TRIES: Final = 3


class Imports:
    """Reads data sets into projects."""

    def __init__(
        self,
        store: Store,
        jobs: JobRunner,
        person: str,
        folder: Callable[[Project], Path],
        pictures: Pictures,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._person = person
        self._folder = folder
        self._pictures = pictures

    def read(
        self,
        project: Project,
        source: Path,
        *,
        form: str = "auto",
        mode: str = "merge",
        dry_run: bool = False,
        add_images: bool = False,
        strict: bool = False,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Take in the labels of a data set and return the report; a dry run changes nothing.

        Args:
            project: Where to.
            source: A file or a folder.
            form: One of `dataset_read.FORMATS`.
            mode: merge keeps what is there; replace lets the data set rule; add touches only
                images that have nothing.
            dry_run: Report only.
            add_images: Also take in the pictures that the data set holds and the project lacks.
            strict: Change nothing if a single line cannot be taken as it is.
            progress: Is told, and may stop it.

        Raises:
            InvalidInputError: The source is not there, not safe, damaged, or not understood.
            TooLargeError: It is over the limits.
            ConflictError: Somebody keeps labelling the same images meanwhile.
            CancelledError: Somebody asked it to stop; no label was changed.
        """
        chosen = check_mode(mode)
        told = progress or Silent()
        source = source.expanduser().resolve()
        told.advance(0, None, "reading")
        with opened(source, form) as data:
            data.identify(told)
            added = None
            if add_images and not dry_run:
                added = self.add_pictures(project, data, told)
            settle = partial(self._settle, strict=strict, dry_run=dry_run)
            report = settle(project, data.found, source, chosen)
        report["pictures"] = {
            "held": sum(bool(one.file) for one in data.found.records),
            **report["pictures"],
        }
        report["pictures"]["added"] = added
        return report

    def set_table(self, project: Project, file: Path) -> dict[str, Any]:
        """Label from a table with the columns path and label: it rules, and all of it is good.

        Raises:
            InvalidInputError: It is no such table, or a line of it cannot be taken as it is.
        """
        report = self.read(project, file, form="csv", mode="replace", strict=True)
        return {"written": report["labels"], "unmatched": report["unmatched"]}

    def start(self, project: Project, source: Path, **options: Any) -> dict[str, Any]:
        """Hand an import to a job.

        Raises:
            InvalidInputError: There is no such source or mode.
        """
        check_mode(options.get("mode", "merge"))
        if not source.exists():
            raise InvalidInputError(f"there is no {source}", hint="check the path")
        arguments = {"project": project.name, "source": str(source), **options}
        job = self._jobs.start("import-labels", arguments, project=project.name, actor=self._person)
        return job.to_dict()

    def _settle(
        self,
        project: Project,
        found: ReadSet,
        source: Path,
        mode: Mode,
        *,
        strict: bool,
        dry_run: bool,
    ) -> dict[str, Any]:
        """Plan and carry out; plan again when somebody labels meanwhile."""
        for left in reversed(range(TRIES)):
            matches, plan = self._plan(project, found, source, mode)
            if strict:
                _refuse_odd(found, plan)
            report = _report(found, matches, plan, mode, dry_run=dry_run)
            if dry_run or not (plan.wishes or plan.new):
                return report | {"seq": None, "description": ""}
            count = "1 image" if len(plan.wishes) == 1 else f"{len(plan.wishes):,} images"
            text = f"Labels of {count} from {source.name}"
            try:
                done = self._store.exchange.apply(
                    project, plan.wishes, plan.new, actor=self._person, description=text
                )
            except ConflictError:
                if not left:
                    raise
                continue
            shown = applied(done)
            return report | {"seq": shown["seq"], "description": shown["description"]}
        raise AssertionError  # the last try has returned or raised

    def _plan(
        self, project: Project, found: ReadSet, source: Path, mode: Mode
    ) -> tuple[Matches, Plan]:
        now = {one.id: one for one in self._store.exchange.now(project.id)}
        matches = match(found.records, self._known(project, source))
        have = {row.id: row.name for row in self._store.classes.list(project.id)}
        return matches, plan_import(matches, now, have, found.classes, mode=mode)

    def _known(self, project: Project, source: Path) -> Known:
        folder = self._folder(project)
        bases = ("", f"{folder}/", f"{folder}/images/", f"{source.parent}/", f"{source}/")
        places = list(self._store.images.locations(project.id))
        pages: dict[int, dict[int, int]] = {}
        for one in self._store.exchange.now(project.id):
            pages.setdefault(one.asset_id, {})[one.page] = one.id
        return Known(
            assets={one.digest: one.asset_id for one in places},
            paths=PathIndex(((one.path, one.asset_id) for one in places), bases),
            pages=pages,
        )

    def add_pictures(self, project: Project, data: Opened, progress: Progress) -> dict[str, Any]:
        """Take in the pictures that the project lacks; each is copied into it."""
        known = {one.digest for one in self._store.images.locations(project.id)}
        lacking = [one for one in data.found.records if one.file and one.digest not in known]
        total = len({one.file for one in lacking})
        cache = self._store.workspace / "cache"
        with tempfile.TemporaryDirectory(prefix="import-", dir=cache) as temp:
            staged = Path(temp)
            for done, _ in enumerate(_stage(staged, data, lacking), start=1):
                progress.check()
                progress.advance(done, total, "unpacking")
            made = self._pictures.ingest(
                project.name, staged, labels="none", copy=True, progress=progress
            )
        skipped = [
            {"path": one["path"].removeprefix(f"{temp}/"), "reason": one["reason"]}
            for one in made["skipped"]
        ]
        return {"added": made["added"], "known": made["known"], "skipped": skipped[:MOST_SHOWN]}


def _refuse_odd(found: ReadSet, plan: Plan) -> None:
    for written in plan.renamed:
        raise InvalidInputError(
            f"{written[:80]!r} cannot be the name of a class",
            hint="use letters, digits, spaces, '-', '_' or '.', 1 to 80 characters",
        )
    for one in (*found.refused, *plan.refused):
        raise InvalidInputError(f"{one.where}: {one.reason}", hint="mend the line")


def _stage(folder: Path, data: Opened, records: Sequence[Record]) -> Iterator[Path]:
    """Write pictures below a folder under safe names, and yield each.

    Raises:
        InvalidInputError: One has other bytes than the data set says.
    """
    taken = Taken()
    once = {one.file: one for one in records}
    for one, parts in data.bytes_of(list(once.values())):
        if PurePosixPath(one.file).suffix.lower() not in ALL_EXTENSIONS and data.file is None:
            continue
        name = taken.claim(safe_path(_short(one)), one.digest)
        target = folder.joinpath(*name.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        sha256, digest = hashlib.sha256(), blake3()
        with target.open("wb") as out:
            for part in parts:
                sha256.update(part)
                digest.update(part)
                out.write(part)
        if one.sha256 not in {"", sha256.hexdigest()} or one.digest not in {"", digest.hexdigest()}:
            raise InvalidInputError(
                f"{one.file[:200]} has other bytes than the data set says",
                hint="fetch or export the data set again; no label was changed",
            )
        yield target


def _short(one: Record) -> str:
    """Return the path of a picture, without the root that another machine wrote before it."""
    rooted = one.path.startswith(("/", "\\")) or one.path[1:2] == ":"
    path = one.file if rooted and "/" in one.file else one.path
    return path.removeprefix("images/")


def check_mode(mode: str) -> Mode:
    """Return a mode by its name.

    Raises:
        InvalidInputError: There is none.
    """
    for one in MODES:
        if one == mode:
            return one
    raise InvalidInputError(f"no mode {mode!r}", hint=did_you_mean(mode, MODES))


def _report(
    found: ReadSet, matches: Matches, plan: Plan, mode: Mode, *, dry_run: bool
) -> dict[str, Any]:
    """Return what an import does, as JSON."""
    notes = [*found.notes, *plan.notes]
    notes += [f"class {was!r} becomes {name!r}" for was, name in plan.renamed.items()]
    if matches.other_bytes:
        notes.append(
            f"{matches.other_bytes:,} pictures have other bytes than the data set says; "
            "they were found by their path"
        )
    skipped = [*found.refused, *plan.refused]
    lacking = [one for one in matches.unmatched if one.file]
    return {
        "format": found.format,
        "mode": mode,
        "dry_run": dry_run,
        "records": len(found.records) + len(found.refused),
        "matched": len(matches.images),
        "matched_by": dict(matches.by),
        "unmatched": [one.path for one in matches.unmatched[:MOST_SHOWN]],
        "unmatched_count": len(matches.unmatched),
        "labels": plan.labels,
        "splits": plan.splits,
        "changed": len(plan.wishes),
        "same": plan.same,
        "conflicts": [asdict(one) for one in plan.conflicts[:MOST_SHOWN]],
        "conflict_count": len(plan.conflicts),
        "skipped": [_shown(one) for one in skipped[:MOST_SHOWN]],
        "skipped_count": len(skipped),
        "classes": {"new": [one.name for one in plan.new], "known": plan.known},
        "pictures": {"lacking": len(lacking), "added": None},
        "notes": notes,
    }


def _shown(one: Refused) -> dict[str, str]:
    return {"path": one.where, "reason": one.reason}
