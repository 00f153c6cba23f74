"""Who may ask `serve`, and how often.

With keys, a request carries one: `Authorization: Bearer KEY`, `X-API-Key: KEY`, for a WebSocket of
a browser `?key=KEY`, for pages the cookie that `/?key=KEY` sets. Without keys the server is bound
to loopback, where Host and Origin are checked as for the page (`server/security.py`).
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.core.errors import ForbiddenError, OverloadedError
from sightline.server.problems import of_error, problem
from sightline.server.security import SAFE_METHODS, Door, refuse_socket, sealed_headers
from sightline.server.serving.rate import Buckets

OPEN: Final = frozenset(
    {"/", "/health", "/ready", "/openapi.json", "/v2/health/live", "/v2/health/ready"}
)
"""What probes and readers need; it tells nothing about pictures."""
PAGES: Final = ("/demo/", "/assets/")
"""Where pages lie: they are the same for all, and ask for a key themselves."""
GUESSES: Final = 30
"""So many requests without a key that is known an address may send at once,"""
GUESSES_PER_S: Final = 1.0
"""and so many a second after that: keys cannot be found out by trying."""


class Meter(Protocol):
    """Counts requests."""

    def asked(self, route: str, status: int, seconds: float, received: int) -> None:
        """One was answered."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What the gate goes by."""

    door: Door
    keys: tuple[str, ...] = ()
    buckets: Buckets | None = None
    meter: Meter | None = None
    draining: Callable[[], bool] = field(default=lambda: False)
    """Whether connections end with their next answer, because the server does."""


class Gate:
    """Lets requests in, counts them, and adds the security headers."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules
        self._guesses = Buckets(GUESSES_PER_S, burst=GUESSES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        answer = self._decide(scope, Headers(scope=scope))
        if scope["type"] == "websocket":
            if answer is None:
                await self._app(scope, receive, send)
            else:
                await refuse_socket(answer, receive, send)
            return
        began = time.perf_counter()
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return message

        async def sealed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = sealed_headers(message.get("headers", ()), is_api=_is_fresh(scope))
                if self._rules.draining():
                    headers.append((b"connection", b"close"))
                message = {**message, "headers": headers}
            await send(message)

        try:
            await (answer or self._app)(scope, counted, sealed)
        finally:
            self._count(scope, status, time.perf_counter() - began, received)

    def _decide(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request that may not pass."""
        rules = self._rules
        path = scope["path"]
        address = str((scope.get("client") or ("",))[0])
        if rules.keys:
            if path == "/" and scope["type"] == "http":
                return self._welcome(scope)
            if path in OPEN or path.startswith(PAGES):
                return None
            who = self._holder(scope, headers)
            if who is None:
                return _slow_down(self._guesses, address) or _ask_for_key()
        else:
            refused = self._foreign(scope, headers)
            if refused is not None or path in OPEN:
                return refused
            who = address
        return _slow_down(rules.buckets, who)

    def _holder(self, scope: Scope, headers: Headers) -> str | None:
        """Return who asks, by the key that the request carries; None: by none that is known."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        offered = [headers.get("x-api-key", "")]
        if scheme.lower() == "bearer":
            offered.append(bearer.strip())
        if scope["type"] == "websocket":
            offered.append(_of_query(scope).get("key", ""))
        cookie = self._rules.door.cookie(headers)
        safe = scope["type"] == "http" and scope["method"] in SAFE_METHODS
        if cookie is not None and (safe or not self._rules.door.refuse_origin(headers)):
            offered.append(cookie)
        return next((who for one in offered if one and (who := self.known(one))), None)

    def known(self, offered: str) -> str | None:
        """Return which key it is, compared with each in constant time."""
        matching = [
            number
            for number, key in enumerate(self._rules.keys)
            if hmac.compare_digest(key.encode(), offered.encode())
        ]
        return f"key {matching[0]}" if matching else None

    def _foreign(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to what comes from a foreign page."""
        why = self._rules.door.refuse_host(headers)
        if not why and (scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS):
            why = self._rules.door.refuse_origin(headers)
        if not why:
            return None
        return of_error(ForbiddenError(why, hint="serve with --api-key to be asked from elsewhere"))

    def _welcome(self, scope: Scope) -> Response | None:
        """Keep the key of `/?key=KEY` in a cookie, which scripts cannot read."""
        key = _of_query(scope).get("key")
        if key is None or self.known(key) is None:
            return None
        answer = RedirectResponse("/", status_code=303)
        name = self._rules.door.cookie_name
        answer.set_cookie(name, key, path="/", httponly=True, samesite="strict")
        answer.headers["cache-control"] = "no-store"
        return answer

    def _count(self, scope: Scope, status: int, seconds: float, received: int) -> None:
        if self._rules.meter is not None:
            route = getattr(scope.get("route"), "path", "other")
            self._rules.meter.asked(route, status, seconds, received)


def _slow_down(buckets: Buckets | None, who: str) -> Response | None:
    wait = 0.0 if buckets is None else buckets.take(who)
    if wait == 0.0:
        return None
    hint = f"try again in {wait:.2g} s"
    return of_error(OverloadedError("too many requests a second", hint=hint, retry_s=wait))


def _is_fresh(scope: Scope) -> bool:
    """Tell whether an answer must not be kept: all but the files of pages."""
    return not scope["path"].startswith(PAGES)


def _of_query(scope: Scope) -> dict[str, str]:
    return dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))


def _ask_for_key() -> Response:
    return problem(
        401,
        "unauthorized",
        "this server asks for a key",
        "send `Authorization: Bearer KEY` or `X-API-Key: KEY`",
        headers={"www-authenticate": "Bearer"},
    )
