"""What `serve` offers besides answers: media and narration, over a workbench made when it is asked.

Answers need neither a database nor the workbench; who sends a clip or opens a socket waits once
until both are there.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from sightline.app import Workbench

PLACES: Final = ("/api/", "/ws/")


class Further:
    """Passes on what lies under `PLACES` to an application that is built at the first request."""

    def __init__(self, app: ASGIApp, build: Callable[[], ASGIApp]) -> None:
        self._app = app
        self._build = build
        self._built: ASGIApp | None = None
        self._building = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "lifespan" or not scope["path"].startswith(PLACES):
            await self._app(scope, receive, send)
            return
        built = self._built or await self._once()
        await built(scope, receive, send)

    async def _once(self) -> ASGIApp:
        async with self._building:
            if self._built is None:
                self._built = await run_in_threadpool(self._imported)
            return self._built

    def _imported(self) -> ASGIApp:
        gc.disable()  # imports leave no garbage: looking for it is a seventh of their time
        try:
            return self._build()
        finally:
            gc.enable()


def build_further(bench: Workbench, stack: ExitStack) -> ASGIApp:
    """Return the application; `stack` ends its threads."""
    from fastapi import FastAPI

    from sightline.app.media.sweeper import Sweeper
    from sightline.server import problems
    from sightline.server.describing import Crowd
    from sightline.server.layers import FORM_BYTES, JSON_BYTES, MEDIA_PATH
    from sightline.server.limits import BodyLimit, Turnstile
    from sightline.server.router import join
    from sightline.server.routes import describe, media

    app = FastAPI(title="Sightline", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    join(app, (media.router, describe.router))
    app.state.bench = bench
    app.state.crowd = Crowd(bench.settings.stream_clients)
    app.state.drawing = Turnstile(places=4, queue=64, what="requests for overlays")
    problems.install(app)
    largest = bench.settings.media_max_mb * 1_000_000 + FORM_BYTES
    app.add_middleware(
        BodyLimit, json_bytes=JSON_BYTES, upload_bytes=JSON_BYTES, larger={MEDIA_PATH: largest}
    )
    sweeper = Sweeper(lambda: bench.media)
    sweeper.start()
    stack.callback(sweeper.stop)
    return app
