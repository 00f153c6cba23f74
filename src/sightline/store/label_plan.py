"""From what a person asks for to what the journal writes: checked and decided, nothing changed.

The statements are built once: building one costs as much as running it, and a label is the most
frequent write there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from sightline.core.errors import ConflictError, InvalidInputError, UnknownImageError
from sightline.core.labels import STATUSES, LabelChange, status_code
from sightline.store import classes as class_rows
from sightline.store.journal import (
    EVENT_IDS,
    Delta,
    Fields,
    ImageState,
    current_tags,
    states,
    vars_of,
)
from sightline.store.sql import chunks
from sightline.store.tables import classes, images

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from sightline.store.projects import Project

_ROW: Final = select(
    images.c.id,
    images.c.status,
    images.c.class_id,
    images.c.split,
    images.c.split_fixed,
    images.c.version,
    images.c.top,
).where(images.c.project_id == bindparam("project"), images.c.deleted.is_(False))
_ONE_ROW: Final = _ROW.where(images.c.id == bindparam("key"))
_CLASS: Final = select(classes.c.project_id, classes.c.name).where(
    classes.c.id == bindparam("key"), classes.c.deleted.is_(False)
)


def rows_of(connection: Connection, project: Project, ids: Sequence[int]) -> list[Any]:
    """Return the images of a project, locked where the database locks rows.

    Raises:
        InvalidInputError: An image is named twice.
        UnknownImageError: One of them is not there.
    """
    if len(set(ids)) != len(ids):
        raise InvalidInputError("an image is named twice", hint="send each image once")
    found: dict[int, Any] = {}
    for part in chunks(ids):
        one = len(part) == 1
        query = _ONE_ROW if one else _ROW.where(images.c.id.in_(part))
        if connection.dialect.name != "sqlite":
            query = query.with_for_update()
        values = {"project": project.id} | ({"key": part[0]} if one else {})
        found |= {row.id: row for row in connection.execute(query, values)}
    missing = [key for key in ids if key not in found]
    if missing:
        raise UnknownImageError(
            f"no image with id {missing[0]} in {project.name!r}", hint="reload the list"
        )
    return [found[key] for key in ids]


def label_delta(
    connection: Connection, rows: Sequence[Any], changes: Sequence[LabelChange]
) -> Delta:
    """Return what the changes do to their images, given as `rows_of` returns them.

    Raises:
        ConflictError: An image has another version than its change saw; `current` holds it.
    """
    ids = tuple(row.id for row in rows)
    stale = [
        row.id
        for row, change in zip(rows, changes, strict=True)
        if change.version is not None and change.version != row.version
    ]
    if stale:
        raise ConflictError(
            f"{len(stale)} of {len(ids)} images have been changed by somebody else",
            hint="look at the current labels and decide again",
            current=[vars_of(state) for state in states(connection, stale)],
        )
    fields: Fields = {
        "status": ([row.status for row in rows], [status_code(one.status) for one in changes]),
        "class_id": ([row.class_id for row in rows], [one.class_id for one in changes]),
    }
    if any(change.tags is not None for change in changes):
        before = current_tags(connection, ids)
        after = [
            old if one.tags is None else sorted(set(one.tags))
            for old, one in zip(before, changes, strict=True)
        ]
        fields["tags"] = (before, after)
    return Delta(ids, fields, tuple(row.top for row in rows))


def states_after(rows: Sequence[Any], changes: Sequence[LabelChange]) -> tuple[ImageState, ...]:
    """Return what the images will be, as far as callers hear of them."""
    pairs = list(zip(rows, changes, strict=True))[:EVENT_IDS]
    return tuple(
        ImageState(row.id, row.version + 1, one.status, one.class_id) for row, one in pairs
    )


def class_names(
    connection: Connection, project: Project, changes: Sequence[LabelChange]
) -> dict[int, str]:
    """Return the names of all classes that are given.

    Raises:
        UnknownClassError, InvalidInputError: A class or a change is not valid.
    """
    wanted = {change.class_id for change in changes if change.class_id is not None}
    wanted |= {tag for change in changes for tag in change.tags or ()}
    names: dict[int, str] = {}
    for class_id in sorted(wanted):
        row = connection.execute(_CLASS, {"key": class_id}).first()
        if row is None:
            class_rows.get(connection, class_id)
        elif row.project_id != project.id:
            raise InvalidInputError(
                f"class {class_id} belongs to another project", hint="use a class of this project"
            )
        else:
            names[class_id] = row.name
    for change in changes:
        if change.status == STATUSES[1] and change.class_id is None and not change.tags:
            raise InvalidInputError(
                "a labelled image needs a class or a tag", hint="use the status unlabelled"
            )
    return names


def describe(changes: Sequence[LabelChange], names: dict[int, str]) -> str:
    """Return a line for the history."""
    count = f"{len(changes):,} images" if len(changes) > 1 else "1 image"
    kinds = {(change.status, change.class_id) for change in changes}
    if len(kinds) > 1:
        return f"Label {count}"
    status, class_id = kinds.pop()
    if class_id is not None and status == "labelled":
        return f"Label {count} {names[class_id]}"
    return f"Mark {count} {status}"
