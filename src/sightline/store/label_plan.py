"""From what a person asks for to what the journal writes: checked and decided, nothing changed.

The statements are built once: building one costs as much as running it, and a label is the most
frequent write there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from sightline.core.errors import ConflictError, InvalidInputError, UnknownImageError
from sightline.core.labels import (
    LABELLED,
    SKIPPED,
    STATUSES,
    UNLABELLED,
    UNSURE,
    status_code,
)
from sightline.core.objects import REVIEWS
from sightline.store import classes as class_rows
from sightline.store.delta import Delta, Fields, current_tags
from sightline.store.journal import EVENT_IDS, ImageState, states, vars_of
from sightline.store.sql import chunks
from sightline.store.tables import classes, images

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from sightline.core.labels import LabelChange
    from sightline.store.projects import Project

_COLUMNS: Final = select(
    images.c.id,
    images.c.status,
    images.c.class_id,
    images.c.split,
    images.c.split_fixed,
    images.c.edit,
    images.c.alias,
    images.c.review,
    images.c.note,
    images.c.objects,
    images.c.version,
    images.c.top,
    images.c.project_id,
    images.c.deleted,
)
ROW: Final = _COLUMNS.where(
    images.c.project_id == bindparam("project"), images.c.deleted.is_(False)
)
_BY_ID: Final = _COLUMNS.where(images.c.id.in_(bindparam("keys", expanding=True)))
"""Of any project: with the project named besides, SQLite would read all of its images each time."""
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
    query = _BY_ID if connection.dialect.name == "sqlite" else _BY_ID.with_for_update()
    for part in chunks(ids):
        for row in connection.execute(query, {"keys": list(part)}):
            if row.project_id == project.id and not row.deleted:
                found[row.id] = row
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
        "status": ([row.status for row in rows], [_status(one) for one in changes]),
        "class_id": ([row.class_id for row in rows], [one.class_id for one in changes]),
    }
    if any(change.touches_tags for change in changes):
        before = current_tags(connection, ids)
        after = [one.tags_after(old) for old, one in zip(before, changes, strict=True)]
        fields["tags"] = (before, after)
        _follow_tags(fields, rows, changes)
    return Delta(ids, fields, tuple(row.top for row in rows))


def _status(change: LabelChange) -> int:
    return UNLABELLED if change.status is None else status_code(change.status)


def _follow_tags(fields: Fields, rows: Sequence[Any], changes: Sequence[LabelChange]) -> None:
    """Where a change speaks of tags alone, keep the class and let the status follow."""
    for at, (row, change) in enumerate(zip(rows, changes, strict=True)):
        if change.status is not None:
            continue
        class_id = row.class_id if change.class_id is None else change.class_id
        fields["class_id"][1][at] = class_id
        has = class_id is not None or bool(fields["tags"][1][at])
        waits = row.status in (UNSURE, SKIPPED) and fields["tags"][1][at] == fields["tags"][0][at]
        fields["status"][1][at] = row.status if waits else LABELLED if has else UNLABELLED


def only_changed(delta: Delta) -> Delta:
    """Return a delta without the images that it leaves as they are."""
    at = [
        place
        for place in range(len(delta.ids))
        if any(before[place] != after[place] for before, after in delta.fields.values())
    ]
    if len(at) == len(delta.ids):
        return delta
    fields = {
        name: ([before[i] for i in at], [after[i] for i in at])
        for name, (before, after) in delta.fields.items()
    }
    ids = tuple(delta.ids[i] for i in at)
    tops = tuple(delta.tops[i] for i in at)
    return Delta(ids, fields if ids else {}, tops, delta.classes, delta.rows)


def states_after(rows: Sequence[Any], delta: Delta) -> tuple[ImageState, ...]:
    """Return what the images will be, as far as callers hear of them."""
    status, class_id = delta.fields["status"][1], delta.fields["class_id"][1]
    tags = delta.fields["tags"][1] if "tags" in delta.fields else None
    return tuple(
        ImageState(
            row.id,
            row.version + 1,
            STATUSES[status[at]],
            class_id[at],
            None if tags is None else tuple(tags[at]),
            REVIEWS[row.review],
            row.objects,
        )
        for at, row in enumerate(rows[:EVENT_IDS])
    )


def class_names(
    connection: Connection, project: Project, changes: Sequence[LabelChange]
) -> dict[int, str]:
    """Return the names of all classes that are given.

    Raises:
        UnknownClassError, InvalidInputError: A class or a change is not valid.
    """
    wanted = {change.class_id for change in changes if change.class_id is not None}
    wanted |= {
        tag for change in changes for tag in (*(change.tags or ()), *change.add, *change.remove)
    }
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
        if change.status == STATUSES[LABELLED] and change.says_nothing:
            raise InvalidInputError(
                "a labelled image needs a class or a tag",
                hint="use the status unlabelled; or send an empty list of tags: none of these",
            )
    return names


def describe(changes: Sequence[LabelChange], names: dict[int, str]) -> str:
    """Return a line for the history."""
    count = f"{len(changes):,} images" if len(changes) > 1 else "1 image"
    said = {(one.status, one.class_id, one.tags, one.add, one.remove) for one in changes}
    if len(said) > 1:
        return f"Label {count}"
    change = changes[0]
    if change.add or change.remove:
        gives = [f"+{names[one]}" for one in change.add]
        takes = [f"-{names[one]}" for one in change.remove]
        return f"Tag {count} {' '.join([*gives, *takes])}"
    if change.class_id is not None and change.status in (None, STATUSES[LABELLED]):
        return f"Label {count} {names[change.class_id]}"
    if change.tags and change.status in (None, STATUSES[LABELLED]):
        return f"Tag {count} {', '.join(names[one] for one in change.tags)}"
    if change.status == STATUSES[LABELLED]:
        return f"Mark {count} none of these"
    return f"Mark {count} {change.status or STATUSES[UNLABELLED]}"
