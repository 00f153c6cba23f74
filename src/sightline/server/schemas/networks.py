"""What is told of networks."""

from __future__ import annotations

from pydantic import Field

from sightline.server.schemas.common import Out


class Network(Out):
    """A network that can be trained."""

    name: str = Field(examples=["mobilenet_v2"], description="what model.name takes")
    family: str = Field(examples=["mobilenet"])
    title: str = Field(examples=["MobileNet"], description="the family, for people")
    group: str = Field(description="small, all-round, large, classic or timm")
    featured: bool = Field(description="one of the few that suit most")
    input_px: int = Field(description="side that it was designed for, pixels")
    min_px: int = Field(description="smallest side, pixels")
    step_px: int = Field(description="the side has to be a multiple of this")
    parameters_m: float = Field(description="millions; 0: not known before it is built")
    gmacs: float = Field(description="billions of multiply-adds at `input_px`; 0: not known")
    dim: int = Field(description="length of the embedding; 0: not known")
    mb: float = Field(description="megabytes of the published weights; 0: none are known")
    pullable: bool = Field(description="its weights can be pulled by its name")
    weights: str | None = Field(description="id of an added model that a training can start from")
    licence: str = Field(description="of the code; weights bring their own")
    description: str
