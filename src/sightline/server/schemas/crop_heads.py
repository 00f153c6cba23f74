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


class HeadOptions(Out):
    """What a training of a head may be told, as a form."""

    json_schema: dict[str, Any] = Field(serialization_alias="schema", validation_alias="schema")
    values: dict[str, Any] = Field(description="that suit the project")


class NewHeadTraining(In):
    """A head to train: on a project, or on pictures and YOLO labels that the server can see."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"spec": {"head": "mlp", "encoder": "hog"}}]}
    )

    spec: dict[str, Any] = Field(default_factory=dict)
    images: Text | None = Field(default=None, description="folder of pictures")
    labels: Text | None = Field(default=None, description="folder of YOLO labels")
    labelmap: Text | None = Field(default=None, description="names of their classes")


class CurveStep(Out):
    """How far a fit was at a step."""

    model_config = ConfigDict(extra="allow")

    phase: str
    step: int
    total: int | None = None
    loss: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None


class HeadCurve(Out):
    """How a training of a head converges."""

    points: list[CurveStep]


class NewHeadBenchmark(In):
    """Encoders and heads to compare; none named: all that are ready."""

    encoders: list[Text] = Field(default_factory=list, max_length=100)
    heads: list[Literal["logistic", "mlp"]] = Field(default_factory=list, max_length=2)
    spec: dict[str, Any] = Field(default_factory=dict, description="the same for all pairs")


class HeadPair(Out):
    """What an encoder and a head came to together."""

    encoder: str
    head: str
    macro_f1: float | None = Field(description="over foreground classes of held-out images")
    accuracy: float | None
    log_loss: float | None
    ece: float | None
    rows: int | None = Field(description="held out")
    train: int | None = Field(description="learned from")
    dim: int | None
    embed_s: float | None
    fit_s: float | None
    fault: str


class HeadComparison(Out):
    """Encoders against heads on one split, the best pair first."""

    at: When
    encoders: list[str]
    heads: list[str]
    spec: dict[str, Any]
    rows: list[HeadPair]
    note: str


class TrainClip(In):
    """A training to start, as Tator names things; what it does not know is passed over."""

    model_config = ConfigDict(extra="ignore", strict=False)

    project: Text = ""
    images_path_native: Text | None = None
    labels_path_native: Text | None = None
    labelmap_path_native: Text | None = None
    clip_model_name: Text = ""
    encoder_model: Text | None = None
    classifier_type: Text = "logreg"
    solver: Text = "saga"
    class_weight: Text = "none"
    c: float = Field(default=1.0, alias="C")
    max_iter: int = 1_000
    convergence_tol: float = 1e-4
    test_size: float = 0.2
    random_seed: int = 42
    device_override: Text | None = None
    hard_example_mining: bool = False
    reuse_embeddings: bool = True
    mlp_hidden_sizes: Text = "256"
    mlp_dropout: float = 0.1
    mlp_epochs: int = 50
    mlp_lr: float = 1e-3
    mlp_weight_decay: float = 1e-4
    mlp_label_smoothing: float = 0.0
    mlp_mixup_alpha: float = 0.0
    mlp_sampler: Text = "none"
    mlp_patience: int = 6
