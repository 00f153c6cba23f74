"""Who narrates, and in which languages."""

from __future__ import annotations

from sightline.server.deps import Bench
from sightline.server.router import Router
from sightline.server.schemas.narration import NarrationEngine, NarrationLanguage

router = Router(prefix="/api/narration", tags=["narration"])


@router.get("/engines", response_model=list[NarrationEngine])
def list_narration_engines(bench: Bench) -> object:
    """List the models that can narrate; `auto` means the first that is ready."""
    return bench.narrating.engines()


@router.get("/languages", response_model=list[NarrationLanguage])
def list_narration_languages(bench: Bench) -> object:
    """List the languages that texts come in."""
    return bench.narrating.languages()
