"""From what a person draws to what the journal writes: checked and decided, nothing changed.

Only the objects that a change names are read, so that one box of ten thousand is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.labels import STATUSES
from sightline.core.objects import REVIEWS, review_code
from sightline.store import classes as class_rows
from sightline.store.delta import Delta, Fields
from sightline.store.images import tags_of
from sightline.store.object_rows import (
    COLUMNS,
    brief,
    brief_of,
    json_of,
    objects_in,
    read,
    read_named,
    text_of,
    texts_of,
    values_of,
)
from sightline.store.sql import chunks
from sightline.store.tables import classes, images, object_rows, projects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from sightline.core.objects import ImageObject, ObjectChange
    from sightline.store.projects import Project

MAX_OBJECTS: Final = 100_000
"""Of one image: more is a mistake or an attack."""
NOT_BEGUN: Final = review_code("todo")
IN_PROGRESS: Final = review_code("in_progress")
_FORM: Final = (
    select(
        images.c.id,
        projects.c.name,
        images.c.version,
        images.c.width,
        images.c.height,
        images.c.review,
        images.c.note,
        images.c.status,
        images.c.class_id,
    )
    .join(projects, projects.c.id == images.c.project_id)
    .where(images.c.id.in_(bindparam("keys", expanding=True)), images.c.deleted.is_(False))
)
_OF_CLASSES: Final = COLUMNS.where(
    object_rows.c.image_id.in_(bindparam("keys", expanding=True)),
    object_rows.c.class_id.in_(bindparam("classes", expanding=True)),
).order_by(object_rows.c.image_id, object_rows.c.uid)
_LIVING: Final = select(classes.c.id).where(
    classes.c.project_id == bindparam("project"), classes.c.deleted.is_(False)
)


def object_delta(
    connection: Connection, rows: Sequence[Any], changes: Sequence[ObjectChange]
) -> Delta:
    """Return what the changes do to their images, given as `rows_of` returns them.

    Images that are so already are left out. A change that was made on an older version and is
    true already is no conflict: it is one whose answer got lost.

    Raises:
        ConflictError: An image has another version than its change saw; `current` holds it.
        InvalidInputError: An image would have too many objects.
    """
    pairs = list(zip(rows, changes, strict=True))
    sides = [_sides(change, _existing(connection, row, change)) for row, change in pairs]
    reviews = [_review(*pair, sides=side) for pair, side in zip(pairs, sides, strict=True)]
    notes = [row.note if one.note is None else one.note for row, one in pairs]
    at = [
        place
        for place, (row, _) in enumerate(pairs)
        if any(sides[place]) or (reviews[place], notes[place]) != (row.review, row.note)
    ]
    _refuse_stale(connection, [pairs[i] for i in at], count=len(rows))
    _refuse_crowds([(rows[i], sides[i]) for i in at])
    fields: Fields = {
        "objects": (
            [text_of(sides[i][0]) for i in at],
            [text_of([brief(one) for one in sides[i][1]]) for i in at],
        ),
        "review": ([rows[i].review for i in at], [reviews[i] for i in at]),
        "note": ([rows[i].note for i in at], [notes[i] for i in at]),
    }
    fields = {name: pair for name, pair in fields.items() if pair[0] != pair[1]}
    new = tuple(values_of(rows[i].id, one) for i in at for one in sides[i][1])
    ids = tuple(rows[i].id for i in at)
    return Delta(ids, fields, tuple(rows[i].top for i in at), rows=new)


Sides = tuple[list[dict[str, Any]], "list[ImageObject]"]
"""Objects that go, as the journal writes them, and objects that come."""


def _existing(connection: Connection, row: Any, change: ObjectChange) -> dict[str, dict[str, Any]]:
    """Return those of the image's objects that the change is about, by uid."""
    if not row.objects:
        return {}
    if change.clear:
        return {one.uid: brief_of(one) for one in read(connection, [row.id])}
    named = list({*change.delete, *(one.uid for one in change.put)})
    return {one.uid: brief_of(one) for one in read_named(connection, row.id, named)}


def _sides(change: ObjectChange, old: Mapping[str, dict[str, Any]]) -> Sides:
    new = {one.uid: one for one in change.put}
    if len(new) != len(change.put):
        raise InvalidInputError(
            f"image {change.image_id}: two objects have one uid", hint="send each object once"
        )
    if not old:
        return [], list(change.put)
    same = {uid for uid, one in new.items() if uid in old and old[uid] == brief(one)}
    gone = set(old) if change.clear else {*change.delete, *new}
    return (
        [one for uid, one in old.items() if uid in gone and uid not in same],
        [one for uid, one in new.items() if uid not in same],
    )


def _review(row: Any, change: ObjectChange, *, sides: Sides) -> int:
    if change.review is not None:
        return review_code(change.review)
    return IN_PROGRESS if sides[1] and row.review == NOT_BEGUN else int(row.review)


def _refuse_stale(
    connection: Connection, pairs: Iterable[tuple[Any, ObjectChange]], *, count: int
) -> None:
    stale = [
        row.id
        for row, change in pairs
        if change.version is not None and change.version != row.version
    ]
    if stale:
        raise ConflictError(
            f"{len(stale)} of {count} images have been changed by somebody else",
            hint="look at what is there now and decide again",
            current=forms(connection, stale),
        )


def _refuse_crowds(pairs: Iterable[tuple[Any, Sides]]) -> None:
    for row, (gone, come) in pairs:
        if row.objects - len(gone) + len(come) > MAX_OBJECTS:
            raise InvalidInputError(
                f"image {row.id} would have more than {MAX_OBJECTS:,} objects",
                hint="cut the picture into parts",
            )


def check_classes(
    connection: Connection, project: Project, changes: Iterable[ObjectChange]
) -> None:
    """Refuse objects of classes that are not there.

    Raises:
        UnknownClassError, InvalidInputError: A class is gone, or of another project.
    """
    wanted = {one.class_id for change in changes for one in change.put}
    if not wanted:
        return
    living = set(connection.scalars(_LIVING, {"project": project.id}))
    for class_id in sorted(wanted - living):
        class_rows.get(connection, class_id)
        raise InvalidInputError(
            f"class {class_id} belongs to another project", hint="use a class of this project"
        )


def reclassed(
    connection: Connection,
    named: Mapping[int, Sequence[str]],
    class_id: int | None,
) -> Fields:
    """Return what giving objects another class does, or deleting them: the field `objects`.

    Args:
        connection: Of the transaction.
        named: The uids of each image; those that are gone are left alone.
        class_id: The new class; None: they are deleted.
    """
    before: list[str] = []
    after: list[str] = []
    for image_id, uids in named.items():
        old = [brief_of(row) for row in read_named(connection, image_id, uids)]
        old = [one for one in old if one["class_id"] != class_id]
        before.append(text_of(old))
        new = [] if class_id is None else [{**one, "class_id": class_id} for one in old]
        after.append(text_of(new))
    return {"objects": (before, after)}


def class_fields(
    connection: Connection, ids: Sequence[int], becomes: Mapping[int, int | None]
) -> Fields:
    """Return what becomes of the objects of images when classes become others; None: they go."""
    before: dict[int, str] = {}
    for part in chunks(ids):
        asked = {"keys": list(part), "classes": list(becomes)}
        before |= texts_of(connection, _OF_CLASSES, asked)
    if not before:
        return {}
    old = [before.get(key, "") for key in ids]
    return {"objects": (old, [_become(text, becomes) for text in old])}


def _become(text: str, becomes: Mapping[int, int | None]) -> str:
    found = [{**one, "class_id": becomes[one["class_id"]]} for one in objects_in(text)]
    return text_of([one for one in found if one["class_id"] is not None])


def forms(connection: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return images with all that was drawn in them, in the order asked for; None of the gone."""
    found: dict[int, dict[str, Any]] = {}
    for part in chunks(ids):
        for row in connection.execute(_FORM, {"keys": list(part)}):
            found[row.id] = {
                "image_id": row.id,
                "project": row.name,
                "version": row.version,
                "width": row.width,
                "height": row.height,
                "review": REVIEWS[row.review],
                "note": row.note,
                "status": STATUSES[row.status],
                "class_id": row.class_id,
                "tags": [],
                "objects": [],
            }
    for image_id, tags in tags_of(connection, list(found)).items():
        found[image_id]["tags"] = list(tags)
    for row in read(connection, list(found)):
        found[row.image_id]["objects"].append(json_of(row))
    return [found[key] for key in ids if key in found]


def describe(delta: Delta) -> str:
    """Return a line for the history."""
    where = f"in {len(delta.ids):,} images" if len(delta.ids) > 1 else "in 1 image"
    if "objects" not in delta.fields:
        if "review" not in delta.fields:
            return f"Note {where}"
        codes = set(delta.fields["review"][1])
        word = REVIEWS[codes.pop()].replace("_", " ") if len(codes) == 1 else "otherwise"
        return f"Mark {where.removeprefix('in ')} {word}"
    counts = _counts(delta)
    told = [f"{verb} {count:,}" for verb, count in counts.items() if count]
    many = sum(counts.values()) != 1
    return f"{', '.join(told)} object{'s' if many else ''} {where}".capitalize()


def _counts(delta: Delta) -> dict[str, int]:
    found = {"add": 0, "change": 0, "delete": 0}
    for before, after in zip(*delta.fields["objects"], strict=True):
        old = {one["uid"] for one in objects_in(before)}
        new = {one["uid"] for one in objects_in(after)}
        found["add"] += len(new - old)
        found["change"] += len(new & old)
        found["delete"] += len(old - new)
    return found
