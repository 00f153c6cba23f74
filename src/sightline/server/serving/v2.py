"""/v2: the Open Inference Protocol, which many clients and gateways speak."""

from __future__ import annotations

from typing import Annotated, Any, Final

import numpy as np
from fastapi import Path, Request, Response

from sightline import __version__
from sightline.app.serving import tensors
from sightline.app.serving.opened import check_alone
from sightline.app.serving.serving import Loaded, Slot
from sightline.core.errors import (
    InvalidInputError,
    TooLargeError,
    UnknownModelError,
)
from sightline.predict.rows import Picture
from sightline.server.router import Router
from sightline.server.schemas.serving import MAX_PICTURES
from sightline.server.serving.bodies import from_base64
from sightline.server.serving.desk import AtDesk, Desk

LENGTH: Final = "inference-header-content-length"
_DIGITS: Final = 15
_PLATFORMS: Final = {"openvino": "openvino_openvino", "torchscript": "pytorch_torchscript"}
Model = Annotated[str, Path(max_length=200, description="name that a model is served under")]
Version = Annotated[str, Path(max_length=200, description="id of the model")]


router = Router(prefix="/v2", tags=["open inference"])


@router.get("", response_model=None)
async def v2_server() -> dict[str, Any]:
    """Say who answers, and which extensions of the protocol it knows."""
    return {"name": "sightline", "version": __version__, "extensions": ["binary_tensor_data"]}


@router.head("/health/live", include_in_schema=False)
@router.get("/health/live", response_model=None)
async def v2_live() -> dict[str, Any]:
    """Say that the server lives."""
    return {"live": True}


@router.head("/health/ready", include_in_schema=False)
@router.get("/health/ready", response_model=None)
async def v2_ready(desk: AtDesk, response: Response) -> dict[str, Any]:
    """Say whether new requests are welcome; 503 while the server starts or ends."""
    response.status_code = 200 if desk.ready else 503
    return {"ready": desk.ready}


@router.get("/models/{model}", response_model=None)
async def v2_model(model: Model, desk: AtDesk) -> dict[str, Any]:
    """Say what a model takes and gives."""
    return _metadata(desk.serving.slot(model).current)


@router.get("/models/{model}/versions/{version}", response_model=None)
async def v2_model_version(model: Model, version: Version, desk: AtDesk) -> dict[str, Any]:
    """Say the same, of the version that answers now."""
    return _metadata(_slot(desk, model, version).current)


@router.get("/models/{model}/ready", response_model=None)
async def v2_model_ready(model: Model, desk: AtDesk, response: Response) -> dict[str, Any]:
    """Say whether a model can be asked; 503 while the server starts or ends."""
    return _readiness(desk, desk.serving.slot(model), response)


@router.get("/models/{model}/versions/{version}/ready", response_model=None)
async def v2_version_ready(
    model: Model, version: Version, desk: AtDesk, response: Response
) -> dict[str, Any]:
    """Say the same of a version."""
    return _readiness(desk, _slot(desk, model, version), response)


_TENSORS: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "example": {
                    "inputs": [
                        {
                            "name": "picture",
                            "shape": [1],
                            "datatype": "BYTES",
                            "data": ["BASE64 of a picture file"],
                        }
                    ]
                },
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post("/models/{model}/infer", response_model=None, openapi_extra=_TENSORS)
async def v2_infer(model: Model, request: Request, desk: AtDesk) -> Response:
    """Ask a model: pictures as files (BYTES, base64 in JSON) or as pixels (UINT8 [N, H, W, 3])."""
    return await _infer(desk, desk.serving.slot(model), request)


@router.post(
    "/models/{model}/versions/{version}/infer", response_model=None, openapi_extra=_TENSORS
)
async def v2_infer_version(
    model: Model, version: Version, request: Request, desk: AtDesk
) -> Response:
    """Ask a version, if it is the one that answers now."""
    return await _infer(desk, _slot(desk, model, version), request)


async def _infer(desk: Desk, slot: Slot, request: Request) -> Response:
    length = request.headers.get(LENGTH)
    if length is not None and not (length.isdecimal() and len(length) <= _DIGITS):
        raise InvalidInputError(f"{LENGTH} is {length[:20]!r}", hint="send the length of the JSON")
    packed = request.headers.get("content-encoding", "identity")
    if packed.lower() != "identity":
        raise InvalidInputError(
            f"the request is compressed: {packed[:20]!r}", hint="send it as it is"
        )
    async with desk.reading():
        body = await request.body()

    def work(loaded: Loaded) -> tensors.Body:
        asked = tensors.parse(body, None if length is None else int(length))
        found = loaded.opened.tensors(_pictures(loaded, asked))
        return tensors.answer(asked, loaded.found.name, loaded.found.version, found)

    answer: tensors.Body = await desk.run(slot, work)
    if answer.json_bytes is None:
        return Response(answer.data, media_type="application/json")
    headers = {LENGTH: str(answer.json_bytes)}
    return Response(answer.data, media_type="application/octet-stream", headers=headers)


def _pictures(loaded: Loaded, asked: tensors.Request) -> Any:
    """Return the pixels (N, H, W, 3) of a request's only input."""
    if len(asked.inputs) != 1:
        raise InvalidInputError(
            f"{len(asked.inputs)} inputs", hint="send one: `picture` (BYTES) or `image` (UINT8)"
        )
    [(name, values)] = asked.inputs.items()
    if values.dtype == object and values.shape[1:] == (1,):  # as clients write a batch of strings
        values = values.reshape(-1)
    is_files = values.dtype == object and values.ndim == 1
    if (not is_files and (values.dtype != np.uint8 or values.shape[3:] != (3,))) or not values.size:
        raise InvalidInputError(
            f"{name} is {tensors.datatype(values)} {list(values.shape)}",
            hint="send UINT8 [N, H, W, 3], RGB, or BYTES [N] or [N, 1]",
        )
    if len(values) > MAX_PICTURES:
        raise TooLargeError(
            f"{len(values)} pictures at once", hint=f"send at most {MAX_PICTURES} in a request"
        )
    if not is_files:
        return values
    if loaded.found.card.kind == "detector":  # the pixels of all would be as large as they are
        check_alone(len(values))
    files = [from_base64(one) if isinstance(one, str) else one for one in values]
    looked = [Picture(f"{name} {at}", one) for at, one in enumerate(files)]
    return np.concatenate([loaded.opened.pixels(one) for one in looked])


def _slot(desk: Desk, model: str, version: str) -> Slot:
    slot = desk.serving.slot(model)
    now = slot.current.found.version
    if version != now:
        raise UnknownModelError(f"{model} has no version {version!r}", hint=f"it is {now} now")
    return slot


def _readiness(desk: Desk, slot: Slot, response: Response) -> dict[str, Any]:
    response.status_code = 200 if desk.ready else 503
    return {"name": slot.current.found.name, "ready": desk.ready}


def _metadata(loaded: Loaded) -> dict[str, Any]:
    return {
        "name": loaded.found.name,
        "versions": [loaded.found.version],
        "platform": _PLATFORMS.get(loaded.found.card.format, "onnxruntime_onnx"),
        "inputs": [
            {"name": "image", "datatype": "UINT8", "shape": [-1, -1, -1, 3]},
            {"name": "picture", "datatype": "BYTES", "shape": [-1]},
        ],
        "outputs": [
            {"name": name, "datatype": kind, "shape": shape}
            for name, kind, shape in loaded.opened.outputs()
        ],
        "parameters": {"one_of_inputs": "true", "classes": list(loaded.found.card.classes)},
    }
