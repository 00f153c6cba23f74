"""Objects as rows, as the journal writes them down, and as they are in memory.

The journal and snapshots keep the objects of an image as one JSON text, each object without what
has its default: a text takes a tenth of the memory that the same as dictionaries takes, and two
states are compared without reading them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson
from sqlalchemy import bindparam, select

from sightline.core.geometry.shapes import (
    Box,
    Keypoints,
    Mask,
    OrientedBox,
    Point,
    Polygon,
    shape_from_json,
)
from sightline.core.objects import PERSON, ImageObject
from sightline.store.sql import chunks
from sightline.store.tables import object_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from sightline.core.geometry.shapes import Bounds, Shape

Row: TypeAlias = tuple[Any, ...]
"""An object as `values_of` gives it."""
PART: Final = 1 << 20
"""Characters of texts whose objects are rows in memory at once."""
NONE: Final = ""
"""The text of no objects."""
_DEFAULTS: Final = {"z": 0, "locked": False, "hidden": False, "score": None, "source": PERSON}
_INSERT: Final = """
INSERT INTO objects (image_id, uid, class_id, kind, x1, y1, x2, y2, geometry, attributes,
z, locked, hidden, score, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_DELETE: Final = "DELETE FROM objects WHERE image_id = ? AND uid = ?"
_COUNT: Final = "UPDATE images SET objects = objects + ? WHERE id = ?"
"""As the driver takes them: for a row of so many columns SQLAlchemy takes longer than SQLite."""
COLUMNS: Final = select(object_rows)
_OF_IMAGES: Final = COLUMNS.where(
    object_rows.c.image_id.in_(bindparam("keys", expanding=True))
).order_by(object_rows.c.image_id, object_rows.c.z, object_rows.c.uid)
_NAMED: Final = COLUMNS.where(
    object_rows.c.image_id == bindparam("key"),
    object_rows.c.uid.in_(bindparam("uids", expanding=True)),
)


def read(connection: Connection, image_ids: Sequence[int]) -> Iterator[Any]:
    """Yield the rows of all objects of some images, by image, from the bottom up."""
    for part in chunks(image_ids):
        yield from connection.execute(_OF_IMAGES, {"keys": list(part)}).all()


def read_named(connection: Connection, image_id: int, uids: Sequence[str]) -> Iterator[Any]:
    """Yield the rows of those objects of an image that are there, in no order."""
    for part in chunks(uids):
        yield from connection.execute(_NAMED, {"key": image_id, "uids": list(part)})


def object_of(row: Any) -> ImageObject:
    """Return the object of a row, as it was checked when it was written."""
    _, uid, class_id, kind, x1, y1, x2, y2, geometry, attributes, z, *rest = row
    bounds = (x1, y1, x2, y2)
    locked, hidden, score, source = rest
    return ImageObject(
        uid=uid,
        class_id=class_id,
        shape=Box(x1, y1, x2, y2) if geometry is None else _shape(kind, geometry, bounds),
        attributes={} if attributes is None else orjson.loads(attributes),
        z=z,
        locked=locked,
        hidden=hidden,
        score=score,
        source=source,
    )


def json_of(row: Any) -> dict[str, Any]:
    """Return the object of a row as JSON, all of it."""
    return {
        "uid": row.uid,
        "kind": row.kind,
        "geometry": _geometry_of(row),
        "class_id": row.class_id,
        "attributes": {} if row.attributes is None else orjson.loads(row.attributes),
        "z": row.z,
        "locked": row.locked,
        "hidden": row.hidden,
        "score": row.score,
        "source": row.source,
    }


def brief_of(row: Any) -> dict[str, Any]:
    """Return the object of a row as the journal writes it."""
    return brief(object_of(row))


def brief(one: ImageObject) -> dict[str, Any]:
    """Return an object as the journal writes it: without what has its default."""
    value: dict[str, Any] = {
        "uid": one.uid,
        "kind": one.shape.kind,
        "geometry": one.shape.to_json(),
        "class_id": one.class_id,
    }
    if one.attributes:
        value["attributes"] = dict(one.attributes)
    for name, default in _DEFAULTS.items():
        told = getattr(one, name)
        if told != default:
            value[name] = told
    return value


def text_of(found: Sequence[dict[str, Any]]) -> str:
    """Return objects as one text; none: the empty text."""
    return orjson.dumps(found).decode() if found else NONE


def objects_in(text: str) -> list[dict[str, Any]]:
    """Return the objects that `text_of` wrote."""
    found: list[dict[str, Any]] = orjson.loads(text) if text else []
    return found


def differing(before: str, after: str) -> tuple[str, str]:
    """Return two states of an image's objects without those that are alike in both."""
    if before == after:
        return NONE, NONE
    old = {one["uid"]: one for one in objects_in(before)}
    new = {one["uid"]: one for one in objects_in(after)}
    gone = [one for uid, one in old.items() if new.get(uid) != one]
    come = [one for uid, one in new.items() if old.get(uid) != one]
    return text_of(gone), text_of(come)


def values_of(image_id: int, one: ImageObject) -> Row:
    """Return the row of an object, as `_INSERT` takes it."""
    shape = one.shape
    is_box = isinstance(shape, Box)
    return (
        image_id,
        one.uid,
        one.class_id,
        shape.kind,
        *shape.bounds(),
        None if is_box else orjson.dumps(shape.to_json()).decode(),
        orjson.dumps(dict(one.attributes)).decode() if one.attributes else None,
        one.z,
        one.locked,
        one.hidden,
        one.score,
        one.source,
    )


def replace(
    connection: Connection,
    image_ids: Sequence[int],
    old: Sequence[str],
    new: Sequence[str],
    *,
    rows: Sequence[Row] | None = None,
) -> None:
    """Take objects away and put others in their place; of many images some at a time.

    Args:
        connection: Of the transaction.
        image_ids: Whose.
        old: The text of those that go, for each image.
        new: The text of those that come, for each image.
        rows: What `values_of` says of those that come, when the caller knows.
    """
    if rows is not None:
        _replace(connection, _gone(image_ids, old), rows)
        return
    for part in _parts(old, new):
        come = [
            _values_in(image_id, one)
            for image_id, text in zip(image_ids[part], new[part], strict=True)
            for one in objects_in(text)
        ]
        _replace(connection, _gone(image_ids[part], old[part]), come)


def _parts(old: Sequence[str], new: Sequence[str]) -> Iterator[slice]:
    """Yield parts of the images whose objects are few enough to be rows in memory at once."""
    start = size = 0
    for at, (before, after) in enumerate(zip(old, new, strict=True), start=1):
        size += len(before) + len(after)
        if size > PART or at == len(old):
            yield slice(start, at)
            start, size = at, 0


def _gone(image_ids: Sequence[int], texts: Sequence[str]) -> list[tuple[int, str]]:
    return [
        (image_id, one["uid"])
        for image_id, text in zip(image_ids, texts, strict=True)
        for one in objects_in(text)
    ]


def _replace(connection: Connection, gone: Sequence[tuple[int, str]], rows: Sequence[Row]) -> None:
    more = Counter(row[0] for row in rows)
    more.subtract(image_id for image_id, _ in gone)
    _run(connection, _DELETE, gone)
    _run(connection, _INSERT, rows)
    _run(connection, _COUNT, [(count, key) for key, count in more.items() if count])


def _run(connection: Connection, statement: str, rows: Sequence[Any]) -> None:
    """Carry out a statement for each row."""
    if rows:
        is_sqlite = connection.dialect.name == "sqlite"
        text = statement if is_sqlite else statement.replace("?", "%s")
        connection.exec_driver_sql(text, list(rows))


def classes_in(texts: Iterable[str]) -> set[int]:
    """Return the classes of the objects of some texts."""
    return {one["class_id"] for text in texts for one in objects_in(text)}


def texts_of(connection: Connection, query: Any, values: dict[str, Any]) -> dict[int, str]:
    """Return the text of the objects of each image that has any, of rows ordered by image."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    texts: dict[int, str] = {}
    last = 0
    for row in connection.execute(query.execution_options(yield_per=10_000), values):
        if row.image_id != last and last:
            texts[last] = text_of(found.pop(last))
        last = row.image_id
        found[last].append(brief_of(row))
    return texts | {key: text_of(one) for key, one in found.items()}


def _values_in(image_id: int, value: dict[str, Any]) -> Row:
    """Return the row of an object that the journal wrote."""
    shape = shape_from_json(value["kind"], value["geometry"])
    one = ImageObject(
        uid=value["uid"],
        class_id=value["class_id"],
        shape=shape,
        attributes=value.get("attributes", {}),
        **{key: value[key] for key in _DEFAULTS if key in value},
    )
    return values_of(image_id, one)


def _geometry_of(row: Any) -> Any:
    if row.geometry is None:
        return [row.x1, row.y1, row.x2, row.y2]
    return orjson.loads(row.geometry)


def _shape(kind: str, geometry: str, bounds: Bounds) -> Shape:
    """Return the shape of a row; what was checked when it was written is not checked again."""
    return _SHAPES[kind](orjson.loads(geometry), bounds)


def _polygon(data: Any, _: Bounds) -> Polygon:
    return Polygon(tuple(tuple(tuple(ring) for ring in part) for part in data))


def _mask(data: Any, bounds: Bounds) -> Mask:
    height, width = data["size"]
    return Mask(height, width, data["counts"], bounds)


def _keypoints(data: Any, _: Bounds) -> Keypoints:
    return Keypoints(tuple((x, y, int(seen)) for x, y, seen in data))


_SHAPES: Final[dict[str, Callable[[Any, Bounds], Shape]]] = {
    "obb": lambda data, _: OrientedBox(*data),
    "polygon": _polygon,
    "mask": _mask,
    "keypoints": _keypoints,
    "point": lambda data, _: Point(*data),
}
