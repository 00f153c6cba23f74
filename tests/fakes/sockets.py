"""A WebSocket to an application in this process."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from fakes.http import Client

WAIT_S = 60.0


class Socket:
    """Sends and receives as a browser would; `code` and `reason` are set once it is closed."""

    def __init__(self, client: Client, path: str = "/ws/describe", **headers: str) -> None:
        self._portal = client.portal
        named = {"host": "127.0.0.1:8000"} | {k.replace("_", "-"): v for k, v in headers.items()}
        self._scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "ws",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8_000),
            "subprotocols": [],
            "app": client.app,
            "state": {},
        }
        self._app = client.app
        self.code = 0
        self.reason = ""

    def __enter__(self) -> Socket:
        self._portal.call(self._begin)
        self._put({"type": "websocket.connect"})
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        self._portal.call(self._end)

    async def _begin(self) -> None:
        self._to_app: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._from_app: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        await self._app(self._scope, self._to_app.get, self._take)

    async def _take(self, message: MutableMapping[str, Any]) -> None:
        await self.reads.wait()
        await self._from_app.put(message)

    async def _end(self) -> None:
        self.reads.set()
        await asyncio.wait_for(self._task, WAIT_S)

    def _put(self, event: dict[str, Any]) -> None:
        self._portal.call(self._to_app.put, event)

    def stop_reading(self) -> None:
        """Let the server's next message wait."""
        self._portal.call(self._set_reads, False)

    def read_again(self) -> None:
        """Take messages again."""
        self._portal.call(self._set_reads, True)

    async def _set_reads(self, on: bool) -> None:
        (self.reads.set if on else self.reads.clear)()

    def leave(self) -> None:
        """Go away without a word."""
        self._put({"type": "websocket.disconnect", "code": 1006})

    def send(self, message: Any) -> None:
        """Send JSON, text or bytes."""
        if isinstance(message, bytes):
            self._put({"type": "websocket.receive", "bytes": message})
        else:
            text = message if isinstance(message, str) else json.dumps(message)
            self._put({"type": "websocket.receive", "text": text})

    def next(self) -> dict[str, Any] | None:
        """Return the next JSON message, or None: it is closed."""
        while True:
            event = self._portal.call(asyncio.wait_for, self._from_app.get(), WAIT_S)
            if event["type"] == "websocket.close":
                self.code, self.reason = event["code"], event.get("reason", "")
                return None
            if event["type"] == "websocket.send":
                found: dict[str, Any] = json.loads(event["text"])
                return found

    def until(self, kind: str) -> dict[str, Any]:
        """Return the next message of a type; `text` is one that has none."""
        while (message := self.next()) is not None:
            if message.get("type", "text") == kind:
                return message
        raise AssertionError(f"closed with {self.code}: {self.reason}")

    def rest(self) -> list[dict[str, Any]]:
        """Return all messages until it is closed."""
        found = []
        while (message := self.next()) is not None:
            found.append(message)
        return found


def texts(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the messages that are texts."""
    return [one for one in messages if "type" not in one]
