"""Explanations: where a network looked."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.responses import Response

from sightline.app.explaining.explaining import Asked
from sightline.core.errors import InvalidInputError
from sightline.server.deps import Bench, Drawing, Limit, Offset, Predicting, Ref
from sightline.server.forms import is_multipart, read_json, uploaded
from sightline.server.pictures import PICTURE, answer, headers_of, is_known
from sightline.server.router import Router
from sightline.server.schemas.common import MAX_CLASS_ID, Split
from sightline.server.schemas.explain import (
    ClassAverages,
    Explain,
    ExplainRun,
    Explanation,
    Layers,
    RunMistakes,
)
from sightline.server.schemas.jobs import Job

router = Router(prefix="/api", tags=["explanations"])

Key = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="of an explanation")]
Px = Annotated[int, Query(ge=16, le=4_096, description="pixels of the long side")]
Opacity = Annotated[float, Query(ge=0, le=1, description="of the map where it is strongest")]
Version = Annotated[str, Query(max_length=100, description="kept for ever when it is given")]
Method = Annotated[str, Query(max_length=100, description="auto, gradcam, ...")]
Layer = Annotated[str, Query(max_length=1_000, description="dotted name; empty: by itself")]
ClassName = Annotated[str | None, Query(alias="class", max_length=1_000)]
ClassNumber = Annotated[int | None, Query(ge=1, le=MAX_CLASS_ID)]
_FILE: dict[str, Any] = {
    "type": "object",
    "required": ["files"],
    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Explain"}},
            "multipart/form-data": {"schema": _FILE},
        },
    }
}


@router.get("/models/{ref}/layers", response_model=Layers)
async def model_layers(ref: Ref, bench: Bench, turnstile: Predicting) -> object:
    """Return the layers and methods that a model can be explained with."""
    return await turnstile.run(lambda: bench.explaining.layers(ref))


@router.post("/models/{ref}/explain", response_model=Explanation, openapi_extra=_BODY)
async def explain(
    *,
    ref: Ref,
    request: Request,
    bench: Bench,
    turnstile: Predicting,
    method: Method = "auto",
    layer: Layer = "",
    class_: ClassName = None,
    class_id: ClassNumber = None,
) -> object:
    """Say where a model's answer comes from, for an image or for one uploaded picture.

    The query is for an uploaded picture; for an image the body says it.
    """
    if not is_multipart(request):
        body = await read_json(request, Explain)
        wish = body.model_dump(exclude={"image_id", "class_"})
        asked = Asked(**wish, class_name=body.class_)
        return await turnstile.run(lambda: bench.explaining.image(ref, body.image_id, asked))
    asked = Asked(method=method, layer=layer, class_name=class_, class_id=class_id)
    async with uploaded(request) as files:
        if len(files) > 1:
            raise InvalidInputError("one picture at a time is explained", hint="send one file")
        name, file = files[0]
        return await turnstile.run(
            lambda: bench.explaining.upload(ref, name, file.file.read(), asked)
        )


@router.get("/explanations/{key}/map", response_class=Response, responses=PICTURE)
async def explanation_map(
    *, request: Request, key: Key, bench: Bench, drawing: Drawing, px: Px = 768, v: Version = ""
) -> Response:
    """Return a map as a clear layer of colour, to lie over its picture."""
    tag = f'"{key}-m{px}"'
    if is_known(request, tag):
        return Response(status_code=304, headers=headers_of(tag, forever=bool(v)))
    data = await drawing.run(lambda: bench.explaining.map_layer(key, px))
    return answer(request, data, "image/webp", tag, forever=bool(v))


@router.get("/explanations/{key}/picture", response_class=Response, responses=PICTURE)
async def explanation_picture(
    *, request: Request, key: Key, bench: Bench, drawing: Drawing, px: Px = 1_024, v: Version = ""
) -> Response:
    """Return the picture that an explanation is about."""
    tag = f'"{key}-p{px}"'
    if is_known(request, tag):
        return Response(status_code=304, headers=headers_of(tag, forever=bool(v)))
    data = await drawing.run(lambda: bench.explaining.picture_file(key, px))
    return answer(request, data, "image/webp", tag, forever=bool(v))


@router.get("/explanations/{key}/overlay", response_class=Response, responses=PICTURE)
async def explanation_overlay(
    *,
    request: Request,
    key: Key,
    bench: Bench,
    drawing: Drawing,
    px: Px = 1_024,
    opacity: Opacity = 0.6,
    v: Version = "",
) -> Response:
    """Return the picture with its map over it."""
    tag = f'"{key}-o{px}-{opacity:g}"'
    if is_known(request, tag):
        return Response(status_code=304, headers=headers_of(tag, forever=bool(v)))
    data = await drawing.run(lambda: bench.explaining.overlay_file(key, px, opacity))
    return answer(request, data, "image/webp", tag, forever=bool(v))


@router.get("/runs/{run_id}/mistakes", response_model=RunMistakes)
def run_mistakes(
    *,
    run_id: Ref,
    bench: Bench,
    method: Method = "auto",
    layer: Layer = "",
    split: Split | None = None,
    offset: Offset = 0,
    limit: Limit = 60,
) -> object:
    """Return a training's mistakes, the surest first, with what the network looked at."""
    asked = Asked(method=method, layer=layer)
    return bench.explained_runs.mistakes(run_id, asked, split=split, offset=offset, limit=limit)


@router.post("/runs/{run_id}/mistakes", status_code=202, response_model=Job)
def explain_mistakes(run_id: Ref, body: ExplainRun, bench: Bench) -> object:
    """Explain a training's mistakes in a job; what is explained already is passed over."""
    return bench.explained_runs.start(run_id, "mistakes", Asked(**body.model_dump()))


@router.get("/runs/{run_id}/attention", response_model=ClassAverages)
def run_attention(
    *, run_id: Ref, bench: Bench, method: Method = "auto", layer: Layer = ""
) -> object:
    """Return where a training's network looks for each class, on average."""
    return bench.explained_runs.classes(run_id, Asked(method=method, layer=layer))


@router.post("/runs/{run_id}/attention", status_code=202, response_model=Job)
def average_attention(run_id: Ref, body: ExplainRun, bench: Bench) -> object:
    """Work out in a job where a training's network looks for each class."""
    return bench.explained_runs.start(run_id, "classes", Asked(**body.model_dump()))
