"""Run `serve`: open the models, listen, answer, and end without losing a request."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from sightline.app.serving.finding import find, parse
from sightline.app.serving.serving import Serving
from sightline.core.errors import InvalidInputError
from sightline.server.address import bind, url_of
from sightline.server.host import Host
from sightline.server.logs import Logging
from sightline.server.serving.app import create_serving_app
from sightline.server.serving.desk import Desk
from sightline.settings import Settings
from sightline.store.models import ModelStore

log = logging.getLogger("sightline.server")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be served, and where."""

    models: Sequence[str]
    """MODEL or NAME=MODEL."""
    host: str = "127.0.0.1"
    port: int = 8100
    threads: int = 0
    """0: one for each core."""


def run(
    workspace: Path,
    settings: Settings,
    plan: Plan,
    *,
    console: bool = True,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve models until SIGINT or SIGTERM.

    Args:
        workspace: From where models are taken, and where the log goes.
        settings: Limits.
        plan: What is to be served.
        console: Tell warnings on standard error too.
        on_ready: Hears the address once requests are answered; it is printed otherwise.

    Raises:
        UnknownModelError: A model is not there.
        MissingWeightsError: A model has to be exported first.
        BusyError: Another program has the port.
    """
    if not plan.models:
        raise InvalidInputError("no model is named", hint="sightline serve MODEL")
    with ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(bind(plan.host, plan.port)))
        logs = Logging(workspace / "logs", level=settings.log_level, console=console)
        stack.callback(logs.close)
        desk = _desk(workspace, settings, plan)
        stack.callback(desk.serving.close)
        app = create_serving_app(desk, max_bytes=settings.serve_max_mb * 1_000_000)
        address = url_of(plan.host, listener.getsockname()[1])

        def ready() -> None:
            gc.collect()
            gc.freeze()
            desk.ready = True
            log.info("serving %s at %s (process %d)", ", ".join(plan.models), address, os.getpid())
            (on_ready or _say)(address)

        async def end() -> None:
            desk.ready = False

        Host(_config(app, settings), before_end=end, on_ready=ready).run([listener])
        log.info("stopped serving")


def _desk(workspace: Path, settings: Settings, plan: Plan) -> Desk:
    """Open the models."""
    models = ModelStore(workspace / "models")
    serving = Serving(
        threads=plan.threads or settings.serving_threads(), queue=settings.serve_queue
    )
    for word in plan.models:
        serving.add(find(models, parse(word)))
    return Desk(serving, models, settings.serve_timeout_s)


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=int(settings.serve_timeout_s) + 1,
    )


def _say(address: str) -> None:
    sys.stdout.write(f"Serving at {address}\nStop it with Ctrl+C.\n")
    sys.stdout.flush()
