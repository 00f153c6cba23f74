"""Build the application of `serve` over open models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp

from sightline import __version__
from sightline.server import demo_page, problems
from sightline.server.limits import BodyLimit
from sightline.server.logs import AccessLog
from sightline.server.problems import Net
from sightline.server.router import join
from sightline.server.security import Door
from sightline.server.serving import page, v1, v2, well
from sightline.server.serving.desk import Desk
from sightline.server.serving.faults import Faults
from sightline.server.serving.further import Further
from sightline.server.serving.gate import Gate, Rules
from sightline.server.serving.shortcut import Shortcut

ROUTERS: Final = (v1.router, v2.router, well.router, page.router, demo_page.router)
TAGS: Final = [
    {"name": "models", "description": "ask a model, list them, put another in its place"},
    {"name": "open inference", "description": "the Open Inference Protocol, version 2"},
    {"name": "server", "description": "is it well?"},
]


def create_serving_app(
    desk: Desk,
    *,
    max_bytes: int,
    rules: Rules | None = None,
    further: Callable[[], ASGIApp] | None = None,
) -> FastAPI:
    """Return the application.

    Args:
        desk: The models and their limits; whoever made it closes it, after the application.
        max_bytes: The largest request.
        rules: Who may ask; default: any on this machine.
        further: Builds what answers for media and narration, when somebody asks for it.
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
    join(app, ROUTERS)
    rules = rules or Rules(Door())
    app.state.desk = desk
    app.state.keyed = bool(rules.keys)
    app.state.demo_server = "serve"
    app.router.default = demo_page.DemoFiles()
    problems.install(app)
    app.add_middleware(Shortcut, way=v1.PREDICT)
    app.add_middleware(BodyLimit, json_bytes=max_bytes, upload_bytes=max_bytes)
    if further is not None:
        app.add_middleware(Further, build=further)
    app.add_middleware(Net)
    app.add_middleware(Gate, rules=rules)
    app.add_middleware(Faults)
    app.add_middleware(AccessLog)
    return app
