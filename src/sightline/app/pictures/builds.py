"""Builds: a project's pictures, edited and brought to one size, in folders for other trainers."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from sightline.core.clock import now
from sightline.core.errors import ConflictError, InvalidInputError, NotFoundError
from sightline.core.files import read_json, write_json
from sightline.core.labels import LABELLED
from sightline.core.names import check_name
from sightline.export.build_plan import BuildPlan, BuildSpec, Source, plan_build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app.pictures.pictures import Pictures
    from sightline.app.projects import Projects
    from sightline.core.progress import Progress
    from sightline.core.samples import SampleSet
    from sightline.jobs.runner import JobRunner
    from sightline.settings import Settings
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

KIND: Final = "build"
ACTIVE: Final = ("queued", "running")
CHUNK: Final = 1_000
_USUAL: Final = BuildSpec()


class Builds:
    """The builds of projects."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        projects: Projects,
        jobs: JobRunner,
        pictures: Pictures,
    ) -> None:
        self._store = store
        self._settings = settings
        self._projects = projects
        self._jobs = jobs
        self._pictures = pictures

    def start(self, project: Project, *, name: str = "", **spec: Any) -> dict[str, Any]:
        """Hand a build to a job.

        Raises:
            InvalidInputError: The spec or the name is not valid, or nothing is labelled.
            ConflictError: It is being made already.
        """
        wish = _spec(spec)
        called = check_name(name or default_name(wish), "build")
        self._labelled(project)
        if any(job["name"] == called for job in self._active(project)):
            raise ConflictError(f"{called} is being made already", hint="wait for it, or stop it")
        arguments = {"project": project.name, "name": called, "spec": asdict(wish)}
        job = self._jobs.start(KIND, arguments, project=project.name, actor=self._settings.person)
        return job.to_dict()

    def perform(
        self, project: Project, name: str, spec: dict[str, Any], *, progress: Progress
    ) -> dict[str, Any]:
        """Make a build, or what is missing of it, and return its report. Called by its job.

        Raises:
            BusyError: Somebody makes it already.
            StorageError: It does not fit on the disk; what is finished is kept.
            CancelledError: The progress said so; what is finished is kept.
        """
        from sightline.export.build_write import write_build

        folder = self.folder(project)
        seq = self._store.projects.by_id(project.id).seq
        progress.advance(0, None, "reading the labels")
        plan = self.plan(project, _spec(spec))
        report = write_build(
            folder,
            check_name(name, "build"),
            plan,
            progress,
            threads=self._settings.worker_threads(),
            limits=self._pictures.limits,
            tone=self._projects.tone(project.id),
        )
        kept = {key: value for key, value in report.items() if key != "path"}
        kept["unreadable"] = len(report["unreadable"])
        write_json(folder / f".{name}.json", kept | {"seq": seq, "at": now(), "spec": spec})
        return report

    def plan(self, project: Project, spec: BuildSpec) -> BuildPlan:
        """Return what a build of the labels as they are now holds.

        Raises:
            InvalidInputError: Nothing is labelled.
        """
        task: Literal["single", "multi"] = (
            "multi" if self._projects.task(project) == "multi" else "single"
        )
        classes = self._store.classes.list(project.id)
        names = {row.id: row.name for row in classes}
        return plan_build(
            [_source(row, names) for row in self._labelled(project, task)],
            spec,
            task=task,
            classes=[row.name for row in classes],
            tone=self._projects.tone(project.id).key(),
        )

    def all(self, project: Project) -> list[dict[str, Any]]:
        """Return the builds, newest first, those in the making before them.

        A build is stale when labels, edits, names or pictures have changed since.
        """
        folder = self.folder(project)
        seq = self._store.projects.by_id(project.id).seq
        found = []
        for file in folder.glob(".*.json"):
            kept = read_json(file)
            if (folder / kept["name"]).is_dir():
                stale = kept["seq"] != seq and self._is_stale(project, kept)
                more = {"stale": stale, "job": None, "path": str(folder / kept["name"])}
                found.append({**kept, **more})
        found.sort(key=lambda one: one["at"], reverse=True)
        active = self._active(project)
        going = {one["name"]: one["job"] for one in active}
        rows = [{**one, "job": going.pop(one["name"], None)} for one in found]
        return [one for one in active if one["name"] in going] + rows

    def delete(self, project: Project, name: str) -> dict[str, Any]:
        """Move a build to the trash.

        Raises:
            NotFoundError: There is none.
            ConflictError: It is being made.
        """
        path = self.path(project, name)
        if any(one["name"] == name for one in self._active(project)):
            raise ConflictError(f"{name} is being made", hint="stop its job first")
        target = self._store.workspace / "trash" / f"build-{project.id}-{name}"
        target = target.with_name(f"{target.name}-{now().replace(':', '')}")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
        with suppress(FileNotFoundError):
            (path.parent / f".{name}.json").unlink()
        return {"name": name, "trashed": str(target)}

    def path(self, project: Project, name: str) -> Path:
        """Return the folder of a build.

        Raises:
            NotFoundError: There is none.
        """
        path = self.folder(project) / check_name(name, "build")
        if not (path / "manifest.json").is_file():
            raise NotFoundError(
                f"{project.name} has no build {name!r}",
                hint=f"make it: sightline build {project.name} --name {name}",
            )
        return path

    def folder(self, project: Project) -> Path:
        """Return where the builds of a project lie."""
        return self._projects.folder(project) / "builds"

    def samples(self, project: Project, samples: SampleSet, name: str) -> SampleSet:
        """Return the samples that a build holds, with its files in place of the originals.

        Labels and splits are those of now.

        Raises:
            NotFoundError: There is no such build.
            InvalidInputError: It holds none of them.
        """
        from sightline.export.build_write import read_manifest

        path = self.path(project, name)
        rows = {row["image_id"]: row for row in (read_manifest(path) or {})["pictures"]}
        found = tuple(
            replace(one, path=path / row["file"], page=0, digest=row["blake3"])
            for one in samples.samples
            if (row := rows.get(one.image_id)) is not None
        )
        if not found:
            raise InvalidInputError(
                f"the build {name!r} holds none of the labelled pictures",
                hint=f"make it anew: sightline build {project.name} --name {name}",
            )
        return replace(samples, samples=found)

    def _is_stale(self, project: Project, kept: dict[str, Any]) -> bool:
        """Tell whether the same build would be another now; the answer is kept when it is not."""
        folder = self.folder(project)
        seq = self._store.projects.by_id(project.id).seq
        try:
            same = self.plan(project, _spec(kept["spec"])).hash == kept["hash"]
        except InvalidInputError:
            return True
        if same:
            write_json(folder / f".{kept['name']}.json", {**kept, "seq": seq})
        return not same

    def _active(self, project: Project) -> list[dict[str, Any]]:
        """Return the builds in the making."""
        jobs = self._jobs.list(state=ACTIVE, project=project.name)
        return [
            {
                "name": job.arguments["name"],
                "spec": job.arguments["spec"],
                "size": job.arguments["spec"]["size"],
                "format": job.arguments["spec"]["format"],
                "job": job.id,
                "at": job.created_at,
            }
            for job in jobs
            if job.kind == KIND
        ]

    def _labelled(self, project: Project, task: str | None = None) -> Iterator[ImageRow]:
        """Return the labelled images, by ordinal."""
        task = task or self._projects.task(project)
        state = self._store.state.get(project.id)
        wanted = state.alive & (state.status == LABELLED)
        if task != "multi":
            wanted &= state.class_id >= 0
        ordinals = [int(one) for one in wanted.nonzero()[0]]
        if not ordinals:
            raise InvalidInputError(
                f"{project.name} has no labelled images", hint="label some, then build"
            )
        return self._rows(project, ordinals)

    def _rows(self, project: Project, ordinals: list[int]) -> Iterator[ImageRow]:
        for start in range(0, len(ordinals), CHUNK):
            yield from self._store.images.by_ordinals(project.id, ordinals[start : start + CHUNK])


def default_name(spec: BuildSpec) -> str:
    """Return how a build is called when nobody names it: what differs from the usual is said."""
    usual = replace(_USUAL, size=spec.size)
    words = [f"{spec.size}px"]
    words += [
        str(getattr(spec, key)).replace("/", "-")
        for key in ("fit", "format", "layout")
        if getattr(spec, key) != getattr(usual, key)
    ]
    return "-".join(words)


def _spec(values: dict[str, Any]) -> BuildSpec:
    return BuildSpec(**{key: value for key, value in values.items() if value is not None})


def _source(row: ImageRow, names: dict[int, str]) -> Source:
    return Source(
        image_id=row.id,
        path=row.path,
        page=row.page,
        digest=row.digest,
        stem=row.stem,
        split=row.split,
        class_name=names.get(row.class_id or 0, ""),
        tags=tuple(names[tag] for tag in row.tags if tag in names),
        edit=row.edit,
        width=row.width,
        height=row.height,
    )
