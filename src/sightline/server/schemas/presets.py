"""Presets of trainings."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sightline.server.schemas.common import Out


class Preset(Out):
    """A starting point for a kind of task."""

    name: str = Field(examples=["finegrained_recognition"])
    title: str
    description: str = Field(description="when to take it")
    task: Literal["single", "multi", "embedding"]
    group: Literal["classes", "tags", "embedding", "compact", "network"]
    heading: str = Field(description="of its group")


class FittedPreset(Out):
    """A preset for a project's data."""

    preset: str
    tier: Literal["tiny", "small", "medium", "large", "huge", "massive"]
    spec: dict[str, Any] = Field(description="complete: as a training takes it")
    notes: list[str] = Field(description="what a person should know, a sentence or two each")
