"""How busy the machine is."""

from __future__ import annotations

from pydantic import Field

from sightline.server.schemas.common import Out


class Card(Out):
    """A graphics card; null: its driver does not tell."""

    name: str
    percent: float | None
    memory_used_mb: float | None
    memory_total_mb: float | None
    temperature_c: float | None


class Load(Out):
    """Processors, memory, graphics cards."""

    cpu_percent: float = Field(description="of all processors, since it was last asked")
    cores: int
    memory_used_mb: int
    memory_total_mb: int
    process_cpu_percent: float = Field(description="of one processor, by the asked process")
    process_memory_mb: int
    gpus: list[Card]


class LoadSample(Load):
    """The load at one time of a training; the process is the training's."""

    at: float = Field(description="seconds since 1970")
