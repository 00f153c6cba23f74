"""What the page of one model (`server/demo_page.py`) asks the workspace's own server."""

from __future__ import annotations

from fastapi import Request

from sightline.core.errors import InvalidInputError
from sightline.server.deps import Bench, Predicting, Ref
from sightline.server.router import Router
from sightline.server.schemas.demo import DemoAnswer, DemoModel

router = Router(tags=["demo"])


@router.get("/api/models/{ref}/demo", response_model=DemoModel)
def demo_model(ref: Ref, bench: Bench) -> object:
    """Return what the page shows of a model before it is asked."""
    return bench.trial.about(ref)


@router.post(
    "/api/models/{ref}/answer",
    response_model=DemoAnswer,
    response_model_exclude_unset=True,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def demo_answer(ref: Ref, request: Request, bench: Bench, turnstile: Predicting) -> object:
    """Say what a classifier or detector sees in one picture, whose bytes are the body."""
    data = await request.body()
    if not data:
        raise InvalidInputError(
            "the request holds no picture", hint="curl --data-binary @photo.jpg"
        )
    return await turnstile.run(lambda: bench.trial.answer(ref, data))
