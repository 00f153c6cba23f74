"""Build the web application over a workbench."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI

from sightline import __version__
from sightline.app import Workbench
from sightline.jobs.follow import ProgressHub
from sightline.server.events import EventHub
from sightline.server.layers import wrap
from sightline.server.limits import Turnstile
from sightline.server.paths import allowed_roots
from sightline.server.routes import (
    classes,
    events,
    heads,
    health,
    images,
    ingest,
    jobs,
    labels,
    models,
    projects,
    runs,
    settings,
    views,
)
from sightline.server.schemas.common import PROBLEMS
from sightline.server.security import Door

ROUTERS: Final = tuple(
    module.router
    for module in (
        health,
        projects,
        ingest,
        classes,
        views,
        images,
        labels,
        heads,
        runs,
        models,
        jobs,
        settings,
        events,
    )
)
TAGS: Final = [
    {"name": "projects", "description": "collections of pictures with their classes"},
    {"name": "ingest", "description": "what puts pictures into a project"},
    {"name": "classes", "description": "names, colours and keys"},
    {"name": "views", "description": "queues and filters, read by position"},
    {"name": "images", "description": "facts and bytes of pictures"},
    {"name": "labels", "description": "labels with undo, history and snapshots"},
    {"name": "heads", "description": "small classifiers on embeddings, and engines"},
    {"name": "training", "description": "runs, their curves and reports"},
    {"name": "models", "description": "export and prediction"},
    {"name": "jobs", "description": "long work"},
    {"name": "settings", "description": "what can be set"},
    {"name": "events", "description": "what happens, as it happens"},
    {"name": "server", "description": "is it well?"},
]
_DRAWN_AT_ONCE: Final = 8
_DRAWINGS_WAITING: Final = 512


def create_app(
    bench: Workbench,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    token: str | None = None,
    look_after_jobs: bool = True,
) -> FastAPI:
    """Return the application.

    Args:
        bench: The workspace; whoever opened it closes it, after the application.
        host: The address that the server is bound to.
        port: Its port.
        token: What every request must carry; None: nothing.
        look_after_jobs: Start, watch and end jobs from a thread of the application.
    """
    hub = EventHub(bench.store.events)
    app = FastAPI(
        title="Sightline",
        version=__version__,
        description="From a folder of pictures to a vision model you own, on one machine.",
        openapi_url="/api/openapi.json",
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        lifespan=_lifespan(bench, hub, look_after_jobs=look_after_jobs),
        generate_unique_id_function=lambda route: route.name,
    )
    for router in ROUTERS:
        app.include_router(router, responses=PROBLEMS)
    places = bench.settings.serving_threads()
    app.state.bench = bench
    app.state.hub = hub
    app.state.started = time.monotonic()
    app.state.roots = allowed_roots(bench.settings.allowed_roots, bench.workspace)
    app.state.predicting = Turnstile(
        places=places, queue=bench.settings.predict_queue, what="predictions"
    )
    app.state.drawing = Turnstile(
        places=_DRAWN_AT_ONCE, queue=_DRAWINGS_WAITING, what="requests for pictures"
    )
    door = Door(
        host=host, port=port, allowed_hosts=tuple(bench.settings.allowed_hosts), token=token
    )
    wrap(app, door=door, hub=hub, upload_bytes=bench.settings.max_upload_mb * 1_000_000)
    return app


def _lifespan(
    bench: Workbench, hub: EventHub, *, look_after_jobs: bool
) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        watcher = threading.Thread(target=_watch, args=(bench, hub, stop), name="jobs", daemon=True)
        if look_after_jobs:
            watcher.start()
        yield
        stop.set()
        await hub.close()
        if look_after_jobs:
            watcher.join()

    return lifespan


def _watch(bench: Workbench, hub: EventHub, stop: threading.Event) -> None:
    """Take over the jobs of an earlier server, then look after all of them."""
    bench.jobs.adopt()
    ProgressHub(bench.jobs, hub.tell).run(stop)
