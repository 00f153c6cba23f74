"""What happens, as server-sent events."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Query, Response

from sightline.core.errors import InvalidInputError
from sightline.server.deps import Hub
from sightline.server.router import Router
from sightline.server.schemas.common import MAX_ID

router = Router(prefix="/api/events", tags=["events"])


@router.get(
    "",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(
    hub: Hub,
    last_event_id: Annotated[str, Header(description="the id of the last event seen")] = "",
    query_id: Annotated[str, Query(alias="last_event_id", description="the same, by query")] = "",
) -> Response:
    """Tell what happens, from the last event seen, else from now on.

    `labels`, `classes`, `project`, `head`, `job`, `run`, `model` and `ingest` carry an id;
    `progress` and `metric` do not. `reset` means: too much was missed, read everything anew.
    """
    return await hub.open(_parse(last_event_id or query_id))


def _parse(given: str) -> int | None:
    if not given:
        return None
    if not given.isdecimal() or len(given) > len(str(MAX_ID)) or int(given) > MAX_ID:
        raise InvalidInputError(
            "Last-Event-ID must be the id of an event", hint="leave it out to start from now"
        )
    return int(given)
