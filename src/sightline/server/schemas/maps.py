"""Maps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from sightline.server.schemas.common import In, Out


class MapMethod(Out):
    """A way to make a map."""

    name: str = Field(examples=["umap"])
    title: str
    description: str
    ready: bool
    missing: str | None = Field(description="what is not installed")


class Cluster(Out):
    """A group of images on a map."""

    id: int
    x: float = Field(description="median of its images")
    y: float
    count: int
    class_id: int | None = Field(description="what most of its labels, else predictions, say")
    share: float | None = Field(description="of those that say so, 0..1")
    by: Literal["labels", "predictions"] | None


class MapOptions(Out):
    """How a map was made."""

    neighbours: int
    min_dist: float
    seed: int


class Map(Out):
    """How a map stands."""

    model_config = ConfigDict(from_attributes=True, protected_namespaces=())

    state: Literal["ready", "missing", "running"]
    method: str
    methods: list[MapMethod]
    missing: str | None = Field(description="what this method needs and is not installed")
    encoder: str
    total: int = Field(description="images of the project")
    embedded: int
    mapped: int = Field(description="images on the map")
    shown: int = Field(description="points that `map/points` gives")
    new: int = Field(description="embedded images that came later")
    left_out: int = Field(description="images whose embedding is not finite")
    stale: bool
    bounds: list[float] | None = Field(description="the square x0, y0, x1, y1 that tiles cover")
    clusters: list[Cluster]
    outliers: int
    job: str | None = Field(description="id of the job that makes it")
    key: str | None = Field(description="another one for every map made")
    seconds: float | None
    at: str | None
    options: MapOptions | None


class NewMap(In):
    """A map to make; what is left out is as it is by default."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"method": "umap"}]})

    method: str = Field(default="umap", max_length=100)
    mode: Literal["auto", "update", "new"] = Field(
        default="auto", description="update: place what is new; new: lay out all"
    )
    neighbours: Annotated[int, Field(ge=2, le=200)] | None = None
    min_dist: Annotated[float, Field(ge=0, le=1)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**31)] | None = None
