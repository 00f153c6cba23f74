"""What `serve` offers, as a plain page: it needs no scripts and nothing from elsewhere."""

from __future__ import annotations

from html import escape
from typing import Any, Final
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse

from sightline.server.router import Router

router = Router(tags=["server"])

_STYLE: Final = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:24px;
background:#fafbfc;color:#15191d}
a{color:#0b62c4}h1{font-size:20px}h2{font-size:16px;margin-top:32px}
pre{background:#fff;border:1px solid #d9dee3;border-radius:8px;padding:12px;overflow-x:auto}
code,pre{font-family:ui-monospace,monospace;font-size:14px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border-top:1px solid #d9dee3;
font-weight:400}
td:first-child{white-space:nowrap;width:4rem}
@media(prefers-color-scheme:dark){body{background:#111417;color:#e6e9ec}a{color:#5aa9ff}
pre{background:#1b2026;border-color:#2a3036}th,td{border-color:#2a3036}}
"""


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
async def front(request: Request) -> HTMLResponse:
    """Show what can be asked, and how."""
    base = str(request.base_url).rstrip("/")
    rows = "".join(_row(*one) for one in _operations(request.app.openapi()))
    key = ' -H "X-API-Key: KEY"' if request.app.state.keyed else ""
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Sightline serving</title><style>{_STYLE}</style></head><body><main>"
        "<h1>Models that answer about pictures</h1>"
        f"<pre>curl{key} --data-binary @photo.jpg {escape(base)}/v1/predict</pre>"
        "<p>Several models are served? Add <code>?model=NAME</code>. "
        '<a href="/openapi.json">openapi.json</a> has every field; programs that speak the Open '
        "Inference Protocol ask under <code>/v2</code>.</p>"
        f"{_demos(request)}"
        f"<h2>Addresses</h2><table>{rows}</table></main></body></html>"
    )


def _demos(request: Request) -> str:
    """Return links to the models' pages; to those without a key no names are told."""
    if request.app.state.keyed:
        return ""
    names = request.app.state.desk.serving.slots()
    links = (f'<a href="/demo/{quote(name)}">{escape(name)}</a>' for name in names)
    return f"<p>Try in the browser: {', '.join(links)}.</p>"


def _operations(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (method.upper(), path, str(found.get("description", "")))
        for path, methods in document["paths"].items()
        for method, found in methods.items()
    ]


def _row(method: str, path: str, what: str) -> str:
    return (
        f"<tr><td>{method}</td><th scope='row'><code>{escape(path)}</code></th>"
        f"<td>{escape(what)}</td></tr>"
    )
