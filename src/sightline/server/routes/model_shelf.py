"""Models as files: uploaded, checked, in the trash and back; what lies where."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool

from sightline.server.deps import Bench, Ref
from sightline.server.forms import FILES_BODY, uploaded
from sightline.server.router import Router
from sightline.server.schemas.learning import Model
from sightline.server.schemas.model_shelf import (
    ErasedModels,
    ForgottenPull,
    ModelDisk,
    TrashedModelInfo,
    UploadedModel,
    Verified,
)
from sightline.store.model_plan import ImportOptions

router = Router(prefix="/api/models", tags=["models"])
_BUSY: dict[int | str, dict[str, Any]] = {
    202: {"model": Verified, "description": "A job looks at them"}
}


@router.post(
    "/upload",
    status_code=201,
    response_model=Model,
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": FILES_BODY}}
    },
)
async def upload_model(
    request: Request, bench: Bench, about: Annotated[UploadedModel, Query()]
) -> object:
    """Add a model of an uploaded file, or of the files of one folder."""
    asked = about.model_dump(exclude={"preprocess", "output", "classes"})
    options = ImportOptions(
        **asked,
        preprocess=about.preprocess or None,
        output=about.output or None,
        classes=tuple(about.classes),
    )
    async with uploaded(request) as files:
        named = [(name, file.file) for name, file in files]
        return await run_in_threadpool(bench.model_uploads.add, named, options)


@router.get("/disk", response_model=ModelDisk)
def model_disk(bench: Bench) -> object:
    """Return what lies where and how large it is, what is missing, and the trash."""
    return bench.model_shelf.overview()


@router.delete("/pull", response_model=ForgottenPull)
def forget_pull(name: Annotated[str, Query(max_length=1_000)], bench: Bench) -> object:
    """Throw away what has come of a download that did not end."""
    return bench.pulling.forget(name)


@router.get("/trash", response_model=list[TrashedModelInfo])
def list_trashed_models(bench: Bench) -> object:
    """List the models in the trash, those removed last first."""
    return bench.model_shelf.trash()


@router.delete("/trash", response_model=ErasedModels)
def empty_model_trash(
    bench: Bench, ref: Annotated[str, Query(max_length=200, description="empty: all")] = ""
) -> object:
    """Erase models in the trash for good."""
    return bench.model_shelf.empty_trash(ref)


@router.post("/trash/{ref}/restore", response_model=Model)
def restore_model(ref: Ref, bench: Bench) -> object:
    """Put a model back from the trash."""
    return bench.model_shelf.restore(ref)


@router.post("/verify", response_model=Verified, responses=_BUSY)
def verify_models(bench: Bench, response: Response) -> object:
    """Compare every model's files with the hashes on its card; a job does it where that is long."""
    return _answered(bench.model_shelf.start_verify(), response)


@router.post("/{ref}/verify", response_model=Verified, responses=_BUSY)
def verify_model(ref: Ref, bench: Bench, response: Response) -> object:
    """Compare a model's files with the hashes on its card; a job does it where that is long."""
    return _answered(bench.model_shelf.start_verify(ref), response)


def _answered(found: dict[str, object], response: Response) -> object:
    if found["job"] is not None:
        response.status_code = 202
    return found
