"""Models in use: judged on pictures, measured, packed."""

from __future__ import annotations

from pydantic import Field, SecretStr

from sightline.server.schemas.common import In, Text
from sightline.server.schemas.evaluation import Split


class JudgeModel(In):
    """What a model is judged on: a folder, or a project (none: the one it learned from)."""

    folder: Text | None = None
    project: Text | None = None
    split: Split | None = None
    against: Text | None = None


class MeasureModel(In):
    """How a model is measured."""

    threads: int | None = Field(default=None, ge=1, le=256, description="default: all cores")
    seconds: float = Field(default=1.0, ge=0.05, le=60, description="for each measurement")
    alone: bool = Field(default=False, description="this form only, not its relatives")


class LockPackage(In):
    """What a package is locked with: a passphrase, or public keys of age."""

    passphrase: SecretStr | None = Field(default=None, min_length=1, max_length=1_000)
    recipients: list[Text] = Field(default_factory=list, max_length=100, examples=[["age1..."]])


class TakenPackage(In):
    """The texts beside an uploaded package."""

    name: Text = ""
    key: SecretStr | None = Field(default=None, max_length=10_000)
