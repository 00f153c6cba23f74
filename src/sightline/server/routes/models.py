"""Models: listed, exported, asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import Request
from fastapi.responses import FileResponse

from sightline.app import Workbench
from sightline.app.forms.wish import FormWish
from sightline.predict.rows import Picture
from sightline.server import shape
from sightline.server.deps import Bench, Predicting, Ref, Roots
from sightline.server.forms import FILES_BODY, is_multipart, read_json, uploaded
from sightline.server.paths import confine
from sightline.server.router import Router
from sightline.server.schemas.exporting import Export, ModelForm
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.learning import (
    Model,
    NewModel,
    PredictIds,
    Predictions,
    Pull,
    Pullable,
)
from sightline.server.schemas.model_shelf import RemovedModel
from sightline.store.model_plan import ImportOptions

router = Router(prefix="/api/models", tags=["models"])


def _id_of(bench: Workbench, ref: str) -> str:
    """Return the id of a model by id or name; over the API nobody names one by its path."""
    return bench.store.models.get(ref, allow_paths=False).id


@router.get("", response_model=list[Model])
def list_models(bench: Bench) -> object:
    """List models, newest first, with what uses them."""
    return bench.model_shelf.all()


@router.post("", status_code=201, response_model=Model)
def add_model(body: NewModel, bench: Bench, roots: Roots) -> object:
    """Add a file or folder that the server can see; what needs torch is tried once."""
    from sightline.app.packages.packing import is_package

    options = ImportOptions(
        name=body.name,
        output=body.output,
        preprocess=body.preprocess,
        classes=tuple(body.classes),
        network=body.network,
        decoder=body.decoder,
        licence=body.licence,
    )
    path = confine(body.path, roots)
    if is_package(path):
        return bench.packages.add(path, name=body.name)
    return bench.models.add(path, options)


@router.get("/catalogue", response_model=list[Pullable])
def list_catalogue(bench: Bench) -> object:
    """List published models that can be fetched by name; nobody is asked for it."""
    return bench.pulling.catalogue()


@router.post("/pull", status_code=202, response_model=Job)
def pull_model(body: Pull, bench: Bench) -> object:
    """Fetch a published model from its publisher, or from the mirror that is set."""
    return bench.pulling.start(body.name)


@router.get("/{ref}", response_model=Model)
def get_model(ref: Ref, bench: Bench) -> object:
    """Return a model's card, size and exports, and what uses it."""
    return bench.model_shelf.get(_id_of(bench, ref))


@router.delete("/{ref}", response_model=RemovedModel)
def remove_model(ref: Ref, bench: Bench) -> object:
    """Move a model to the trash, from where it can be put back, and say what used it."""
    return bench.model_shelf.remove(ref)


@router.post("/{ref}/export", status_code=202, response_model=Job)
def export_model(ref: Ref, body: Export, bench: Bench, roots: Roots) -> object:
    """Make a form of a model, judge it, and keep it unless it loses too much."""
    wish = FormWish(
        form=body.format,
        quantize=body.quantize,
        max_drop=body.max_drop,
        force=body.force,
        project=body.project or "",
        data="" if body.data is None else str(confine(body.data, roots)),
        calibration=body.calibration,
    )
    return bench.models.start_export(ref, wish)


@router.get("/{ref}/forms", response_model=list[ModelForm])
def list_forms(ref: Ref, bench: Bench) -> object:
    """List the exported forms of a model, newest first, with how each compares with it."""
    return bench.forms.all(ref)


@router.get("/{ref}/file", response_class=FileResponse)
def model_file(ref: Ref, bench: Bench) -> FileResponse:
    """Download the file that answers: ONNX, or what the form is."""
    card, file = bench.models.ready_file(ref)
    name = f"{card.name}{file.suffix}"
    return FileResponse(file, media_type="application/octet-stream", filename=name)


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": FILES_BODY,
            "application/json": {"schema": PredictIds.model_json_schema()},
        },
    }
}


@router.post("/{ref}/predict", response_model=Predictions, openapi_extra=_BODY)
async def predict(ref: Ref, request: Request, bench: Bench, turnstile: Predicting) -> object:
    """Say what a model sees in uploaded pictures, or in images of the workspace."""
    if not is_multipart(request):
        ids = (await read_json(request, PredictIds)).image_ids
        return {"items": await turnstile.run(lambda: shape.predictions(bench, ref, ids))}
    async with uploaded(request) as files:

        def pictures() -> Iterator[Picture]:
            for name, file in files:
                yield Picture(name, file.file.read())

        def work() -> list[dict[str, Any]]:
            card, path = bench.models.ready_file(ref)
            return list(bench.models.predictor.predict(path, pictures(), card=card))

        return {"items": await turnstile.run(work)}
