"""The address that is asked all day goes past the routing.

Measured: matching a route and solving what its function wants costs as much as everything else that
stands between a socket and the queue, 0.2 ms. The route stays in the table, for the document.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Way:
    """Where it leads."""

    path: str
    answer: Callable[[Request], Awaitable[Response]]


class Shortcut:
    """Answers POST at one address; what is raised is answered as the application does."""

    def __init__(self, app: ASGIApp, way: Way) -> None:
        self._app = app
        self._way = way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        asked = (scope["type"], scope.get("method"), scope.get("path"))
        if asked != ("http", "POST", self._way.path):
            await self._app(scope, receive, send)
            return
        scope["route"] = self._way
        request = Request(scope, receive)
        try:
            answer = await self._way.answer(request)
        except Exception as error:
            handlers = request.app.exception_handlers
            known = next((one for one in type(error).__mro__ if one in handlers), None)
            if known is None:
                raise
            answer = await handlers[known](request, error)
        await answer(scope, receive, send)
