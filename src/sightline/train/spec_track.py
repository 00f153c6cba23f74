"""Settings of where else a training's figures go."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from sightline.train.spec_base import Part

SCHEMES: Final = ("http", "https", "sqlite", "file")


class TrackPart(Part):
    """Where else a training's figures go; never changes what is learned."""

    tensorboard: bool = Field(
        default=False, description="Write TensorBoard files into the run's folder."
    )
    mlflow: str = Field(
        default="", max_length=1_000,
        description="MLflow: empty for none, local (a database in the project's folder), a folder, "
        "sqlite:///FILE, or a server's URL.",
    )  # fmt: skip
    experiment: str = Field(
        default="", max_length=200, description="Experiment in MLflow; empty: the project's name."
    )

    @field_validator("mlflow")
    @classmethod
    def _known(cls, value: str) -> str:
        if "://" not in value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in SCHEMES:
            raise ValueError(
                f"no MLflow at {parts.scheme}://: {', '.join(SCHEMES)}, a folder or local"
            )
        if parts.password or parts.username:
            raise ValueError(
                "a password does not belong into a spec, which is kept: set "
                "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"
            )
        return value


def track_path(mlflow: str) -> str:
    """Return the path in a setting of MLflow's place; empty where it names none."""
    if mlflow in {"", "local"} or mlflow.startswith(("http://", "https://")):
        return ""
    return mlflow.removeprefix("sqlite:///").removeprefix("file://")
