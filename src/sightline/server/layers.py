"""What every request passes through, from the outside in."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI

from sightline.server import problems
from sightline.server.events import EventHub, Nudge
from sightline.server.limits import BodyLimit
from sightline.server.logs import AccessLog
from sightline.server.problems import Net
from sightline.server.security import Door, Guard
from sightline.server.static import Page

MEDIA_PATH: Final = "/api/upload"
FORM_BYTES: Final = 1_000_000
"""What a form may add to its file."""
JSON_BYTES: Final = 16_000_000
"""A change of 100,000 labels is about 6 MB."""


def wrap(
    app: FastAPI,
    *,
    door: Door,
    hub: EventHub,
    upload_bytes: int,
    media_bytes: int = 0,
    json_bytes: int = JSON_BYTES,
    page: Page | None = None,
) -> None:
    """Put the layers around an application: log, guard, net, body limit, nudge, problems, page."""
    problems.install(app)
    app.router.default = page or Page(newest=hub.newest)
    app.add_middleware(Nudge, hub=hub)
    app.add_middleware(
        BodyLimit,
        json_bytes=json_bytes,
        upload_bytes=upload_bytes,
        larger={MEDIA_PATH: media_bytes + FORM_BYTES},
    )
    app.add_middleware(Net)
    app.add_middleware(Guard, door=door)
    app.add_middleware(AccessLog)
