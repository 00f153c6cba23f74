"""/v1: the plain way to ask."""

from __future__ import annotations

import logging
import os
import time
from typing import Annotated, Any, Final

import orjson
from fastapi import Path, Request, Response
from starlette.concurrency import run_in_threadpool

from sightline.app.serving.finding import Wanted, find
from sightline.app.serving.serving import Loaded
from sightline.core.errors import InvalidInputError, SightlineError, UnreadableImageError
from sightline.predict.rows import Row
from sightline.server.router import Router
from sightline.server.schemas.serving import (
    PredictBody,
    Predicted,
    ServedModel,
    ServedModels,
    Swap,
    Swapped,
)
from sightline.server.serving.bodies import read_pictures
from sightline.server.serving.desk import AtDesk, Desk
from sightline.server.serving.shortcut import Way

log = logging.getLogger("sightline.server")
router = Router(prefix="/v1", tags=["models"])
Name = Annotated[str, Path(max_length=200, description="name that a model is served under")]
_DIGITS: Final = 6
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
_DOCUMENT: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "model",
            "in": "query",
            "schema": {"type": "string"},
            "description": "needed when several are served",
        },
        {
            "name": "top",
            "in": "query",
            "schema": {"type": "integer", "minimum": 1},
            "description": "only the most probable classes",
        },
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": _FILE,
            "image/*": _FILE,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                }
            },
            "application/json": {"schema": PredictBody.model_json_schema()},
        },
    },
}


@router.post(
    "/predict",
    openapi_extra=_DOCUMENT,
    response_model=None,
    responses={200: {"model": Predicted, "description": "What a model sees"}},
)
async def predict(request: Request) -> Response:
    """Say what a model sees: the body is a picture's bytes, a form with files, or JSON."""
    began = time.perf_counter()
    desk: Desk = request.app.state.desk
    model, top = _query(request)
    async with desk.reading():
        asked = await read_pictures(request)
    slot = desk.serving.slot(model or asked.model)
    found = await desk.look(slot, asked.pictures)
    rows = [_topped(row, top or asked.top) for _, row in found]
    loaded = found[-1][0]
    answer: Row = {"model": loaded.found.name, "version": loaded.found.version}
    answer |= {"items": rows} if asked.several else _alone(rows[0])
    answer["ms"] = round((time.perf_counter() - began) * 1_000, 2)
    return Response(orjson.dumps(answer), media_type="application/json")


PREDICT: Final = Way("/v1/predict", predict)


def _query(request: Request) -> tuple[str | None, int | None]:
    """Return which model is asked, and how many classes are wanted."""
    top = request.query_params.get("top")
    if top is not None and (not top.isdecimal() or len(top) > _DIGITS or int(top) < 1):
        raise InvalidInputError(f"top is {top[:20]!r}", hint="say 1 to 999,999")
    return request.query_params.get("model"), None if top is None else int(top)


def _alone(row: Row) -> Row:
    """Return the row of a request's only picture, which had better be one."""
    if "error" in row:
        raise UnreadableImageError(
            row["error"], reason=row["reason"], hint="send the bytes of a picture file"
        )
    return {key: value for key, value in row.items() if key != "path"}


def _topped(row: Row, top: int | None) -> Row:
    """Return a row with its most probable classes alone, best first."""
    if top is None or "probabilities" not in row:
        return row
    best = sorted(row["probabilities"].items(), key=lambda pair: -pair[1])[:top]
    return {**row, "probabilities": dict(best)}


@router.get("/models", response_model=ServedModels)
async def served_models(desk: AtDesk) -> object:
    """List what answers here."""
    return {"models": [shown(slot.current) for slot in desk.serving.slots().values()]}


@router.get("/models/{name}", response_model=ServedModel)
async def served_model(name: Name, desk: AtDesk) -> object:
    """Return one of them."""
    return shown(desk.serving.slot(name).current)


@router.post("/models/{name}", response_model=Swapped)
async def swap_model(name: Name, body: Swap, desk: AtDesk) -> object:
    """Let another model of the workspace answer under a name; no request is lost meanwhile."""
    slot = desk.serving.slot(name)

    def swap() -> str:
        wanted = Wanted(body.model or slot.home, name)
        try:
            return desk.serving.swap(find(desk.models, wanted, allow_paths=False))
        except SightlineError as error:
            log.warning("%s stays as it is: %s", name, str(error))
            _leave_out(error, f"{desk.models.root}{os.sep}")
            raise

    return {"before": await run_in_threadpool(swap), "model": shown(slot.current)}


def _leave_out(error: SightlineError, folder: str) -> None:
    """Take out where models lie: it does not concern those who ask."""
    error.args = (str(error).replace(folder, ""),)
    error.hint = error.hint.replace(folder, "")


def shown(loaded: Loaded) -> dict[str, Any]:
    """Return what is told of a model that answers."""
    card = loaded.found.card
    return {
        "name": loaded.found.name,
        "version": loaded.found.version,
        "kind": card.kind,
        "format": "onnx" if loaded.found.path.suffix == ".onnx" else card.format,
        "precision": card.precision,
        "forced": card.forced,
        "classes": card.classes,
        "input_px": card.preprocess.size,
        "ref": loaded.found.ref,
        "bytes": loaded.opened.nbytes,
        "since": loaded.since,
    }
