"""Classes of a project."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from sightline.server.deps import Bench, ClassId, ProjectName
from sightline.server.router import Router
from sightline.server.schemas.classes import (
    Class,
    ClassDeleted,
    ClassEdit,
    Merge,
    NewClass,
    SplitOff,
)
from sightline.server.schemas.common import MAX_CLASS_ID
from sightline.server.schemas.labels import Outcome

router = Router(prefix="/api", tags=["classes"])
Told = Annotated[
    int | None,
    Query(ge=0, le=MAX_CLASS_ID, description="images that should change; 409 if others do"),
]


@router.get("/projects/{name}/classes", response_model=list[Class])
def list_classes(name: ProjectName, bench: Bench) -> object:
    """List the classes in their order, with the images that bear them."""
    return bench.labels.classes(bench.projects.get(name))


@router.post("/projects/{name}/classes", status_code=201, response_model=Class)
def add_class(name: ProjectName, body: NewClass, bench: Bench) -> object:
    """Make a class."""
    project = bench.projects.get(name)
    return bench.labels.add_class(project, body.name, colour=body.colour, hotkey=body.hotkey)


@router.post("/projects/{name}/classes/merge", response_model=Outcome)
def merge_classes(name: ProjectName, body: Merge, bench: Bench) -> object:
    """Make several classes one. One undo brings all of them back; a dry run counts images."""
    return bench.labels.merge_classes(
        bench.projects.get(name),
        body.sources,
        body.into,
        dry_run=body.dry_run,
        expect=body.expect,
    )


@router.post("/projects/{name}/classes/{class_id}/split", response_model=Outcome)
def split_class(name: ProjectName, class_id: ClassId, body: SplitOff, bench: Bench) -> object:
    """Move images of a class to a new one. One undo takes it back; a dry run counts images."""
    return bench.bulk.split_class(
        bench.projects.get(name),
        class_id,
        body.name,
        view=body.view,
        image_ids=body.image_ids,
        dry_run=body.dry_run,
        expect=body.expect,
    )


@router.patch("/classes/{class_id}", response_model=Class)
def edit_class(class_id: ClassId, body: ClassEdit, bench: Bench) -> object:
    """Change a class's name, colour, key or place."""
    return bench.labels.edit_class(class_id, **body.changes())


@router.delete("/classes/{class_id}", response_model=ClassDeleted)
def delete_class(
    class_id: ClassId, bench: Bench, *, dry_run: bool = False, expect: Told = None
) -> object:
    """Delete a class; images without another are unlabelled. One undo brings all of it back."""
    done = bench.labels.delete_class(class_id, dry_run=dry_run, expect=expect)
    return {**done, "deleted": None if dry_run else class_id}
