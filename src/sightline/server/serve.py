"""Run the server: lock, port, logs, uvicorn, and a shutdown that loses nothing."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from sightline.app import Workbench, open_workbench
from sightline.app.samples import make_samples
from sightline.core.errors import InvalidInputError
from sightline.core.names import check_name
from sightline.core.progress import Silent
from sightline.server.address import bind, url_of
from sightline.server.host import KEEP_ALIVE_S, Host
from sightline.server.lock import ServerLock
from sightline.server.logs import Logging
from sightline.server.main import create_app
from sightline.server.patience import patient
from sightline.server.security import is_loopback, make_token
from sightline.server.sockets import socket_options
from sightline.settings import Settings, load_settings

log = logging.getLogger("sightline.server")

GRACE_S: Final = 10
"""How long requests that run may take after the signal to stop."""


def serve(
    workspace: Path,
    *,
    flags: Mapping[str, Any] | None = None,
    browser: bool = False,
    samples: bool = True,
    console: bool = True,
    first: First | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve a workspace until SIGINT or SIGTERM.

    Jobs go on after the server's end; the next server adopts them.

    Args:
        workspace: Its folder, which is made when it is not there.
        flags: Settings that overrule every other source.
        browser: Open the page.
        samples: Make the sample projects in a workspace that has none.
        console: Tell warnings on standard error too.
        first: Pictures to take in, instead of making samples.
        on_ready: Hears the address (with the token, when one is asked for) once requests are
            answered; it is printed otherwise.

    Raises:
        BusyError: Another server has the workspace, or another program the port.
        InvalidInputError: A setting is not valid, or the address is none of this machine.
        ForbiddenError: The port may not be used.
    """
    workspace = workspace.resolve()
    settings = load_settings(workspace, flags=flags).settings
    with ExitStack() as stack:
        workspace.mkdir(parents=True, exist_ok=True)
        lock = ServerLock(workspace)
        lock.acquire()
        stack.callback(lock.release)
        listener = stack.enter_context(contextlib.closing(bind(settings.host, settings.port)))
        port = listener.getsockname()[1]
        token = token_for(workspace, settings)
        secrets = (token,) if token else ()
        level = settings.log_level
        logs = Logging(workspace / "logs", level=level, secrets=secrets, console=console)
        stack.callback(logs.close)
        bench = stack.enter_context(open_workbench(workspace, **dict(flags or {})))
        prepare(bench, samples=samples, first=first)
        app = create_app(bench, host=settings.host, port=port, token=token)
        address = url_of(settings.host, port)
        lock.tell(address)
        welcome = f"{address}/?token={token}" if token else address

        def ready() -> None:
            gc.collect()
            gc.freeze()  # what is loaded by now stays: no collection has to walk it again
            log.info("serving %s at %s (process %d)", workspace, address, os.getpid())
            (on_ready or _say)(welcome)
            if browser:
                threading.Thread(target=webbrowser.open, args=(welcome,), daemon=True).start()

        Host(_config(app), before_end=app.state.hub.close, on_ready=ready).run([listener])
        log.info("stopped serving %s", workspace)


@dataclass(frozen=True, slots=True)
class First:
    """A folder to take in at the start, and the project that it goes to."""

    source: Path
    project: str


def first_of(source: Path | None, project: str | None) -> First | None:
    """Return what to take in at the start; a project that is not named is named as the folder.

    Raises:
        InvalidInputError: There is no such folder, or its name cannot be that of a project.
    """
    if source is None:
        if project is not None:
            raise InvalidInputError("--project belongs to --ingest", hint="add --ingest FOLDER")
        return None
    folder = source.expanduser().resolve()
    if not folder.is_dir():
        raise InvalidInputError(f"there is no folder {source}", hint="check the path")
    return First(folder, check_name(project or folder.name, "project"))


def prepare(bench: Workbench, *, samples: bool, first: First | None = None) -> None:
    """Find projects that were dropped into the workspace; make the samples in an empty one.

    `first` is handed to a job, which passes over what is registered already.
    """
    found = bench.pictures.start_discover()
    if found:
        log.info("found %s in the workspace", ", ".join(found))
    if first is not None:
        if any(first.source.iterdir()):
            bench.pictures.start_ingest(first.project, first.source)
            log.info("taking in %s as project %s", first.source, first.project)
        else:
            log.warning("%s is empty: there is nothing to take in", first.source)
    elif samples and make_samples(bench, Silent()):
        log.info("made the sample projects")


def _say(address: str) -> None:
    sys.stdout.write(f"Sightline is at {address}\nStop it with Ctrl+C.\n")
    sys.stdout.flush()


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=patient(spare_s=None),  # browsers open connections that they may need
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        **socket_options(app.state.bench.settings),
        lifespan="on",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )


def token_for(workspace: Path, settings: Settings) -> str | None:
    """Return the token to ask for: the one set, one made for an open address, or None."""
    if settings.token:
        return settings.token
    return None if is_loopback(settings.host) else make_token(workspace / "token")
