"""Who may ask: Host against DNS rebinding, Origin against foreign pages, a token elsewhere.

A page on the internet can make a browser send requests to 127.0.0.1. It cannot forge Host or
Origin, so both are checked: Host on every request, because a rebound name reads even GETs; Origin
on whatever changes something and on WebSockets. Bound to anything but loopback, every request also
needs the token.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sightline.core.errors import ForbiddenError
from sightline.core.files import write_atomic
from sightline.server.closing import reason_of
from sightline.server.problems import of_error, problem

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_WILDCARDS: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - recognised, not bound
_COOKIE_DAYS: Final = 180

POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",  # WebAssembly, for decoders in the browser
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",  # a clip is looked at before it is sent
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(), microphone=(), camera=(self)",
}
_SEAL: Final = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())
_NOT_KEPT: Final = (b"cache-control", b"no-store")


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Tell whether a name or address can only mean this machine."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=256)
def split_host(header: str) -> tuple[str, int | None] | None:
    """Return name and port of a Host header (`[::1]:8000`), or None when it is malformed."""
    if not header or any(character in header for character in "/\\@?# \t,"):
        return None
    try:
        parts = urlsplit(f"//{header}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    return (name.rstrip(".").lower(), port) if name else None


def make_token(path: Path) -> str:
    """Return the token kept at `path`, made (0600) when there is none."""
    try:
        kept = path.read_text("utf-8").strip()
    except FileNotFoundError:
        kept = ""
    if kept:
        path.chmod(0o600)
        return kept
    token = secrets.token_urlsafe(32)
    write_atomic(path, token + "\n", mode=0o600)
    return token


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Decides about one request from its headers; touches nothing."""

    host: str = "127.0.0.1"
    """The address that the server is bound to."""
    port: int = 8000
    allowed_hosts: tuple[str, ...] = ()
    token: str | None = None
    """Asked for on every request when it is set."""

    @property
    def cookie_name(self) -> str:
        """Return a name of its own: cookies of one host are shared by all its ports."""
        return f"sightline_{self.port}"

    def refuse_host(self, headers: Headers) -> str:
        """Return why the Host header will not do, or nothing."""
        given = headers.getlist("host")
        parts = split_host(given[0]) if len(given) == 1 else None
        if parts is None:
            return "the request has no usable Host header"
        name = parts[0]
        if is_loopback(name) or name == self.host.lower() or name in self._named():
            return ""
        if self.host in _WILDCARDS and (_is_address(name) or name == socket.gethostname().lower()):
            return ""
        return f"this server is not known as {name!r}"

    def _named(self) -> set[str]:
        return {name.strip("[]").rstrip(".").lower() for name in self.allowed_hosts}

    def refuse_origin(self, headers: Headers) -> str:
        """Return why a change may not come from where it comes from, or nothing."""
        origin = headers.get("origin")
        if origin is None:
            site = headers.get("sec-fetch-site", "same-origin")
            if site not in {"same-origin", "none"} or self.cookie(headers) is not None:
                return "the request comes from a page but names no Origin"
            return ""
        scheme = origin.partition("://")[0]
        place = _place(origin)
        if place is None or place != _place(f"{scheme}://{headers.get('host', '')}"):
            return f"a page of {origin[:200]!r} may not change anything here"
        return ""

    def cookie(self, headers: Headers) -> str | None:
        """Return the token that the browser's cookie carries."""
        try:
            jar = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return None
        return jar[self.cookie_name].value if self.cookie_name in jar else None

    def knows(self, offered: str | None) -> bool:
        """Compare in constant time."""
        if self.token is None or offered is None:
            return False
        return hmac.compare_digest(offered.encode(), self.token.encode())

    def lets_in(self, headers: Headers) -> bool:
        """Tell whether the request may enter: no token is needed, or it carries the right one."""
        if self.token is None:
            return True
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.knows(bearer.strip()):
            return True
        return self.knows(self.cookie(headers))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _place(url: str) -> tuple[str, int | None] | None:
    scheme, _, rest = url.partition("://")
    where = split_host(rest)
    if where is None or scheme not in _DEFAULT_PORTS:
        return None
    return where[0], where[1] or _DEFAULT_PORTS[scheme]


class Guard:
    """Asks the door about every request and WebSocket, and adds the security headers."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        answer = self._decide(scope, Headers(scope=scope))
        if scope["type"] == "websocket":
            if answer is not None:
                await refuse_socket(answer, receive, send)
                return
            await self._app(scope, receive, send)
            return
        is_api = scope["path"].startswith("/api")

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = sealed_headers(message.get("headers", ()), is_api=is_api)
                message = {**message, "headers": headers}
            await send(message)

        await (answer or self._app)(scope, receive, sealed)

    def _decide(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request that may not pass."""
        why = self._door.refuse_host(headers)
        if why:
            hint = "add the name to the setting allowed_hosts (SIGHTLINE_ALLOWED_HOSTS)"
            return of_error(ForbiddenError(why, hint=hint))
        if scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS:
            why = self._door.refuse_origin(headers)
            if why:
                hint = "open Sightline's own page, or send the request without a browser"
                return of_error(ForbiddenError(why, hint=hint))
        if self._door.lets_in(headers):
            return None
        return self._ask_for_token(scope, headers)

    def _ask_for_token(self, scope: Scope, headers: Headers) -> Response:
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        if scope.get("method") == "GET" and scope["path"] == "/":
            if self._door.knows(dict(query).get("token")):
                return self._welcome(query)
            if "text/html" in headers.get("accept", ""):
                return HTMLResponse(_ASK, status_code=401)
        return problem(
            401,
            "unauthorized",
            "this server asks for its token",
            "send `Authorization: Bearer TOKEN`; it was printed at the start and is in the "
            "workspace's file `token`",
            headers={"www-authenticate": "Bearer"},
        )

    def _welcome(self, query: list[tuple[str, str]]) -> Response:
        rest = urlencode([pair for pair in query if pair[0] != "token"])
        answer = RedirectResponse(f"/?{rest}" if rest else "/", status_code=303)
        answer.set_cookie(
            self._door.cookie_name,
            self._door.token or "",
            max_age=_COOKIE_DAYS * 86_400,
            path="/",
            httponly=True,
            samesite="strict",
        )
        answer.headers["cache-control"] = "no-store"
        return answer


async def refuse_socket(answer: Response, receive: Receive, send: Send) -> None:
    """Open a socket only to say why it is closed: a page learns nothing from a refused one."""
    await receive()
    await send({"type": "websocket.accept"})
    why = json.loads(bytes(answer.body))["message"]
    await send(
        {"type": "websocket.close", "code": 4000 + answer.status_code, "reason": reason_of(why)}
    )


def sealed_headers(
    given: Iterable[tuple[bytes, bytes]], *, is_api: bool
) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with ours where it does not say otherwise."""
    headers = list(given)
    names = {name for name, _ in headers}
    headers += [pair for pair in _SEAL if pair[0] not in names]
    if is_api and _NOT_KEPT[0] not in names:
        headers.append(_NOT_KEPT)
    return headers


_ASK: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sightline</title>
<h1>This server asks for its token</h1>
<p>Open the address that was printed when it started: it ends in <code>/?token=...</code>.
The token is also in the file <code>token</code> of the workspace.</p></html>"""
