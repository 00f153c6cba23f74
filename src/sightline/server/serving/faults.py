"""Faults under /v2 as the Open Inference Protocol wants them, whoever found them."""

from __future__ import annotations

from typing import Final

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.server.problems import MEDIA_TYPE

PLACE: Final = "/v2"
_FAULTS_FROM: Final = 400


class Faults:
    """Adds `error`, the words that the protocol's clients read, to problem documents."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or f"{scope['path']}/"[: len(PLACE) + 1] != f"{PLACE}/":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Worded(send))


class _Worded:
    """Keeps a problem document back until it is whole."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_fault(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._tell(self._start)

    async def _tell(self, start: Message) -> None:
        told = orjson.loads(self._body)
        body = orjson.dumps({"error": f"{told['message']}. {told['hint']}", **told})
        kept = [one for one in start["headers"] if one[0] != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        await self._send({**start, "headers": [*kept, length]})
        await self._send({"type": "http.response.body", "body": body})


def _is_fault(start: Message) -> bool:
    is_problem = (b"content-type", MEDIA_TYPE.encode()) in start.get("headers", ())
    return bool(start["status"] >= _FAULTS_FROM and is_problem)
