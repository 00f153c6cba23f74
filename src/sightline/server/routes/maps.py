"""Maps: where images lie on a plane."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Path, Query, Request
from fastapi.responses import Response

from sightline.server.deps import Bench, ProjectName
from sightline.server.pictures import PICTURE, answer, headers_of, is_known
from sightline.server.router import Router
from sightline.server.schemas.jobs import Job
from sightline.server.schemas.maps import Map, NewMap

router = Router(prefix="/api/projects/{name}/map", tags=["maps"])

Method = Annotated[str, Query(max_length=100, description="pca, umap, pacmap or tsne")]
Place = Annotated[int, Path(ge=0, le=2**16)]
Version = Annotated[str, Query(max_length=100, description="kept for ever when it is given")]
BYTES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "columns, little-endian: docs/guide/map.md says how to read them",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "the points that the caller has are still right"},
}


@router.get("", response_model=Map)
def get_map(name: ProjectName, bench: Bench, method: Method = "pca") -> object:
    """Return how a map stands; one by components is made when there is none."""
    return bench.map_drawing.about(bench.projects.get(name), method)


@router.post("", status_code=202, response_model=Job)
def make_map(name: ProjectName, body: NewMap, bench: Bench) -> object:
    """Make a map, or place what is new on the one that is there."""
    options = body.model_dump(exclude={"method", "mode"}, exclude_none=True)
    return bench.maps.start(bench.projects.get(name), body.method, mode=body.mode, **options)


@router.get("/points", response_class=Response, responses=BYTES)
def map_points(
    request: Request,
    name: ProjectName,
    bench: Bench,
    method: Method = "pca",
    limit: Annotated[int, Query(ge=1, le=50_000)] = 50_000,
) -> Response:
    """Return points with what is known of each: a fair sample when there are more."""
    data, tag = bench.map_drawing.points(bench.projects.get(name), method, limit)
    return answer(request, data, "application/octet-stream", tag, forever=False)


@router.get("/tile/{z}/{x}/{y}.png", response_class=Response, responses=PICTURE)
def map_tile(
    *,
    request: Request,
    name: ProjectName,
    z: Place,
    x: Place,
    y: Place,
    bench: Bench,
    method: Method = "pca",
    v: Version = "",
) -> Response:
    """Return how many images lie where, as a picture: tile 0/0/0 covers the map's bounds."""
    data, tag = bench.map_drawing.tile(bench.projects.get(name), method, z, x, y)
    if is_known(request, tag):
        return Response(status_code=304, headers=headers_of(tag, forever=bool(v)))
    return answer(request, data, "image/png", tag, forever=bool(v))
