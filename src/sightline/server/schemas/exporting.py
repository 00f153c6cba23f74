"""Exported forms of models."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sightline.app.forms.wish import CALIBRATION, MOST_CALIBRATION
from sightline.core.cards import ModelFormat, Precision
from sightline.server.schemas.common import In, Out, Text, When


class Export(In):
    """An export to make."""

    format: Literal["onnx", "torchscript", "openvino"] = "onnx"
    quantize: Literal["none", "dynamic", "int8"] = "none"
    max_drop: float | None = Field(
        default=None, ge=0, le=100, description="points it may lose; null: the setting"
    )
    force: bool = Field(default=False, description="keep it although it loses more, marked")
    project: Text | None = Field(default=None, description="calibrates and judges; null: its own")
    data: Text | None = Field(
        default=None, description="instead: a folder of the server with a folder for each class"
    )
    calibration: int = Field(default=CALIBRATION, ge=1, le=MOST_CALIBRATION)


class ModelForm(Out):
    """A form of a model: a file of it, what it is held in, and how it compares."""

    model: str = Field(description="id of the form's own model; of plain ONNX the source's")
    name: str
    format: ModelFormat
    precision: Precision
    bytes: int
    created_at: When
    forced: bool
    report: dict[str, Any] = Field(
        description="origin, parity, judged, latency, size, files, calibration, trials, notes; "
        "empty where it was not judged"
    )
