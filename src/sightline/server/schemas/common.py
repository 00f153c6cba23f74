"""Shared parts of the schemas."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_ID: Final = 2**53 - 1
"""The largest whole number that JavaScript keeps exactly."""
MAX_CLASS_ID: Final = 2**31 - 1
MAX_CHANGES: Final = 100_000

ImageId = Annotated[int, Field(ge=1, le=MAX_ID, description="id of an image", examples=[17])]
ClassId = Annotated[int, Field(ge=1, le=MAX_CLASS_ID, description="id of a class", examples=[3])]
Status = Literal["unlabelled", "labelled", "unsure", "skipped", "conflict"]
Split = Literal["train", "val", "test"]
Review = Literal["todo", "in_progress", "done", "reviewed", "rejected"]
State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
Mode = Literal["new", "resume", "finetune"]
Text = Annotated[str, Field(max_length=1_000)]
When = Annotated[str, Field(description="UTC, RFC 3339", examples=["2026-01-31T12:00:00.000Z"])]


class In(BaseModel):
    """What a caller sends: exact types, no unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Out(BaseModel):
    """What the server answers."""

    model_config = ConfigDict(from_attributes=True, protected_namespaces=(), defer_build=True)


class Problem(Out):
    """Why a request was refused, and what to do next."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "status": 404,
                    "code": "unknown_project",
                    "message": "no project named 'catz'",
                    "hint": "did you mean 'cats'?",
                }
            ]
        },
    )

    status: int
    code: str = Field(description="stable, for machines")
    message: str
    hint: str = Field(description="the next step; may be empty")


class Form(Out):
    """Settings as a form: what may be set, what is in force, and who said so."""

    json_schema: dict[str, Any] = Field(serialization_alias="schema", validation_alias="schema")
    values: dict[str, Any]
    origins: dict[str, str] = Field(
        examples=[{"port": "default", "log_level": "SIGHTLINE_LOG_LEVEL"}]
    )


class Values(In):
    """Settings to change; what is left out keeps its value."""

    values: dict[str, Any] = Field(examples=[{"log_level": "debug"}])


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "default": {
        "model": Problem,
        "description": "A problem document: code, message and hint",
    },
    422: {"model": Problem, "description": "A problem document: what to mend, field by field"},
}
"""What any route may answer instead."""
