"""Build the application of `serve` over open models."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI

from sightline import __version__
from sightline.server import problems
from sightline.server.limits import BodyLimit
from sightline.server.logs import AccessLog
from sightline.server.problems import Net
from sightline.server.schemas.common import PROBLEMS
from sightline.server.serving import v1, well
from sightline.server.serving.desk import Desk

ROUTERS: Final = (v1.router, well.router)
TAGS: Final = [
    {"name": "models", "description": "ask a model, list them, put another in its place"},
    {"name": "server", "description": "is it well?"},
]


def create_serving_app(desk: Desk, *, max_bytes: int) -> FastAPI:
    """Return the application.

    Args:
        desk: The models and their limits; whoever made it closes it, after the application.
        max_bytes: The largest request.
    """
    app = FastAPI(
        title="Sightline serving",
        version=__version__,
        description="Models that answer about pictures.",
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    for router in ROUTERS:
        app.include_router(router, responses=PROBLEMS)
    app.state.desk = desk
    problems.install(app)
    app.add_middleware(BodyLimit, json_bytes=max_bytes, upload_bytes=max_bytes)
    app.add_middleware(Net)
    app.add_middleware(AccessLog)
    return app
