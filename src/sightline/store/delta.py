"""What a journal entry changes, as data, and how it is carried out on the rows."""

from __future__ import annotations

import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson
from sqlalchemy import bindparam, delete, insert, update

from sightline.store import classes as class_rows
from sightline.store import object_rows
from sightline.store.images import tags_of
from sightline.store.sql import chunks
from sightline.store.tables import annotation_rows, images

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

COLUMNS: Final = (
    "status",
    "class_id",
    "split",
    "split_fixed",
    "edit",
    "alias",
    "review",
    "note",
)
"""Columns of `images` that a journal entry may change; `tags` and `objects` are more fields.

Of `objects`, each value is a text (`object_rows.text_of`) of those that differ, and only of those.
"""
DRAWING: Final = frozenset({"objects", "review", "note"})
"""Fields that say nothing of the picture as a whole."""
COLUMN: Final = 5_000
"""Values of a column that are JSON at once."""
ALIKE: Final = 8
"""Images that must be set alike, on average, for one statement to set many of them."""

Fields: TypeAlias = dict[str, tuple[list[Any], list[Any]]]
"""A field to its values before and after, each in the order of the images."""
ClassState: TypeAlias = dict[str, Any]
"""What the journal keeps of a class: see `ClassRow.state`."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What an entry changes: fields of images, in columns, and classes.

    `fields` maps a field to (before, after), each as long as `ids`. `tops` is what was on top of
    each image before. `classes` holds (id, before or None, after or None).
    """

    ids: tuple[int, ...] = ()
    fields: Fields = field(default_factory=dict)
    tops: tuple[int, ...] = ()
    classes: tuple[tuple[int, ClassState | None, ClassState | None], ...] = ()
    rows: tuple[tuple[Any, ...], ...] | None = field(default=None, compare=False, repr=False)
    """The rows of the objects that come, where they are known; never written down."""

    def pack(self) -> bytes:
        """Return it as compressed JSON."""
        packer = zlib.compressobj(1)
        return b"".join(packer.compress(part) for part in self._parts()) + packer.flush()

    def _parts(self) -> Iterator[bytes]:
        """Yield it as JSON in parts: of many objects the whole is large."""
        yield b'{"ids":' + orjson.dumps(self.ids) + b',"fields":{'
        for at, (name, (before, after)) in enumerate(self.fields.items()):
            yield (b"," if at else b"") + orjson.dumps(name) + b":["
            yield from _column(before)
            yield b","
            yield from _column(after)
            yield b"]"
        yield b'},"tops":' + orjson.dumps(self.tops)
        yield b',"classes":' + orjson.dumps(self.classes) + b"}"

    @staticmethod
    def unpack(raw: bytes) -> Delta:
        """Read what `pack` wrote."""
        value = orjson.loads(zlib.decompress(raw))
        return Delta(
            ids=tuple(value["ids"]),
            fields={name: (pair[0], pair[1]) for name, pair in value["fields"].items()},
            tops=tuple(value["tops"]),
            classes=tuple((key, before, after) for key, before, after in value["classes"]),
        )


def _column(values: Sequence[Any]) -> Iterator[bytes]:
    """Yield a list as JSON, some values at a time."""
    yield b"["
    for start in range(0, len(values), COLUMN):
        part = orjson.dumps(list(values[start : start + COLUMN]))
        yield (b"," if start else b"") + part[1:-1]
    yield b"]"


def put(
    connection: Connection,
    delta: Delta,
    *,
    after: bool,
    seq: int,
    tops: tuple[int, ...] | None,
    top: int | None = None,
) -> None:
    """Set images and classes to one side of a delta.

    `tops` are what is to be on top of each image; None: the entry `top`, or `seq` itself.
    """
    for class_id, before, now_ in delta.classes:
        old, new = (before, now_) if after else (now_, before)
        values = {"deleted": True} if new is None else class_changes(old, new)
        if values:
            class_rows.put(connection, class_id, values)
    if not delta.ids:
        return
    side = 1 if after else 0
    mark = seq if top is None else top
    _put_columns(connection, delta, side, seq, tops or (mark,) * len(delta.ids))
    if "tags" in delta.fields:
        _put_tags(connection, delta.ids, delta.fields["tags"][side])
    if "objects" in delta.fields:
        gone, come = delta.fields["objects"][1 - side], delta.fields["objects"][side]
        rows = delta.rows if after else None
        object_rows.replace(connection, delta.ids, gone, come, rows=rows)


def class_changes(old: ClassState | None, new: ClassState) -> ClassState:
    """Return what of a class differs from `old`; all of it when there was none."""
    return new if old is None else {key: one for key, one in new.items() if old.get(key) != one}


def current_tags(connection: Connection, ids: Sequence[int]) -> list[list[int]]:
    """Return the tags of each image, in the order asked for."""
    found = tags_of(connection, ids)
    return [list(found.get(image_id, ())) for image_id in ids]


def _put_columns(
    connection: Connection, delta: Delta, side: int, seq: int, tops: Sequence[int]
) -> None:
    names = tuple(name for name in COLUMNS if name in delta.fields)
    values = list(zip(*(delta.fields[name][side] for name in names), tops, strict=True))
    keys = tuple(f"new_{name}" for name in (*names, "top"))
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for image_id, row in zip(delta.ids, values, strict=True):
        alike[row].append(image_id)
    if len(alike) * ALIKE <= len(delta.ids):
        query = _update_of(names, many=True)
        for row, ids in alike.items():
            for part in chunks(ids):
                asked = {**dict(zip(keys, row, strict=True)), "new_seq": seq, "keys": list(part)}
                connection.execute(query, asked)
        return
    rows = [
        {"key": image_id, "new_seq": seq, **dict(zip(keys, row, strict=True))}
        for image_id, row in zip(delta.ids, values, strict=True)
    ]
    connection.execute(_update_of(names, many=False), rows)


@cache
def _update_of(columns: tuple[str, ...], *, many: bool) -> Any:
    """Return the statement that sets these columns; building it costs as much as running it."""
    keys: Any = bindparam("keys", expanding=True)
    return (
        update(images)
        .where(images.c.id.in_(keys) if many else images.c.id == bindparam("key"))
        .values(
            version=images.c.version + 1,
            seq=bindparam("new_seq"),
            top=bindparam("new_top"),
            **{name: bindparam(f"new_{name}") for name in columns},
        )
    )


def _put_tags(connection: Connection, ids: Sequence[int], tags: list[list[int]]) -> None:
    for part in chunks(ids):
        connection.execute(
            delete(annotation_rows).where(
                annotation_rows.c.image_id.in_(part), annotation_rows.c.kind == "tag"
            )
        )
    rows = [
        {"image_id": image_id, "kind": "tag", "class_id": class_id, "source": "person"}
        for image_id, one in zip(ids, tags, strict=True)
        for class_id in one
    ]
    if rows:
        connection.execute(insert(annotation_rows), rows)
