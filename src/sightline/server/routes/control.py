"""Trainings while they run, side by side, with notes and stars, and in the trash."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import FileResponse

from sightline.app.runs import files as run_files
from sightline.server.deps import Bench, Ref
from sightline.server.router import Router
from sightline.server.schemas.common import State
from sightline.server.schemas.learning import Run
from sightline.server.schemas.projects import Trashed
from sightline.server.schemas.training import (
    Control,
    Emptied,
    RunComparison,
    RunFile,
    RunNote,
    TrashedRun,
)

router = Router(prefix="/api", tags=["training"])


@router.get("/runs", response_model=list[Run])
def list_all_runs(
    bench: Bench,
    state: Annotated[list[State] | None, Query(description="only in these states")] = None,
) -> object:
    """List the trainings of all projects, newest first."""
    return bench.training.all(states=state)


@router.get("/runs/compare", response_model=RunComparison)
def compare_runs(
    ids: Annotated[str, Query(max_length=2_000, description="two or more ids, with commas")],
    bench: Bench,
) -> object:
    """Return trainings side by side: settings that differ, figures, curves."""
    return bench.compare_runs([one.strip() for one in ids.split(",") if one.strip()])


@router.get("/runs/trash", response_model=list[TrashedRun])
def list_trashed_runs(bench: Bench) -> object:
    """List the trainings in the trash, newest first."""
    return bench.shelf.trash()


@router.delete("/runs/trash", response_model=Emptied)
def empty_run_trash(bench: Bench) -> object:
    """Erase every training in the trash for good; models stay."""
    return bench.shelf.empty()


@router.get("/runs/{run_id}/files", response_model=list[RunFile])
def list_run_files(run_id: Ref, bench: Bench) -> object:
    """List the files that a training left: settings, curves, checkpoints, report."""
    return run_files.files(bench.training, run_id)


@router.get("/runs/{run_id}/files/{name:path}", response_class=FileResponse)
def get_run_file(run_id: Ref, name: str, bench: Bench) -> FileResponse:
    """Send one of a training's files."""
    path = run_files.file(bench.training, run_id, name)
    return FileResponse(path, filename=f"{run_id}-{path.name}")


@router.post("/runs/{run_id}/control", response_model=Run)
def control_run(run_id: Ref, body: Control, bench: Bench) -> object:
    """Pause a running training, let it go on, end it with its epoch, change its learning rate."""
    return bench.control.ask(run_id, **body.model_dump())


@router.patch("/runs/{run_id}", response_model=Run)
def note_run(run_id: Ref, body: RunNote, bench: Bench) -> object:
    """Write notes or a star on a training; what is left out stays."""
    return bench.shelf.note(run_id, notes=body.notes, starred=body.starred)


@router.delete("/runs/{run_id}", response_model=Trashed)
def delete_run(run_id: Ref, bench: Bench) -> object:
    """Move a training's folder to the trash; the model that it made stays."""
    return bench.shelf.delete(run_id)


@router.post("/runs/{run_id}/restore", response_model=Run)
def restore_run(run_id: Ref, bench: Bench) -> object:
    """Bring a training back from the trash."""
    return bench.shelf.restore(run_id)
