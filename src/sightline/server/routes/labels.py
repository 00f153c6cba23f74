"""Labels, and what takes them back."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from sightline.server.deps import Bench, Limit, ProjectName
from sightline.server.forms import read_json, takes
from sightline.server.schemas.common import MAX_ID
from sightline.server.schemas.images import HistoryEntry
from sightline.server.schemas.labels import (
    Answer,
    JournalState,
    Labels,
    NewSnapshot,
    Snapshot,
    SnapshotId,
    Undone,
)

router = APIRouter(prefix="/api/projects/{name}", tags=["labels"])
Before = Annotated[int, Query(ge=0, le=MAX_ID, description="only entries older than this one")]


@router.post("/labels", response_model=Answer, openapi_extra=takes(Labels))
async def set_labels(name: ProjectName, request: Request, bench: Bench) -> Response:
    """Label images. All of it is on the disk when the answer comes, or none of it.

    A stale `version` is refused with 409 and the current state.
    """
    body = await read_json(request, Labels)
    changes = [change.wish() for change in body.changes]
    future = bench.labels.submit(name, changes)
    done = Answer.model_validate(await asyncio.shield(asyncio.wrap_future(future)))
    return Response(done.model_dump_json(), media_type="application/json")


@router.post("/undo", response_model=Undone)
def undo(name: ProjectName, bench: Bench) -> object:
    """Take back your newest change."""
    return bench.labels.undo(bench.projects.get(name))


@router.post("/redo", response_model=Undone)
def redo(name: ProjectName, bench: Bench) -> object:
    """Do again what you undid last."""
    return bench.labels.redo(bench.projects.get(name))


@router.get("/journal-state")
def journal_state(name: ProjectName, bench: Bench) -> JournalState:
    """Say what undo and redo would do."""
    state = bench.labels.undo_state(bench.projects.get(name))
    return JournalState(
        can_undo=state.undo is not None,
        can_redo=state.redo is not None,
        undo=state.undo,
        redo=state.redo,
    )


@router.get("/history", response_model=list[HistoryEntry])
def history(name: ProjectName, bench: Bench, limit: Limit = 50, before: Before = 0) -> object:
    """List the newest changes of all people."""
    return bench.labels.history(bench.projects.get(name), limit=limit, before=before)


@router.get("/snapshots", response_model=list[Snapshot])
def list_snapshots(name: ProjectName, bench: Bench) -> object:
    """List the named states, newest first."""
    return bench.labels.snapshots(bench.projects.get(name))


@router.post("/snapshots", status_code=201, response_model=Snapshot)
def take_snapshot(name: ProjectName, body: NewSnapshot, bench: Bench) -> object:
    """Keep all labels as they are now, under a name."""
    return bench.labels.snapshot(bench.projects.get(name), body.name)


@router.post("/snapshots/{snapshot_id}/restore", response_model=Undone)
def restore_snapshot(name: ProjectName, snapshot_id: SnapshotId, bench: Bench) -> object:
    """Set all labels back to a snapshot, as one change that undo takes back."""
    return bench.labels.restore(bench.projects.get(name), snapshot_id)
