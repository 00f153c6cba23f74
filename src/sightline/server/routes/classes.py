"""Classes of a project."""

from __future__ import annotations

from fastapi import APIRouter

from sightline.server.deps import Bench, ClassId, ProjectName
from sightline.server.schemas.classes import Class, ClassEdit, Deleted, NewClass

router = APIRouter(prefix="/api", tags=["classes"])


@router.get("/projects/{name}/classes", response_model=list[Class])
def list_classes(name: ProjectName, bench: Bench) -> object:
    """List the classes in their order, with the images that bear them."""
    return bench.labels.classes(bench.projects.get(name))


@router.post("/projects/{name}/classes", status_code=201, response_model=Class)
def add_class(name: ProjectName, body: NewClass, bench: Bench) -> object:
    """Make a class."""
    project = bench.projects.get(name)
    return bench.labels.add_class(project, body.name, colour=body.colour, hotkey=body.hotkey)


@router.patch("/classes/{class_id}", response_model=Class)
def edit_class(class_id: ClassId, body: ClassEdit, bench: Bench) -> object:
    """Change a class's name, colour or key."""
    return bench.labels.edit_class(class_id, **body.changes())


@router.delete("/classes/{class_id}")
def delete_class(class_id: ClassId, bench: Bench) -> Deleted:
    """Delete a class; its images become unlabelled. One undo brings all of it back."""
    bench.labels.delete_class(class_id)
    return Deleted(deleted=class_id)
