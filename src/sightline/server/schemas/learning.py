"""Heads, queues, engines, runs and models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sightline.core.cards import ModelKind
from sightline.server.schemas.common import ImageId, In, Mode, Out, State, Text, When
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.model_shelf import LostFile, ModelUse


class Bin(Out):
    """One bar of a reliability diagram."""

    confidence: float
    accuracy: float
    count: int


class TagMeasures(Out):
    """How good the head is at one tag, on labels that it had not seen."""

    class_id: int
    threshold: float = Field(description="from this probability on the tag counts as there")
    precision: float
    recall: float
    f1: float
    average_precision: float
    support: int = Field(description="held-out images that have the tag")
    method: Literal["none", "temperature", "platt", "isotonic"]
    ece: float
    reliability: list[Bin]


class CurvePoint(Out):
    """A point of the learning curve."""

    labels: int
    accuracy: float


class Estimate(Out):
    """About how many more labels bring the head to the target."""

    target: float
    reached: bool
    labels_more: int | None = Field(description="median; null: too early, or it levels off below")
    low: int | None = Field(description="the 80 % interval begins")
    high: int | None = Field(description="and ends; null: no end in sight")
    accuracy_now: float | None = Field(description="of tags: macro F1")
    at_most: float | None = Field(description="where the curve levels off")
    text: str
    labels: int = Field(description="how many there were when it was made")
    curve: list[CurvePoint] = Field(description="measured with fewer labels")
    ahead: list[CurvePoint] = Field(description="expected from now on")


class Head(Out):
    """The small classifier that every label refits."""

    id: int
    task: Literal["single", "multi"] = "single"
    labels: int
    measured_on: str = ""
    accuracy: float | None = Field(description="of tags: share of right yes and no")
    log_loss: float | None
    ece: float | None
    macro_f1: float | None = None
    micro_f1: float | None = Field(default=None, description="of tags")
    method: Literal["none", "temperature", "platt", "isotonic"]
    at: When
    journal_seq: int
    encoder: str
    reliability: list[Bin]
    stale: bool = Field(description="labels have changed since")
    tags: list[TagMeasures] = Field(default_factory=list)
    estimate: Estimate | None = None
    note: str = ""


class Embed(In):
    """Embeddings to compute."""

    engine: Text = Field(examples=["builtin"])


class Queue(Out):
    """A way to order images."""

    name: str = Field(examples=["uncertain"])
    title: str
    description: str
    group: Literal["learn", "check", "look"]
    needs: list[str] = Field(description="what must be there: head, embeddings, model, run")
    options: list[str] = Field(description="what else may be asked of it")


class Engine(Out):
    """Something that answers about an image."""

    name: str
    kind: str
    description: str
    ready: bool
    missing: str | None
    text: bool = Field(False, description="it reads words too: search by text")


class Encoder(Out):
    """An encoder, and how far it has embedded a project."""

    name: str = Field(examples=["hog"])
    key: str = Field(description="names weights and preprocessing: equal keys, equal vectors")
    dim: int | None = Field(description="length of a vector, where it is known")
    embedded: int = Field(description="images with a vector")
    total: int = Field(description="images")
    current: bool = Field(description="the one that head and queues use")
    text: bool
    ready: bool
    missing: str | None


class Forgotten(Out):
    """Vectors that were deleted."""

    name: str
    key: str
    deleted: int


class NewRun(In):
    """A training to start."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"spec": {"epochs": 8}, "mode": "new", "parent": None}]}
    )

    spec: dict[str, Any] = Field(default_factory=dict)
    mode: Mode = "new"
    parent: Text | None = Field(default=None, description="id of the run to go on from")
    predict_all: bool = Field(
        default=False, description="ask the model about every image of the project at the end"
    )


class QuickNetwork(Out):
    """A network for quick training, with what suits the labels."""

    name: str = Field(examples=["mobilenet_v2"])
    description: str
    parameters_m: float = Field(description="millions of parameters")
    image_px: int = Field(description="side of its input, pixels")
    min_px: int
    weights: str | None = Field(description="id of the added model that it starts from")
    epochs: int
    epoch_s: float = Field(description="seconds of an epoch at `image_px`, about")
    image_s: float = Field(description="seconds to predict an image at `image_px`, about")
    measured: bool = Field(description="the times come from an earlier run, not from a guess")


class QuickOffer(Out):
    """What quick training can do for a project."""

    task: Literal["single", "multi"] = Field(description="one class for each, or tags")
    network: str = Field(description="the one that suits the pictures")
    batch_size: int
    labelled: int = Field(description="labelled images")
    training: int = Field(description="those of them that are learned from")
    images: int = Field(description="images that the model predicts at the end")
    networks: list[QuickNetwork]


class QuickTrain(In):
    """A quick training to start; what is left out is chosen for the data."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"network": "small_cnn", "epochs": 8, "augmentation": True}]
        }
    )

    network: Text | None = Field(default=None, examples=["mobilenet_v2"])
    epochs: Annotated[int, Field(ge=1, le=100_000)] | None = None
    batch_size: Annotated[int, Field(ge=1, le=8_192)] | None = None
    augmentation: bool = True
    image_px: Annotated[int, Field(ge=8, le=1_024)] | None = None


class PredictAll(In):
    """A model to ask about every image of a project."""

    model: Text = Field(examples=["birds-small_cnn"])


class PredictedBy(Out):
    """A model that has been asked about a project's images."""

    model: str = Field(description="its id")
    name: str
    images: int = Field(description="images that it has answered for")
    missing: int = Field(description="images that it has not seen")
    at: str


class Run(Out):
    """One training."""

    model_config = ConfigDict(extra="allow", from_attributes=True, protected_namespaces=())

    id: str
    project: str
    state: State
    mode: Mode
    network: str
    epochs: int
    epoch: int
    created_at: When
    finished_at: str | None
    metrics: dict[str, Any] | None
    model: str | None = Field(description="id of the model that it made")
    job: str | None = Field(description="id of the job that runs it")
    notes: str
    starred: bool
    checkpoint: bool = Field(description="there is a state to go on from")
    control: dict[str, Any] | None = Field(description="what is asked of it while it runs")
    place: int | None = Field(description="of a queued one: how many begin with or before it")
    session: Mode = Field(description="mode of what goes on now: a run may have been taken up")


class RunDetail(Run):
    """One training with what it was asked to do."""

    spec: dict[str, Any] = Field(description="in the present shape")
    spec_version: int = Field(description="that it was written in")
    moved: list[dict[str, str]] = Field(description="{from, to}: what stood elsewhere before")


class Started(Out):
    """A training that waits for its turn."""

    run: str
    job: Job


class Point(Out):
    """One step of the curves."""

    model_config = ConfigDict(extra="allow")

    step: int
    epoch: int


class EpochPoint(Out):
    """One epoch of the curves."""

    model_config = ConfigDict(extra="allow")

    epoch: int
    train_loss: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None


class Curves(Out):
    """What a training has measured so far."""

    points: list[Point]
    epochs: list[EpochPoint]
    facts: list[dict[str, Any]] = Field(description="{kind, at, step}: pauses, rates, splits")


class Model(Out):
    """A model's card with its size and its exports."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())

    id: str
    name: str
    path: str
    bytes: int
    exports: list[Any]
    used_by: list[ModelUse] = Field(default_factory=list, description="what needs it")
    lacks: list[LostFile] = Field(default_factory=list, description="files that are gone")


class Pullable(Out):
    """A published model that can be fetched by name."""

    name: str = Field(examples=["mobilenet_v2"])
    kind: ModelKind
    source: Literal["torchvision", "hub"]
    place: str = Field(description="torchvision's name, or OWNER/NAME of the repository")
    page: str = Field(description="where its files are; empty: they only come by a pull")
    files: list[str] = Field(description="those to carry over by hand, into one folder")
    gated: bool = Field(description="handed out only to those who agreed to its terms")
    terms: str = Field(description="of a gated one: what to do to get it")
    dim: int = Field(description="length of an encoder's vector")
    mb: float = Field(description="size of the download, megabytes, roughly")
    licence: str
    text: bool
    description: str
    state: Literal["absent", "partial", "pulling", "here"]
    model: str | None = Field(description="id of the model that it became")
    job: str | None = Field(description="id of the job that fetches it")


class Pull(In):
    """A published model to fetch."""

    name: Text = Field(examples=["mobilenet_v2"])


class NewModel(In):
    """A file or folder that the server can see, to add as a model."""

    path: Text = Field(examples=["/home/me/clip-vit-base-patch32"])
    name: Annotated[str, Field(min_length=1, max_length=100)]
    output: Text | None = None
    preprocess: Text | None = Field(default=None, examples=["imagenet-224-crop"])
    classes: list[Text] = Field(default_factory=list, max_length=100_000)
    network: Text = ""
    decoder: Text = Field(default="", examples=["yolox"])
    licence: Text = ""


class PredictIds(In):
    """Images of the workspace to predict."""

    image_ids: list[ImageId] = Field(min_length=1, max_length=1_000)


class Prediction(Out):
    """What a model says of one picture; `error` and `reason` when it could not be read."""

    path: str
    label: str | None = Field(default=None, description="of tags the likeliest, if any is there")
    probability: float | None = None
    tags: list[str] | None = Field(
        default=None, description="of a model of tags: those above their thresholds, best first"
    )
    probabilities: dict[str, float] = Field(default_factory=dict)
    error: str | None = None
    reason: str | None = Field(default=None, examples=["truncated"])


class Predictions(Out):
    """What a model says, in the order asked."""

    items: list[Prediction]
