"""Projects as people handle them: made, found, put away, thrown away, fetched back."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np

from sightline.app.doubts.standing import FOLDER, standing
from sightline.core.clock import now
from sightline.core.errors import (
    ConflictError,
    InvalidInputError,
    SightlineError,
    StorageError,
    UnknownProjectError,
)
from sightline.core.files import write_json
from sightline.core.labels import LABELLED, SKIPPED, UNSURE
from sightline.core.names import check_name
from sightline.core.tone import Tone, parse_tone
from sightline.settings import Loaded, load_settings, public, save_settings, schema

if TYPE_CHECKING:
    from pathlib import Path

    from sightline.store.projects import Project
    from sightline.store.store import Store

COVER = 4


class Projects:
    """The projects of a workspace."""

    def __init__(self, store: Store, flags: dict[str, Any]) -> None:
        self._store = store
        self._flags = flags
        self._tones: dict[int, tuple[tuple[Any, ...], Tone]] = {}

    def all(self, *, archived: bool | None = False, trashed: bool = False) -> list[dict[str, Any]]:
        """Return projects with their counts, by name."""
        rows = self._store.projects.list(archived=archived, trashed=trashed)
        return [self.summary(row) for row in rows]

    def get(self, name: str) -> Project:
        """Return a project that is not in the trash.

        Raises:
            UnknownProjectError: There is none of this name.
        """
        return self._store.projects.get(name)

    def create(self, name: str) -> Project:
        """Make a project with its folder.

        Raises:
            InvalidInputError: The name cannot be that of a folder.
            ConflictError: There is one of this name.
        """
        project = self._store.projects.create(name)
        folder = self.folder(project)
        (folder / "images").mkdir(parents=True, exist_ok=True)
        if not (folder / "project.json").exists():
            write_json(folder / "project.json", {})
        return project

    def ensure(self, name: str) -> Project:
        """Return the project of this name, made when there is none."""
        return self._store.projects.find(name) or self.create(name)

    def discover(self) -> list[Project]:
        """Register folders that were put under projects/ by hand, and return them."""
        known = {row.name.casefold() for row in self._store.projects.list()}
        found: list[Project] = []
        for folder in sorted((self._store.workspace / "projects").iterdir()):
            if not folder.is_dir() or folder.is_symlink():
                continue
            try:
                name = check_name(folder.name, "project")
            except InvalidInputError:
                continue
            if name.casefold() in known:
                continue
            if not folder.with_name(name).exists():
                folder.rename(folder.with_name(name))
            known.add(name.casefold())
            found.append(self._store.projects.create(name))
        return found

    def folder(self, project: Project) -> Path:
        """Return the folder of a project."""
        if project.trashed_from is not None:
            return self._store.workspace / "trash" / f"project-{project.id}"
        return self._store.project_dir(project.name)

    def pictures_folder(self, project: Project) -> Path:
        """Return where the pictures of a found project lie: images/ if it holds any."""
        inside = self.folder(project) / "images"
        return inside if inside.is_dir() and any(inside.iterdir()) else self.folder(project)

    def archive(self, name: str) -> dict[str, Any]:
        """Put a project away."""
        name = self.get(name).name
        return self.summary(self._store.projects.set_archived(name, archived=True))

    def restore(self, name: str) -> dict[str, Any]:
        """Fetch a project back from the archive or the trash, the newest of this name.

        Raises:
            UnknownProjectError: Neither holds it.
            ConflictError: There is a project of this name by now.
        """
        if self._store.projects.find(name) is not None:
            return self.summary(self._store.projects.set_archived(name, archived=False))
        trashed = [
            row for row in self._store.projects.list(trashed=True) if row.trashed_from == name
        ]
        if not trashed:
            self.get(name)
        project = max(trashed, key=lambda row: row.id)
        target = self._store.project_dir(name)
        if target.exists():
            raise ConflictError(
                f"{target} is in the way", hint="move that folder, then restore again"
            )
        source = self.folder(project)
        back = self._store.projects.from_trash(project.id, name)
        if source.exists():
            _move(source, target)
        return self.summary(back)

    def delete(self, name: str) -> dict[str, Any]:
        """Move a project to the trash, from where `restore` brings it back."""
        source = self.folder(self.get(name))
        project = self._store.projects.to_trash(name)
        target = self.folder(project)
        if source.exists():
            try:
                _move(source, target)
            except SightlineError:
                self._store.projects.from_trash(project.id, name)
                raise
        return {"trashed": str(target), "name": name}

    def erase(self, name: str, *, confirm: str) -> dict[str, Any]:
        """Delete a project for good: rows, journal, caches, its folder (never outside pictures).

        Raises:
            InvalidInputError: `confirm` is not the project's name.
        """
        if confirm != name:
            raise InvalidInputError(
                "erasing needs the project's name as confirmation", hint=f"confirm with {name!r}"
            )
        project = self._store.projects.find(name) or self._trashed(name)
        folder = self.folder(project)
        self._store.projects.remove(project.name)
        self._store.state.drop(project.id)
        self._store.arrays.drop_project(project.id)
        if folder.exists():
            shutil.rmtree(folder)
        return {"erased": name}

    def summary(self, project: Project) -> dict[str, Any]:
        """Return a project with its counts."""
        state = self._store.state.get(project.id)
        alive = state.alive
        counts = np.bincount(state.status[alive], minlength=5)
        ids = state.image_id[alive]
        spread = np.linspace(0, len(ids) - 1, min(COVER, len(ids))).astype(np.int64)
        settings = self.settings(project).settings
        return {
            "id": project.id,
            "name": project.trashed_from or project.name,
            "title": settings.title or project.trashed_from or project.name,
            "created_at": project.created_at,
            "archived": project.archived_at is not None,
            "trashed": project.trashed_from is not None,
            "images": int(alive.sum()),
            "labelled": int(counts[LABELLED]),
            "unsure": int(counts[UNSURE]),
            "skipped": int(counts[SKIPPED]),
            "classes": len(self._store.classes.list(project.id)),
            "runs": len(self._store.runs.list(project.id)),
            "cover": ids[spread].tolist(),
            "task": self.task(project, settings.task),
            "queue_ready": self._store.heads.get(project.id) is not None,
            **standing(self.folder(project) / FOLDER),
        }

    def task(self, project: Project, chosen: str | None = None) -> str:
        """Return single or multi; auto is multi once an image has a tag."""
        chosen = chosen or self.settings(project).settings.task
        if chosen != "auto":
            return chosen
        return "multi" if self._store.images.has_tags(project.id) else "single"

    def settings(self, project: Project) -> Loaded:
        """Return the settings that hold for a project, with their origins."""
        return load_settings(
            self._store.workspace, flags=self._flags, project_dir=self.folder(project)
        )

    def tone(self, project_id: int) -> Tone:
        """Return how a project's pictures of more than 8 bits become 8.

        The grid asks for every thumbnail, so the files are read again only after they changed.
        """
        project = self._store.projects.by_id(project_id)
        files = (
            self.folder(project) / "project.json",
            self._store.workspace / "settings.json",
        )
        stamp = tuple(_stamp(file) for file in files)
        known = self._tones.get(project_id)
        if known is None or known[0] != stamp:
            known = (stamp, parse_tone(self.settings(project).settings.tone))
            self._tones[project_id] = known
        return known[1]

    def settings_form(self, project: Project) -> dict[str, Any]:
        """Return schema, values and origins of what project.json may hold."""
        loaded = self.settings(project)
        form = schema(project=True)
        values = public(loaded.settings)
        keys = form["properties"]
        return {
            "schema": form,
            "values": {key: values[key] for key in keys},
            "origins": {key: loaded.origins[key] for key in keys},
        }

    def save_settings(self, project: Project, values: dict[str, Any]) -> dict[str, Any]:
        """Write project.json and return the form anew.

        Raises:
            InvalidInputError: A key or a value is not valid.
        """
        save_settings(self.folder(project) / "project.json", values)
        return self.settings_form(project)

    def _trashed(self, name: str) -> Project:
        rows = [row for row in self._store.projects.list(trashed=True) if row.trashed_from == name]
        if not rows:
            raise UnknownProjectError(f"no project named {name!r}", hint="see `projects list`")
        return max(rows, key=lambda row: row.id)


def workspace_form(workspace: Path, flags: dict[str, Any]) -> dict[str, Any]:
    """Return schema, values and origins of what settings.json may hold."""
    loaded = load_settings(workspace, flags=flags)
    return {"schema": schema(), "values": public(loaded.settings), "origins": loaded.origins}


def _stamp(file: Path) -> tuple[int, int] | None:
    """Return what changes when a file is replaced."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(target.with_name(f"{target.name}-{now().replace(':', '')}"))
    try:
        shutil.move(source, target)
    except OSError as error:
        raise StorageError(
            f"{source} cannot be moved: {error.strerror}", hint="close programs that use it"
        ) from error
