"""Pushing a model to a hub."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sightline.server.schemas.common import In, Out


class PushedFile(Out):
    """A file that would be pushed."""

    name: str
    bytes: int
    sha256: str


class PushPlan(Out):
    """What would be pushed, and where to; nothing has been sent."""

    model: str
    name: str
    repo: str
    endpoint: str
    licence: str = Field(description="as the model's card notes it; empty: none")
    forced: bool = Field(description="the model lost more than its limit when it was exported")
    token: str = Field(description="the variable that holds a token; empty: there is none")
    files: list[PushedFile]
    bytes: int


class Push(In):
    """A push to a repository of the hub."""

    repo: Annotated[str, Field(min_length=3, max_length=96, examples=["ann/cats"])]
    private: bool = False
