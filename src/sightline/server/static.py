"""The built page: hashed assets for ever, index.html never from a cache.

The index carries the id of the newest event as it is served: a page that opens its stream of events
from there misses nothing, however long it took until then.
"""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

log = logging.getLogger("sightline.server")

FOLDER: Final = Path(__file__).parent / "_web"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_MARK: Final = 'data-last-event=""'
_TYPES: Final = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2"}


class Page:
    """Answers whatever no route answers: a file of the page, its index, or 404."""

    def __init__(
        self, folder: Path = FOLDER, newest: Callable[[], Awaitable[int]] | None = None
    ) -> None:
        self._folder = folder.resolve()
        self._newest = newest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000, "reason": "nothing here"})
            return
        path = str(scope["path"])
        if path == "/api" or path.startswith("/api/"):
            raise HTTPException(404)
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        answer = self._find(path) or await self._index()
        await answer(scope, receive, send)

    def _find(self, path: str) -> Response | None:
        """Return what answers a path; None: the index."""
        index = self._folder / "index.html"
        if not index.is_file():
            return HTMLResponse(_NO_PAGE, headers={"cache-control": _ASK_AGAIN})
        file = self._file(path)
        if file is not None:
            keep = _FOR_EVER if path.startswith("/assets/") else _ASK_AGAIN
            return FileResponse(file, media_type=_type_of(file), headers={"cache-control": keep})
        if "." in path.rpartition("/")[2]:
            raise HTTPException(404)
        return None

    async def _index(self) -> Response:
        html = (self._folder / "index.html").read_text("utf-8")
        if self._newest is not None:
            try:
                html = html.replace(_MARK, f'data-last-event="{await self._newest()}"', 1)
            except Exception:
                log.exception("the newest event could not be read; the page starts from now")
        return HTMLResponse(html, headers={"cache-control": _ASK_AGAIN})

    def _file(self, path: str) -> Path | None:
        if "\0" in path:
            return None
        file = (self._folder / path.lstrip("/")).resolve()
        inside = file.is_relative_to(self._folder) and file != self._folder
        return file if inside and file.is_file() else None


def _type_of(file: Path) -> str:
    known = _TYPES.get(file.suffix)
    return known or mimetypes.guess_type(file.name)[0] or "application/octet-stream"


_NO_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sightline</title></head><body>
<h1>The server runs; its page is not built yet</h1>
<p>The page needs Node 20.19 or newer once. Either</p>
<ul>
<li>start with <code>python3 run.py</code>, which builds it, or</li>
<li>run <code>npm ci &amp;&amp; npm run build</code> in the folder <code>web/</code>, or</li>
<li>install a released wheel, which carries it.</li>
</ul>
<p>The API is here already: <a href="/api/openapi.json">/api/openapi.json</a>,
<a href="/api/health">/api/health</a>.</p>
</body></html>"""
