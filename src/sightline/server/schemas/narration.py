"""Who can say what is seen, and in which languages."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sightline.server.schemas.common import Out


class NarrationEngine(Out):
    """A model that can narrate."""

    name: str = Field(examples=["template:yolox-nano"])
    kind: Literal["detector", "classifier", "head", "captioner"]
    model: str = Field(description="its id")
    description: str
    classes: list[str]
    ready: bool
    why: str = Field(description="why it cannot be asked; empty when it can")


class NarrationLanguage(Out):
    """A language of the texts."""

    code: str = Field(description="ISO 639-1")
    name: str = Field(description="as it calls itself")
