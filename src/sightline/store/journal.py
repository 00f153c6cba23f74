"""The journal: every change a person can make is an entry with its before and after.

An entry is written in the same transaction as the state it makes, so undo, redo, history and the
refusal of stale writes all read one truth. Undo and redo are entries themselves: nothing is ever
taken out of the journal.

`images.top` names the entry whose state an image shows. Undoing an entry is possible exactly
while it is on top of each of its images; it puts the image back on the entry below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select

from sightline.core.clock import now
from sightline.core.errors import ConflictError
from sightline.core.labels import STATUSES
from sightline.core.objects import REVIEWS
from sightline.store import events
from sightline.store.delta import DRAWING, Delta, put
from sightline.store.images import tags_of
from sightline.store.projects import next_seq
from sightline.store.tables import images, journal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from sightline.store.db import Database
    from sightline.store.projects import Project

EVENT_IDS: Final = 500
"""Image ids told with an event; a larger change is told without them."""
_APPEND: Final = insert(journal)
_STATES: Final = select(
    images.c.id,
    images.c.version,
    images.c.status,
    images.c.class_id,
    images.c.review,
    images.c.objects,
)


@dataclass(frozen=True, slots=True)
class ImageState:
    """What the caller of a change hears about each image."""

    id: int
    version: int
    status: str
    class_id: int | None
    tags: tuple[int, ...] | None = None
    """Class ids, ascending; None: as they were."""
    review: str = REVIEWS[0]
    objects: int = 0
    """How many it has."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A change that stands."""

    seq: int
    description: str
    images: tuple[ImageState, ...]
    """At most `EVENT_IDS` of them; `count` says how many there are."""
    count: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change of many images did, or would do."""

    count: int
    """Images that it is about."""
    changed: int
    """Images that are another afterwards."""
    description: str
    seq: int | None
    """Of its entry; None: nothing has been changed."""
    images: tuple[ImageState, ...] = ()
    """At most `EVENT_IDS` of those that changed."""


def carry_out(
    db: Database,
    project: Project,
    plan: Callable[[Connection], tuple[Delta, str]],
    *,
    actor: str,
    kind: str,
    dry_run: bool,
    expect: int | None,
) -> Outcome:
    """Record what `plan` decides, or only tell of it; nothing is recorded that changes nothing.

    Raises:
        ConflictError: It is about another number of images than `expect`.
    """

    def work(connection: Connection) -> Outcome:
        delta, text = plan(connection)
        size = len(delta.ids)
        if expect is not None and size != expect:
            raise ConflictError(
                f"{size:,} images by now, not {expect:,}",
                hint="somebody has labelled meanwhile: look at the number and decide again",
            )
        if dry_run or not (size or delta.classes):
            return Outcome(size, size, text, None)
        done = record(connection, project, delta, actor=actor, kind=kind, description=text)
        return Outcome(size, size, text, done.seq, done.images)

    if not dry_run:
        return db.write(work)
    with db.read() as connection:
        return work(connection)


def record(
    connection: Connection,
    project: Project,
    delta: Delta,
    *,
    actor: str,
    kind: str,
    description: str,
    after: tuple[ImageState, ...] | None = None,
    batch: int | None = None,
) -> Applied:
    """Carry out a delta and append it, all in the caller's transaction.

    Args:
        connection: Of the transaction.
        project: Whose images.
        delta: What changes.
        actor: Who does it.
        kind: As `tables.journal` lists them.
        description: For the history.
        after: The states that it leads to, when the caller knows them.
        batch: The first entry of the step that it is a part of; 0: it is the first one itself.
    """
    seq = next_seq(connection, project.id)
    put(connection, delta, after=True, seq=seq, tops=None)
    append(
        connection,
        project,
        seq,
        actor=actor,
        kind=kind,
        description=description,
        delta=delta,
        batch=seq if batch == 0 else batch,
    )
    tell(connection, project, seq, delta)
    if after is None:
        after = states(connection, delta.ids)
    return Applied(seq, description, after, len(delta.ids))


def states(connection: Connection, ids: Sequence[int]) -> tuple[ImageState, ...]:
    """Return the state now of the first `EVENT_IDS` of these images, in their order."""
    shown = list(ids[:EVENT_IDS])
    query = _STATES.where(images.c.id.in_(shown))
    tags = tags_of(connection, shown)
    found = {
        row.id: ImageState(
            row.id,
            row.version,
            STATUSES[row.status],
            row.class_id,
            tags.get(row.id, ()),
            REVIEWS[row.review],
            row.objects,
        )
        for row in connection.execute(query)
    }
    return tuple(found[key] for key in shown if key in found)


def tell(connection: Connection, project: Project, seq: int, delta: Delta) -> None:
    """Append the events of a delta."""
    if delta.ids:
        ids = list(delta.ids) if len(delta.ids) <= EVENT_IDS else []
        payload = {"project": project.name, "seq": seq, "images": ids, "count": len(delta.ids)}
        if delta.fields.keys() - DRAWING:
            events.append(connection, "labels", project.id, payload)
        if delta.fields.keys() & DRAWING:
            events.append(connection, "objects", project.id, payload)
    if delta.classes:
        events.append(connection, "classes", project.id, {"project": project.name})


def append(
    connection: Connection,
    project: Project,
    seq: int,
    *,
    actor: str,
    kind: str,
    description: str,
    delta: Delta,
    target: int | None = None,
    count: int | None = None,
    batch: int | None = None,
) -> None:
    """Append an entry as it is."""
    values = {
        "project_id": project.id,
        "seq": seq,
        "at": now(),
        "actor": actor,
        "kind": kind,
        "description": description[:300],
        "count": len(delta.ids) if count is None else count,
        "target": target,
        "applied_seq": seq,
        "live": True,
        "payload": delta.pack(),
        "batch": batch,
    }
    connection.execute(_APPEND, values)


def vars_of(state: ImageState) -> dict[str, Any]:
    """Return an image's state as JSON."""
    return {
        "id": state.id,
        "version": state.version,
        "status": state.status,
        "class_id": state.class_id,
        "tags": None if state.tags is None else list(state.tags),
    }
