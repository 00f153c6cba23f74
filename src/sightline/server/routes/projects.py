"""Projects: made, found, put away, thrown away."""

from __future__ import annotations

from sightline.server.deps import Bench, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.common import Form, Values
from sightline.server.schemas.projects import Erase, Erased, Found, NewProject, Project, Trashed

router = Router(prefix="/api/projects", tags=["projects"])


@router.get("", response_model=list[Project])
def list_projects(bench: Bench, *, archived: bool | None = False) -> object:
    """List projects by name; `archived=true` lists those that were put away."""
    return bench.projects.all(archived=archived)


@router.post("", status_code=201, response_model=Project)
def create_project(body: NewProject, bench: Bench) -> object:
    """Make a project."""
    return bench.projects.summary(bench.projects.create(body.name))


@router.post("/discover")
def discover_projects(bench: Bench) -> Found:
    """Look for folders that were put under the workspace's projects/ by hand."""
    return Found(found=bench.pictures.start_discover())


@router.get("/{name}", response_model=Project)
def get_project(name: ProjectName, bench: Bench) -> object:
    """Return a project with its counts."""
    return bench.projects.summary(bench.projects.get(name))


@router.post("/{name}/archive", response_model=Project)
def archive_project(name: ProjectName, bench: Bench) -> object:
    """Put a project away; nothing else changes."""
    return bench.projects.archive(name)


@router.post("/{name}/restore", response_model=Project)
def restore_project(name: ProjectName, bench: Bench) -> object:
    """Fetch a project back from the archive or the trash."""
    return bench.projects.restore(name)


@router.delete("/{name}", response_model=Trashed)
def trash_project(name: ProjectName, bench: Bench) -> object:
    """Move a project to the trash, from where `restore` brings it back."""
    return bench.projects.delete(name)


@router.post("/{name}/erase", response_model=Erased)
def erase_project(name: ProjectName, body: Erase, bench: Bench) -> object:
    """Delete a project for good, with its journal and caches; pictures elsewhere stay."""
    return bench.projects.erase(name, confirm=body.confirm)


@router.get("/{name}/settings", response_model=Form)
def project_settings(name: ProjectName, bench: Bench) -> object:
    """Return the project's settings as a form."""
    return bench.projects.settings_form(bench.projects.get(name))


@router.put("/{name}/settings", response_model=Form)
def save_project_settings(name: ProjectName, body: Values, bench: Bench) -> object:
    """Change the project's settings."""
    return bench.projects.save_settings(bench.projects.get(name), body.values)
