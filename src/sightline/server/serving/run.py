"""Run `serve`: open the models, listen, answer, and end without losing a request."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn
from fastapi import FastAPI

from sightline.app.serving.backstage import Backstage
from sightline.app.serving.board import Board
from sightline.app.serving.following import Follower
from sightline.app.serving.metrics import Metrics
from sightline.core.errors import InvalidInputError
from sightline.server.address import bind, url_of
from sightline.server.host import KEEP_ALIVE_S, Host
from sightline.server.logs import Logging
from sightline.server.patience import HEAD_S, patient
from sightline.server.security import Door, is_loopback, make_token
from sightline.server.serving.app import create_serving_app
from sightline.server.serving.desk import Desk
from sightline.server.serving.exporting import export_apart
from sightline.server.serving.further import build_further
from sightline.server.serving.gate import Rules
from sightline.server.serving.rate import Buckets
from sightline.server.sockets import socket_options
from sightline.settings import Settings

if TYPE_CHECKING:
    from sightline.app import Workbench

log = logging.getLogger("sightline.server")
KEY_FILE: Final = "serving/key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be served, and where."""

    models: Sequence[str]
    """MODEL or NAME=MODEL."""
    host: str = "127.0.0.1"
    port: int = 8100
    keys: tuple[str, ...] = ()
    threads: int = 0
    """0: one for each core."""
    doubts: str = ""
    """Project that keeps what the models are unsure of; empty: nothing is kept."""
    follow: bool = False
    """Whether a newer model of a name takes it over."""


@dataclass(frozen=True, slots=True)
class Started:
    """What a person or a script wants to know once requests are answered."""

    url: str
    models: dict[str, str]
    """Name to version."""
    key: str = ""
    """One that was made, because the address is open and none was given."""


def run(
    workspace: Path,
    settings: Settings,
    plan: Plan,
    *,
    console: bool = True,
    on_ready: Callable[[Started], None] | None = None,
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
        MissingWeightsError: A model is not exported, and cannot be.
        BusyError: Another program has the port.
    """
    if not plan.models:
        raise InvalidInputError("no model is named", hint="sightline serve MODEL")
    with ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(bind(plan.host, plan.port)))
        port = listener.getsockname()[1]
        keys, made = _keys(workspace, settings, plan)
        address = url_of(plan.host, port)
        _log_to(workspace, settings, stack, (f"serve-{port}.log", keys, console))
        desk, app = _opened(workspace, settings, replace(plan, port=port, keys=keys), stack)
        slots = desk.serving.slots()
        board = Board(workspace).entry(address, list(slots), keyed=bool(keys))
        stack.enter_context(board)

        def ready() -> None:
            gc.collect()
            gc.freeze()  # what is loaded by now stays: no collection has to walk it again
            desk.ready = True
            found = {name: slot.current.found.version for name, slot in slots.items()}
            log.info("serving %s at %s (process %d)", ", ".join(found), address, os.getpid())
            (on_ready or _say)(Started(address, found, made))

        def stopping() -> float:
            desk.ready = False
            return settings.serve_drain_s

        async def end() -> None:
            desk.ready = False

        config = _config(app, settings)
        Host(config, before_end=end, on_ready=ready, on_signal=stopping).run([listener])
        log.info("stopped serving at %s", address)


def _opened(
    workspace: Path, settings: Settings, plan: Plan, stack: ExitStack
) -> tuple[Desk, FastAPI]:
    """Open the models and build the application over them; `stack` closes them."""
    metrics = Metrics()
    backstage = Backstage(
        workspace,
        settings,
        metrics,
        open_bench=lambda: _open_bench(workspace),
        export=lambda ref: export_apart(workspace, ref),
    )
    stack.callback(backstage.close)
    serving = backstage.open(plan.models, threads=plan.threads, doubts=plan.doubts)
    stack.callback(serving.close)
    if plan.follow:
        follower = Follower(serving, backstage.models, export=backstage.export)
        stack.callback(follower.stop)
        follower.start()
    desk = Desk(serving, backstage.models, settings.serve_timeout_s, metrics)
    door = Door(host=plan.host, port=plan.port, allowed_hosts=tuple(settings.allowed_hosts))
    buckets = Buckets(settings.serve_rate) if settings.serve_rate else None
    app = create_serving_app(
        desk,
        max_bytes=settings.serve_max_mb * 1_000_000,
        rules=Rules(door, plan.keys, buckets, metrics, lambda: not desk.ready),
        further=lambda: build_further(backstage.bench, stack),
    )
    return desk, app


def _open_bench(workspace: Path) -> Workbench:
    from sightline.app import open_workbench

    return open_workbench(workspace)


def _keys(workspace: Path, settings: Settings, plan: Plan) -> tuple[tuple[str, ...], str]:
    """Return the keys that are taken, and the one among them that was made here, if any.

    One that was made is kept in the workspace, so that callers need no other after a restart.

    Raises:
        InvalidInputError: One is empty, or could not be sent.
    """
    given = [*plan.keys, *settings.serve_keys.split(",")]
    if not all(one.strip() for one in plan.keys):
        raise InvalidInputError("an API key is empty", hint="leave --api-key out to need none")
    if not "".join(given).isascii() or not "".join(given).isprintable():
        raise InvalidInputError(
            "an API key has characters that requests cannot carry",
            hint="use letters and digits: openssl rand -hex 24",
        )
    keys = tuple(dict.fromkeys(one.strip() for one in given if one.strip()))
    if keys or is_loopback(plan.host):
        return keys, ""
    try:
        (workspace / KEY_FILE).parent.mkdir(parents=True, exist_ok=True)
        made = make_token(workspace / KEY_FILE)
    except OSError:
        made = secrets.token_urlsafe(32)
    return (made,), made


def _log_to(
    workspace: Path,
    settings: Settings,
    stack: ExitStack,
    how: tuple[str, tuple[str, ...], bool],
) -> None:
    """Write a log into the workspace, where there is one that can be written."""
    name, keys, console = how
    if not workspace.is_dir() or not os.access(workspace, os.W_OK):
        return
    folder = workspace / "logs"
    level = settings.log_level
    logs = Logging(folder, level=level, secrets=keys, console=console, file_name=name)
    stack.callback(logs.close)


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    head_s = min(HEAD_S, settings.serve_timeout_s)
    return uvicorn.Config(
        app,
        http=patient(head_s, spare_s=head_s),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        **socket_options(settings),
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(settings.serve_timeout_s) + 1,
    )


def _say(started: Started) -> None:
    sys.stdout.write(f"Serving at {started.url}\nStop it with Ctrl+C.\n")
    sys.stdout.flush()
