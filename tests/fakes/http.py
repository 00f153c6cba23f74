"""A client that talks to an application in this process, lifespan and all."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
from anyio.from_thread import start_blocking_portal

if TYPE_CHECKING:
    from fastapi import FastAPI


class Client:
    """Sends requests from any thread; the application runs in a loop of its own."""

    def __init__(self, app: FastAPI, base_url: str = "http://127.0.0.1:8000") -> None:
        self._stack = ExitStack()
        self.app = app
        self._base_url = base_url

    def __enter__(self) -> Client:
        self.portal = self._stack.enter_context(start_blocking_portal())
        lifespan = self.app.router.lifespan_context(self.app)
        self._stack.enter_context(self.portal.wrap_async_context_manager(lifespan))
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url=self._base_url)
        self._http = self._stack.enter_context(self.portal.wrap_async_context_manager(http))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def request(self, method: str, url: str, **more: Any) -> httpx.Response:
        """Send one request and wait for the whole answer."""
        return self.portal.call(partial(self._http.request, method, url, **more))

    def get(self, url: str, **more: Any) -> httpx.Response:
        """Send a GET."""
        return self.request("GET", url, **more)

    def head(self, url: str, **more: Any) -> httpx.Response:
        """Send a HEAD."""
        return self.request("HEAD", url, **more)

    def post(self, url: str, **more: Any) -> httpx.Response:
        """Send a POST."""
        return self.request("POST", url, **more)

    def put(self, url: str, **more: Any) -> httpx.Response:
        """Send a PUT."""
        return self.request("PUT", url, **more)

    def patch(self, url: str, **more: Any) -> httpx.Response:
        """Send a PATCH."""
        return self.request("PATCH", url, **more)

    def delete(self, url: str, **more: Any) -> httpx.Response:
        """Send a DELETE."""
        return self.request("DELETE", url, **more)
