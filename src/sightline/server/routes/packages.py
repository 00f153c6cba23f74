"""Models as one file for others: downloaded, locked if wished, and taken in."""

from __future__ import annotations

import shutil
from typing import Any, Final

from fastapi import BackgroundTasks, Request
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from sightline.app import Workbench
from sightline.core.errors import InvalidInputError
from sightline.formats.age import Key, parse_key
from sightline.server.deps import Bench, Ref
from sightline.server.forms import fields_of, uploaded
from sightline.server.router import Router
from sightline.server.schemas.forms import LockPackage, TakenPackage
from sightline.server.schemas.learning import Model

router = Router(prefix="/api/models", tags=["models"])
_ZIP: Final = "application/zip"
_LOCKED: Final = "application/octet-stream"
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "name": {"type": "string"},
                        "key": {"type": "string", "format": "password"},
                    },
                }
            }
        },
    }
}


@router.post("/package", status_code=201, response_model=Model, openapi_extra=_BODY)
async def take_package(request: Request, bench: Bench) -> object:
    """Add the model of an uploaded package; `key` opens one that is locked."""
    async with uploaded(request) as files:
        told = fields_of(await request.form(), TakenPackage)
        key = None if told.key is None else parse_key(told.key.get_secret_value())
        if len(files) > 1:
            raise InvalidInputError("those are several files", hint="send one package at a time")
        _, file = files[0]
        return await run_in_threadpool(bench.packages.take, file.file, told.name, key=key)


@router.get("/{ref}/package", response_class=FileResponse)
def download_package(ref: Ref, bench: Bench, after: BackgroundTasks) -> FileResponse:
    """Download a model as a ZIP that runs without Sightline; it must be exported."""
    return _answer(bench, ref, None, after)


@router.post("/{ref}/package", response_class=FileResponse)
def lock_package(ref: Ref, body: LockPackage, bench: Bench, after: BackgroundTasks) -> FileResponse:
    """Return the same, locked as the age program does; the key is not kept."""
    words = "" if body.passphrase is None else body.passphrase.get_secret_value()
    if bool(words) == bool(body.recipients):
        raise InvalidInputError(
            "a package is locked by a passphrase or for recipients", hint="send one of the two"
        )
    key = Key(passphrase=words, recipients=tuple(body.recipients))
    return _answer(bench, ref, key, after)


def _answer(bench: Workbench, ref: str, key: Key | None, after: BackgroundTasks) -> FileResponse:
    name, file = bench.packages.pack_ready(ref, key=key)
    after.add_task(shutil.rmtree, file.parent, ignore_errors=True)
    return FileResponse(file, media_type=_ZIP if key is None else _LOCKED, filename=name)
