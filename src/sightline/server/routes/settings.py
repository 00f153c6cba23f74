"""Settings of the workspace."""

from __future__ import annotations

from sightline.server.deps import Bench
from sightline.server.router import Router
from sightline.server.schemas.common import Form, Values

router = Router(prefix="/api/settings", tags=["settings"])


@router.get("", response_model=Form)
def get_settings(bench: Bench) -> object:
    """Return the workspace's settings as a form: schema, values, and who set each."""
    return bench.settings_form()


@router.put("", response_model=Form)
def put_settings(body: Values, bench: Bench) -> object:
    """Change settings of the workspace; most hold from the next start on."""
    return bench.save_settings(body.values)
