"""Models as files: what uses them, whether they are whole, what lies where."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sightline.server.schemas.common import In, Out, Text, When
from sightline.server.schemas.jobs import Job


class ModelUse(Out):
    """Something that a model is needed for."""

    kind: str = Field(description="workspace, project, head, run or vectors")
    name: str = Field(description="of the project, head or run")
    what: str = Field(examples=["its encoder"])
    setting: str = Field("", description="the setting that names it")


class LostFile(Out):
    """A file that a model has lost, and where it belongs."""

    file: str
    folder: str
    blake3: str


class UploadedModel(In):
    """What to say of uploaded files; what they say themselves need not be said."""

    name: Annotated[str, Field(max_length=100)] = Field("", description="empty: the first file's")
    network: Text = ""
    preprocess: Text = ""
    output: Text = ""
    decoder: Text = ""
    licence: Text = ""
    classes: list[Text] = Field(default_factory=list, max_length=10_000)


class RemovedModel(Out):
    """A model that lies in the trash."""

    id: str
    name: str
    trashed: str
    used_by: list[ModelUse] = Field(description="what will not work without it")


class TrashedModelInfo(Out):
    """A model in the trash."""

    key: str
    id: str
    name: str
    kind: str
    bytes: int
    trashed_at: When


class ErasedModels(Out):
    """How many models are gone for good."""

    erased: int


class VerifiedModel(Out):
    """Whether a model's files are those of its card."""

    id: str
    name: str
    blake3: str
    bytes: int
    ok: bool
    fault: str
    hint: str


class Verified(Out):
    """Whether models are whole; null with a job: it is being looked at."""

    ok: bool | None
    models: list[VerifiedModel]
    job: Job | None


class KindBytes(Out):
    """What the models of a kind take."""

    kind: str
    bytes: int


class Cache(Out):
    """A folder that may be deleted at any time."""

    name: str
    about: str
    path: str
    bytes: int


class PartialPull(Out):
    """A download that has begun and not ended."""

    name: str
    folder: str
    bytes: int


class ForgottenPull(Out):
    """A download that was thrown away."""

    name: str
    freed_bytes: int


class MissingModel(Out):
    """Something that a setting or a head names and that is not here."""

    name: str
    wanted_by: list[ModelUse]
    how: str = Field(description="the command that brings it")
    pullable: bool


class ModelDisk(Out):
    """What lies where and how large it is."""

    folder: str
    models: list[KindBytes]
    caches: list[Cache]
    checkpoints_bytes: int = Field(description="of trainings")
    free_bytes: int
    total_bytes: int
    partial: list[PartialPull]
    missing: list[MissingModel]
    trash: list[TrashedModelInfo]
