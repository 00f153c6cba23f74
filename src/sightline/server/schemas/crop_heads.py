"""Heads for boxes and whole images: listed, used, handed on, trained."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Out, Text, When


class HeadUser(Out):
    """A project that uses a head, and for what."""

    project: str
    use: Literal["boxes", "images"]


class TrainedHead(Out):
    """A head: the card of its model, what is wrong with it, who uses it."""

    model_config = ConfigDict(extra="ignore", from_attributes=True, protected_namespaces=())

    id: str
    name: str
    created_at: When
    classes: list[str] = Field(description="background included: names that begin with __bg_")
    dim: int = Field(description="length of the embeddings that it takes")
    temperature: float
    project: str = Field(description="that it was trained on; empty: none of here")
    source: str
    metrics: dict[str, Any]
    head: dict[str, Any] = Field(
        description="encoder, encoder_key, sizes, normalise, crop, guard, facts"
    )
    bytes: int
    path: str
    blake3: str
    fault: str = Field(default="", description="why it cannot be used now; empty: it can")
    used: list[HeadUser] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list, description="of one that was converted")
    meta: str | None = Field(default=None, description="metadata that a conversion used")


class NewHead(In):
    """A head's file that the server can see: of ours, or pickled by another tool."""

    path: Text = Field(examples=["/home/me/birds.zip"])
    name: Text = Field(default="", description="empty: as the file")
    meta: Text | None = Field(default=None, description="of a pickle: its metadata")
    labelmap: Text | None = Field(default=None, description="of a pickle: names of its classes")
    encoder: Text = Field(default="", description="of a pickle: which gave its embeddings")


class RemovedHead(Out):
    """A head in the trash."""

    id: str
    name: str
    trashed: str
    used: list[HeadUser] = Field(description="who used it, and uses none now")


class HeadInUse(Out):
    """The head that a project uses, or what is wrong with it."""

    model: str
    name: str = ""
    encoder: str = ""
    classes: dict[str, int] = Field(
        default_factory=dict, description="name in the head to id of the project's class"
    )
    unknown: list[str] = Field(
        default_factory=list, description="classes that the project has none of that name for"
    )
    guard: dict[str, float] = Field(default_factory=dict)
    fault: str = ""
    hint: str = ""


class HeadsInUse(Out):
    """What a project uses for its boxes and for whole images; null: none, or the live head."""

    boxes: HeadInUse | None
    images: HeadInUse | None


class ActivateHead(In):
    """A head to use from now on, without a restart."""

    head: Text | None = Field(description="id or name; null: none, and the live head again")
    use: Literal["boxes", "images", "both"] = "boxes"


class ActiveClipModel(Out):
    """The active head, as Tator names things."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())

    classifier_path: str | None = Field(description="id of the head")
    clip_model: str | None = Field(description="name of its encoder")
    labelmap_entries: list[str]


class SetClipModel(In):
    """A head to activate, as Tator names things; what it does not know is passed over."""

    model_config = ConfigDict(extra="ignore", strict=True, protected_namespaces=())

    classifier_path: Annotated[str, Field(max_length=1_000)] = Field(
        default="", description="id or name of a head; an ending .pkl is passed over"
    )
    project: Text = Field(default="", description="empty: the only one")
