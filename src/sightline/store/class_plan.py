"""What merging, splitting and deleting classes does to images: decided, nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from sightline.core.errors import InvalidInputError
from sightline.core.labels import LABELLED, UNLABELLED
from sightline.store import classes as class_rows
from sightline.store.delta import Delta, current_tags
from sightline.store.label_plan import ROW
from sightline.store.object_plan import class_fields
from sightline.store.tables import annotation_rows, images, object_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from sightline.store.classes import ClassRow
    from sightline.store.projects import Project


def delete_delta(connection: Connection, project: Project, row: ClassRow) -> Delta:
    """Return what deleting a class does: its images lose it as class and as tag."""
    found = bearing(connection, project, [row.id])
    return _delta(connection, found, {row.id: None}, (_gone(row),))


def merge_delta(
    connection: Connection, project: Project, sources: Sequence[ClassRow], into: ClassRow
) -> Delta:
    """Return what merging classes does: their images bear `into` instead, and they are deleted."""
    found = bearing(connection, project, [row.id for row in sources])
    gone = tuple(_gone(row) for row in sources)
    return _delta(connection, found, {row.id: into.id for row in sources}, gone)


def split_delta(
    connection: Connection,
    project: Project,
    row: ClassRow,
    new_id: int,
    *,
    ids: Collection[int],
    made: tuple[int, dict[str, Any] | None, dict[str, Any] | None] | None,
) -> Delta:
    """Return what moving a class's images among `ids` to another class does.

    `made`: how the journal writes the new class down; None while it is not made.
    """
    chosen = set(ids)
    found = [one for one in bearing(connection, project, [row.id]) if one.id in chosen]
    return _delta(connection, found, {row.id: new_id}, () if made is None else (made,))


def bearing(connection: Connection, project: Project, class_ids: Sequence[int]) -> list[Any]:
    """Return the rows of images that have one of these classes, as class, as tag or drawn."""
    tagged = select(annotation_rows.c.image_id).where(
        annotation_rows.c.kind == "tag", annotation_rows.c.class_id.in_(class_ids)
    )
    drawn = select(object_rows.c.image_id).where(object_rows.c.class_id.in_(class_ids))
    query = ROW.where(
        or_(images.c.class_id.in_(class_ids), images.c.id.in_(tagged), images.c.id.in_(drawn))
    )
    query = query.order_by(images.c.ordinal)
    if connection.dialect.name != "sqlite":
        query = query.with_for_update()
    return list(connection.execute(query, {"project": project.id}).all())


def sources_of(
    connection: Connection, project: Project, class_ids: Sequence[int], into: int
) -> tuple[list[ClassRow], ClassRow]:
    """Return the classes to merge and the one they become.

    Raises:
        UnknownClassError: One of them is gone.
        InvalidInputError: They are not several classes of this project.
    """
    if not class_ids or into in class_ids or len(set(class_ids)) != len(class_ids):
        raise InvalidInputError(
            "a class cannot be merged into itself", hint="name other classes, each once"
        )
    target = own(connection, project, into)
    return [own(connection, project, one) for one in class_ids], target


def own(connection: Connection, project: Project, class_id: int) -> ClassRow:
    """Return a class of this project.

    Raises:
        UnknownClassError: There is none.
        InvalidInputError: It belongs to another project.
    """
    row = class_rows.get(connection, class_id)
    if row.project_id != project.id:
        raise InvalidInputError(
            f"class {class_id} belongs to another project", hint="use a class of this project"
        )
    return row


def _delta(
    connection: Connection,
    rows: Sequence[Any],
    becomes: Mapping[int, int | None],
    classes: tuple[tuple[int, dict[str, Any] | None, dict[str, Any] | None], ...],
) -> Delta:
    ids = tuple(row.id for row in rows)
    tags = current_tags(connection, ids)
    new_class = [becomes.get(row.class_id, row.class_id) for row in rows]
    new_tags = [_replaced(one, becomes) for one in tags]
    status = [
        UNLABELLED if row.status == LABELLED and class_id is None and not one else row.status
        for row, class_id, one in zip(rows, new_class, new_tags, strict=True)
    ]
    fields: dict[str, tuple[list[Any], list[Any]]] = {
        "status": ([row.status for row in rows], status),
        "class_id": ([row.class_id for row in rows], new_class),
    }
    if new_tags != tags:
        fields["tags"] = (tags, new_tags)
    fields |= class_fields(connection, ids, becomes)
    return Delta(ids, fields, tuple(row.top for row in rows), classes)


def _replaced(tags: list[int], becomes: Mapping[int, int | None]) -> list[int]:
    return sorted({new for one in tags if (new := becomes.get(one, one)) is not None})


def _gone(row: ClassRow) -> tuple[int, dict[str, Any], dict[str, Any]]:
    return row.id, row.state(), row.state() | {"deleted": True, "hotkey": None}
