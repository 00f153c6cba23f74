"""One page for one model: drop a picture, see what it says. The same in `up` and in `serve`."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Path, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from sightline.server.router import Router
from sightline.server.static import FOLDER, Page

router = Router(tags=["demo"])
FILE: Final = FOLDER / "demo.html"
_MARK: Final = 'data-server="api"'
_NO_PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Sightline</title></head><body><h1>The page is not built yet</h1>
<p>Run <code>npm ci &amp;&amp; npm run build</code> in the folder <code>web/</code>, or install a
released wheel, which carries it.</p></body></html>"""


@router.get("/demo/{model}", response_class=HTMLResponse, include_in_schema=False)
async def demo_page(model: Annotated[str, Path(max_length=200)], request: Request) -> HTMLResponse:
    """Return the page; it asks for the model by itself."""
    del model
    html = FILE.read_text("utf-8") if FILE.is_file() else _NO_PAGE
    kind = getattr(request.app.state, "demo_server", "api")
    html = html.replace(_MARK, f'data-server="{kind}"')
    return HTMLResponse(html, headers={"cache-control": "no-cache"})


class DemoFiles:
    """Answers whatever no route of `serve` answers: files of the page, or 404."""

    def __init__(self) -> None:
        self._page = Page()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and not scope["path"].startswith("/assets/"):
            raise HTTPException(404)
        await self._page(scope, receive, send)
