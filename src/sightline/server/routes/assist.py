"""Assists for drawing: pictures encoded ahead, prompts answered."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import orjson
from fastapi import Path, Query, Response
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from sightline.server.deps import Bench
from sightline.server.router import Router
from sightline.server.schemas.assist import (
    AssistBudget,
    AssistBudgetInfo,
    AssistCancel,
    AssistCancelled,
    AssistOverview,
    AssistPrediction,
    AssistQuestion,
    DecoderInfo,
    EncodingInfo,
    EncodingKey,
    NewEncoding,
    NewOutline,
    NewTweak,
    Outline,
    SegmenterInfo,
)
from sightline.server.schemas.common import ImageId
from sightline.server.schemas.jobs import Job

BYTES: Final = "application/octet-stream"
SAFETENSORS: Final = "application/x-safetensors"
_FOR_EVER: Final = {"cache-control": "private, max-age=31536000, immutable"}
router = Router(prefix="/api/assist", tags=["assists"])
EngineName = Annotated[str, Query(max_length=200, description="name of a segmenter")]
Client = Annotated[str, Query(max_length=64, description="whose slots")]


@router.post(
    "/encode",
    response_model=EncodingInfo,
    responses={202: {"model": EncodingInfo, "description": "It is on its way"}},
)
def encode_ahead(body: NewEncoding, bench: Bench, response: Response) -> object:
    """Encode a picture ahead, and return how far that is at once."""
    found = bench.assist.slots.encode(
        body.image_id, body.engine, body.priority, gen=body.gen, client=body.client
    )
    if found["state"] in {"queued", "encoding"}:
        response.status_code = 202
    return found


@router.post("/predict", response_model=AssistPrediction)
async def predict_shape(body: AssistQuestion, bench: Bench) -> Response:
    """Answer prompts about a picture, which is encoded first where that is needed.

    A newer question about the same object makes an older one end with 409 and the code cancelled.
    """
    future = await run_in_threadpool(
        bench.assist.predict, body.image_id, body.engine, body.question(), body.asker()
    )
    found = await asyncio.wrap_future(future)
    told = found | {"req_id": body.req_id, "gen": body.gen}
    return Response(orjson.dumps(told), media_type="application/json")


@router.post("/outline", response_model=Outline)
def outline_mask(body: NewOutline, bench: Bench) -> object:
    """Draw a polygon of few corners about a mask, all its areas and holes."""
    return {"polygon": bench.assist.outline(body.rle.model_dump(), body.min_iou)}


@router.post("/predict_batch", status_code=202, response_model=Job)
def tweak_class(body: NewTweak, bench: Bench) -> object:
    """Make all objects of a class tight, in images or a whole project, as one undo step."""
    project = bench.projects.get(body.project)
    return bench.tweaking.start(project, **body.model_dump(exclude={"project"}))


@router.post("/cancel", response_model=AssistCancelled)
async def cancel_assist(body: AssistCancel, bench: Bench) -> object:
    """Forget questions that have no answer yet."""
    count = bench.assist.cancel(body.client, object_=body.object, req_id=body.req_id)
    if body.leave:
        count += bench.assist.slots.leave(body.client)
    return {"cancelled": count}


@router.get("/slots", response_model=AssistOverview)
def assist_slots(bench: Bench, client: Client = "") -> object:
    """Return what is encoded ahead, with its size, what is on its way, and the budget."""
    return bench.assist.overview(client)


@router.put("/budget", response_model=AssistBudgetInfo)
def set_assist_budget(body: AssistBudget, bench: Bench) -> object:
    """Set the memory of encodings, how many are made ahead, and how they are asked, for good."""
    return bench.assist.set_budget(
        bytes_=body.bytes, slots=body.slots, tile_px=body.tile_px, browser=body.browser
    )


@router.get("/engines", response_model=list[SegmenterInfo])
def assist_engines(bench: Bench) -> object:
    """Return the segmenters."""
    return bench.assist.engines.listed()


@router.get("/decoder", response_model=DecoderInfo)
def assist_decoder(bench: Bench, engine: EngineName = "auto") -> object:
    """Return how the decoder of an engine is fed, for a page that answers clicks itself."""
    return bench.portable.told(engine)


@router.get(
    "/decoder/file",
    response_class=FileResponse,
    responses={200: {"content": {BYTES: {}}, "description": "ONNX"}},
)
def assist_decoder_file(bench: Bench, engine: EngineName = "auto") -> FileResponse:
    """Return the decoder of an engine."""
    return FileResponse(bench.portable.file(engine), media_type=BYTES)


@router.get("/encodings", response_model=EncodingKey)
async def assist_encoding_key(
    image_id: ImageId, bench: Bench, engine: EngineName = "auto"
) -> object:
    """Encode a picture where that is needed, and return where its encoding is."""
    future = await run_in_threadpool(bench.portable.encode, image_id, engine)
    if future is None:
        return {"emb_key": None, "bytes": 0}
    found = await asyncio.wrap_future(future)
    return {"emb_key": found.key, "bytes": found.bytes}


@router.get(
    "/encodings/{key}",
    response_class=Response,
    responses={200: {"content": {SAFETENSORS: {}}, "description": "named arrays"}},
)
def assist_encoding(key: Annotated[str, Path(max_length=64)], bench: Bench) -> Response:
    """Return an encoding as safetensors."""
    return Response(bench.portable.encoding(key), media_type=SAFETENSORS, headers=_FOR_EVER)
