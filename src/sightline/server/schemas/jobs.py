"""Jobs, health and doctor."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import Out, State, When


class JobFault(Out):
    """Why a job failed."""

    model_config = ConfigDict(extra="allow")

    code: str
    message: str
    hint: str


class Job(Out):
    """Long work."""

    id: str
    kind: str = Field(examples=["ingest"])
    project: str | None
    state: State
    done: int
    total: int | None
    rate: float | None = Field(description="steps per second")
    eta_s: float | None
    note: str
    error: JobFault | None
    result: dict[str, Any] | None
    created_at: When
    started_at: str | None
    finished_at: str | None
    resumable: bool


class JobLog(Out):
    """A piece of a job's log; ask again with `after=next`."""

    text: str
    next: int


class Health(Out):
    """The server lives."""

    status: str = Field(examples=["ok"])
    version: str
    workspace: str
    uptime_s: float
    torch_loaded: bool


class Check(Out):
    """One thing that doctor looked at."""

    name: str = Field(examples=["disk"])
    ok: bool
    detail: str
    needed: bool = Field(description="Sightline does not work without it")


class Doctor(Out):
    """Is everything there that Sightline needs?"""

    model_config = ConfigDict(extra="allow")

    ok: bool
    workspace: str
    checks: list[Check]
    settings: dict[str, Any]
    origins: dict[str, str]
    versions: dict[str, Any]
