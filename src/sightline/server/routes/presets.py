"""Presets of trainings, and what they come to for a project."""

from __future__ import annotations

from sightline.server.deps import Bench, ProjectName, Ref
from sightline.server.router import Router
from sightline.server.schemas.presets import FittedPreset, Preset

router = Router(prefix="/api", tags=["training"])


@router.get("/presets", response_model=list[Preset])
def list_presets(bench: Bench) -> object:
    """List the presets, by group."""
    return bench.presets.all()


@router.get("/projects/{name}/presets/{preset}", response_model=FittedPreset)
def get_preset(name: ProjectName, preset: Ref, bench: Bench) -> object:
    """Return the whole spec of a preset for a project's data."""
    return bench.presets.fitted(preset, bench.projects.get(name))
