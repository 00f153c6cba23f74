"""Build the web application over a workbench."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.concurrency import run_in_threadpool

from sightline import __version__
from sightline.app import Workbench
from sightline.app.embedding.keepup import KeepUp
from sightline.app.live_head.refit import Refitter
from sightline.app.media.sweeper import Sweeper
from sightline.core.errors import SightlineError
from sightline.jobs.follow import ProgressHub
from sightline.server import demo_page
from sightline.server.describing import Crowd
from sightline.server.events import EventHub
from sightline.server.layers import wrap
from sightline.server.limits import Turnstile
from sightline.server.paths import allowed_roots
from sightline.server.router import join
from sightline.server.routes import (
    analysis,
    assist,
    augment,
    auto_class,
    classes,
    control,
    crop_heads,
    datasets,
    demo,
    describe,
    detections,
    doubts,
    edits,
    evaluation,
    events,
    explain,
    folds,
    forms,
    head_training,
    heads,
    health,
    images,
    ingest,
    items,
    jobs,
    labels,
    maps,
    media,
    model_shelf,
    models,
    narration,
    networks,
    object_files,
    objects,
    packages,
    presets,
    projects,
    pushing,
    runs,
    segments,
    serving,
    settings,
    splits,
    suggestions,
    sweeps,
    tator,
    tator_assists,
    text_finding,
    training,
    updates,
    views,
)
from sightline.server.schemas.crop_heads import NewHead
from sightline.server.schemas.datasets import NewImport
from sightline.server.schemas.describe import MESSAGES
from sightline.server.schemas.detections import NewDetectionEvaluation
from sightline.server.schemas.explain import Explain
from sightline.server.schemas.labels import Labels
from sightline.server.schemas.learning import PredictIds
from sightline.server.schemas.object_files import NewObjectImport
from sightline.server.schemas.objects import Draw
from sightline.server.security import Door

log = logging.getLogger("sightline.server")

ROUTERS: Final = tuple(
    module.router
    for module in (
        labels,
        assist,
        auto_class,
        objects,
        detections,
        object_files,
        suggestions,
        doubts,
        segments,
        text_finding,
        images,
        items,
        views,
        events,
        jobs,
        maps,
        analysis,
        heads,
        head_training,
        crop_heads,
        tator,
        tator_assists,
        explain,
        model_shelf,
        forms,
        packages,
        demo,
        pushing,
        models,
        networks,
        control,
        runs,
        evaluation,
        presets,
        splits,
        folds,
        sweeps,
        media,
        narration,
        augment,
        training,
        edits,
        classes,
        datasets,
        ingest,
        projects,
        settings,
        updates,
        describe,
        serving,
        health,
    )
)
"""Those asked most come first: a request is matched from the top."""
TAGS: Final = [
    {"name": "projects", "description": "collections of pictures with their classes"},
    {"name": "ingest", "description": "what puts pictures into a project"},
    {"name": "classes", "description": "names, colours and keys"},
    {"name": "views", "description": "queues and filters, read by position"},
    {"name": "images", "description": "facts and bytes of pictures"},
    {"name": "labels", "description": "labels with undo, history and snapshots"},
    {"name": "suggestions", "description": "what detectors see, accepted or rejected"},
    {"name": "doubts", "description": "what served models were unsure of"},
    {"name": "assists", "description": "what helps to draw: boxes and clicks become shapes"},
    {"name": "auto class", "description": "heads that name the class of what is drawn"},
    {"name": "objects", "description": "objects in pictures: drawn, reviewed, checked"},
    {"name": "heads", "description": "small classifiers on embeddings, and engines"},
    {"name": "maps", "description": "where images lie on a plane, and what lies beside them"},
    {"name": "analysis", "description": "what a project's data are like, and what suits them"},
    {"name": "training", "description": "runs, their curves and reports"},
    {"name": "models", "description": "export and prediction"},
    {"name": "demo", "description": "one page for one model"},
    {"name": "explanations", "description": "where a network looked"},
    {"name": "media", "description": "pictures, clips, cameras and streams to look at"},
    {"name": "data sets", "description": "labels for other tools, and from them"},
    {"name": "builds", "description": "what is done to pictures before others train on them"},
    {"name": "narration", "description": "what is seen, as texts"},
    {"name": "jobs", "description": "long work"},
    {"name": "settings", "description": "what can be set"},
    {"name": "events", "description": "what happens, as it happens"},
    {"name": "server", "description": "is it well?"},
]
_DRAWN_AT_ONCE: Final = 8
_DRAWINGS_WAITING: Final = 512


class Application(FastAPI):
    """FastAPI that also writes down the bodies which routes read by themselves."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        document = super().openapi()
        modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [
            (model, "validation")
            for model in (
                Labels,
                Draw,
                NewDetectionEvaluation,
                NewHead,
                NewImport,
                NewObjectImport,
                PredictIds,
                Explain,
                *MESSAGES,
            )
        ]
        _, found = models_json_schema(modes, ref_template="#/components/schemas/{model}")
        document["components"]["schemas"] |= found["$defs"]
        return document


def create_app(
    bench: Workbench,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    token: str | None = None,
    background: bool = True,
) -> FastAPI:
    """Return the application.

    Args:
        bench: The workspace; whoever opened it closes it, after the application.
        host: The address that the server is bound to.
        port: Its port.
        token: What every request must carry; None: nothing.
        background: Look after jobs, refit heads when labels change, and embed pictures that arrive,
            in threads.
    """
    hub = EventHub(bench.store.events)
    app = Application(
        title="Sightline",
        version=__version__,
        description="From a folder of pictures to a vision model you own, on one machine.",
        openapi_url="/api/openapi.json",
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        lifespan=_lifespan(bench, hub, background=background),
        generate_unique_id_function=lambda route: route.name,
    )
    join(app, (*ROUTERS, demo_page.router))
    _furnish(app, bench, hub)
    door = Door(
        host=host, port=port, allowed_hosts=tuple(bench.settings.allowed_hosts), token=token
    )
    wrap(
        app,
        door=door,
        hub=hub,
        upload_bytes=bench.settings.max_upload_mb * 1_000_000,
        media_bytes=bench.settings.media_max_mb * 1_000_000,
    )
    return app


def _furnish(app: FastAPI, bench: Workbench, hub: EventHub) -> None:
    """Lay out what routes may ask for (`deps.py`)."""
    settings = bench.settings
    app.state.bench = bench
    app.state.hub = hub
    app.state.crowd = Crowd(settings.stream_clients)
    app.state.started = time.monotonic()
    app.state.roots = allowed_roots(settings.allowed_roots, bench.workspace)
    app.state.predicting = Turnstile(
        places=settings.serving_threads(), queue=settings.predict_queue, what="predictions"
    )
    app.state.drawing = Turnstile(
        places=_DRAWN_AT_ONCE, queue=_DRAWINGS_WAITING, what="requests for pictures"
    )


def _lifespan(bench: Workbench, hub: EventHub, *, background: bool) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        jobs = threading.Thread(target=_look_after_jobs, args=(bench, hub, stop), name="jobs")
        refitter = Refitter(bench.store, bench.projects, bench.heads)
        keep_up = KeepUp(bench.store, bench.projects, bench.encoders, bench.jobs)
        sweeper = Sweeper(lambda: bench.media)
        if background:
            sweeper.start()
            jobs.start()
            refitter.start()
            keep_up.start()
        try:
            yield
        finally:
            stop.set()
            await hub.close()
            if background:
                await run_in_threadpool(sweeper.stop)
                await run_in_threadpool(refitter.stop)
                await run_in_threadpool(keep_up.stop)
                await run_in_threadpool(jobs.join)

    return lifespan


def _look_after_jobs(bench: Workbench, hub: EventHub, stop: threading.Event) -> None:
    """Take over the jobs of an earlier server, then look after all of them until `stop`."""
    try:
        running = bench.jobs.adopt()
    except SightlineError as error:
        log.warning("the jobs of an earlier server could not be looked at: %s", error)
    else:
        for job in running:
            log.info("job %s (%s) of an earlier server goes on", job.id, job.kind)
    ProgressHub(bench.jobs, hub.tell).run(stop)
