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
        if "://" in value and urlsplit(value).scheme not in SCHEMES:
            raise ValueError(f"local, a folder, or an address of {', '.join(SCHEMES)}")
        return value

    def secret(self) -> bool:
        """Say whether the address holds a name or a password: a spec is kept and shown."""
        parts = urlsplit(self.mlflow)
        return "://" in self.mlflow and bool(parts.username or parts.password)


def track_path(mlflow: str) -> str:
    """Return the path in a setting of MLflow's place; empty where it names none."""
    if mlflow in {"", "local"} or mlflow.startswith(("http://", "https://")):
        return ""
    return mlflow.removeprefix("sqlite:///").removeprefix("file://")
