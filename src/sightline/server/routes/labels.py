"""Labels, and what takes them back."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Query, Request, Response

from sightline.server.deps import Bench, Limit, ProjectName
from sightline.server.forms import read_json, takes
from sightline.server.router import Router
from sightline.server.schemas.common import MAX_ID
from sightline.server.schemas.images import HistoryEntry
from sightline.server.schemas.labels import (
    Answer,
    Bulk,
    JournalState,
    Labels,
    NewSnapshot,
    Outcome,
    Snapshot,
    SnapshotDeleted,
    SnapshotDiff,
    SnapshotId,
    Undone,
)

router = Router(prefix="/api/projects/{name}", tags=["labels"])
Person = Annotated[str, Query(max_length=200, description="only changes of this person")]
From = Annotated[str, Query(alias="from", max_length=200, description="snapshot, by id or name")]
To = Annotated[str, Query(max_length=200, description="snapshot, by id or name, or `now`")]
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


@router.post("/labels/bulk", response_model=Outcome)
def set_many(name: ProjectName, body: Bulk, bench: Bench) -> object:
    """Label, mark or tag a whole view, or many images, as one step that undo takes back.

    Images that are so already are left alone; a dry run counts the others.
    """
    asked = body.model_dump(exclude_unset=True)
    return bench.bulk.change(bench.projects.get(name), **asked)


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
def history(
    name: ProjectName, bench: Bench, limit: Limit = 50, before: Before = 0, person: Person = ""
) -> object:
    """List the newest changes, of all people or of one."""
    project = bench.projects.get(name)
    return bench.labels.history(project, limit=limit, before=before, person=person)


@router.get("/people")
def people(name: ProjectName, bench: Bench) -> list[str]:
    """List everybody who has changed something."""
    return bench.labels.people(bench.projects.get(name))


@router.get("/snapshots", response_model=list[Snapshot])
def list_snapshots(name: ProjectName, bench: Bench) -> object:
    """List the named states, newest first."""
    return bench.labels.snapshots(bench.projects.get(name))


@router.post("/snapshots", status_code=201, response_model=Snapshot)
def take_snapshot(name: ProjectName, body: NewSnapshot, bench: Bench) -> object:
    """Keep all labels as they are now, under a name."""
    return bench.labels.snapshot(bench.projects.get(name), body.name)


@router.get("/snapshots/diff", response_model=SnapshotDiff)
def diff_snapshots(name: ProjectName, bench: Bench, start: From, to: To = "now") -> object:
    """Say what changed between two snapshots, by id or name; `now` is the labels as they are."""
    return bench.labels.diff(bench.projects.get(name), start, to)


@router.post("/snapshots/{snapshot_id}/restore", response_model=Undone)
def restore_snapshot(name: ProjectName, snapshot_id: SnapshotId, bench: Bench) -> object:
    """Set all labels back to a snapshot, as one change that undo takes back."""
    return bench.labels.restore(bench.projects.get(name), snapshot_id)


@router.delete("/snapshots/{snapshot_id}", response_model=SnapshotDeleted)
def delete_snapshot(name: ProjectName, snapshot_id: SnapshotId, bench: Bench) -> object:
    """Forget a snapshot; the labels stay as they are."""
    return bench.labels.delete_snapshot(bench.projects.get(name), snapshot_id)
