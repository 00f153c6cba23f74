"""Images as the scripts of earlier labelling tools ask for them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from sightline.core.errors import InvalidInputError
from sightline.server.deps import Bench
from sightline.server.router import Router
from sightline.server.schemas.common import MAX_CLASS_ID, ClassId, Split, Status
from sightline.server.schemas.images import Items

router = Router(prefix="/api", tags=["images"])
Share = Annotated[float | None, Query(ge=0, le=1, description="of the queue band")]


@router.get("/items", response_model=Items)
def list_items(
    *,
    bench: Bench,
    project: Annotated[str, Query(max_length=1_000, description="default: the only one")] = "",
    queue: Annotated[str, Query(max_length=100)] = "all",
    page: Annotated[int, Query(ge=1, le=MAX_CLASS_ID)] = 1,
    page_size: Annotated[int, Query(ge=1, le=300)] = 50,
    cursor: Annotated[str, Query(max_length=100, description="`next` of another page")] = "",
    low: Share = None,
    high: Share = None,
    class_id: Annotated[ClassId | None, Query(description="of this class")] = None,
    status: Annotated[Status | None, Query()] = None,
    split: Annotated[Split | None, Query()] = None,
) -> object:
    """Return a page of a queue. Page 1 fixes the order that later pages go on in."""
    options: dict[str, Any] = {}
    if low is not None or high is not None:
        if queue != "band":
            raise InvalidInputError("low and high belong to the queue band", hint="add queue=band")
        options["band"] = [low or 0.0, 1.0 if high is None else high]
    wanted = {"class_ids": class_id, "statuses": status, "splits": split}
    return bench.face.page(
        bench.face.project(project),
        queue,
        options=options,
        filters={key: [one] for key, one in wanted.items() if one is not None},
        page=page,
        page_size=page_size,
        cursor=cursor,
    )
