"""Classes: stable ids that are never used again, names that may change."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, select, update

from sightline.core.errors import ConflictError, InvalidInputError, UnknownClassError, did_you_mean
from sightline.core.names import check_name
from sightline.core.taxonomy import HOTKEYS, check_colour, colour_at, free_hotkey
from sightline.store.tables import classes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sightline.store.db import Database


KEPT: Final = ("name", "colour", "hotkey", "position", "deleted", "skeleton")


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of a project."""

    id: int
    project_id: int
    name: str
    colour: str
    hotkey: str | None
    position: int
    deleted: bool
    skeleton: str | None = None
    """JSON of the names and edges of its keypoints."""

    def state(self) -> dict[str, Any]:
        """Return what an edit may change, as the journal keeps it."""
        kept = asdict(self)
        return {key: kept[key] for key in KEPT}


_ROWS: Final = (
    select(classes)
    .where(classes.c.project_id == bindparam("project"))
    .order_by(classes.c.position, classes.c.id)
)
_LIVE: Final = _ROWS.where(classes.c.deleted.is_(False))


def rows(connection: Connection, project_id: int, *, deleted: bool = False) -> list[ClassRow]:
    """Return the classes of a project in their order; `deleted`: those that are deleted too."""
    query = _ROWS if deleted else _LIVE
    return [ClassRow(*row) for row in connection.execute(query, {"project": project_id})]


def get(connection: Connection, class_id: int) -> ClassRow:
    """Return one class.

    Raises:
        UnknownClassError: There is none, or it is deleted.
    """
    row = connection.execute(select(classes).where(classes.c.id == class_id)).first()
    if row is None or row.deleted:
        raise UnknownClassError(f"no class with id {class_id}", hint="reload the list of classes")
    return ClassRow(*row)


def add(
    connection: Connection,
    project_id: int,
    name: str,
    *,
    colour: str | None = None,
    hotkey: str | None = None,
) -> ClassRow:
    """Insert a class; colour and hotkey are chosen when they are not given.

    Raises:
        InvalidInputError: The name, colour or hotkey is not valid.
        ConflictError: The name or the hotkey is taken.
    """
    every = rows(connection, project_id, deleted=True)
    live = [row for row in every if not row.deleted]
    values = {
        "name": check_name(name, "class"),
        "colour": check_colour(colour) if colour else colour_at(len(every)),
        "hotkey": hotkey or free_hotkey(row.hotkey for row in live),
        "position": max((row.position for row in every), default=-1) + 1,
        "deleted": False,
    }
    check_free(live, values, but=None)
    key = connection.execute(
        insert(classes).values(project_id=project_id, **values)
    ).inserted_primary_key
    return get(connection, int(key[0]) if key is not None else 0)


def find_state(connection: Connection, class_id: int) -> dict[str, Any] | None:
    """Return what the journal keeps of a class, deleted or not; None when there is none."""
    row = connection.execute(select(classes).where(classes.c.id == class_id)).first()
    return None if row is None else ClassRow(*row).state()


def put(connection: Connection, class_id: int, state: dict[str, Any]) -> None:
    """Set a class to a state that the journal keeps."""
    connection.execute(update(classes).where(classes.c.id == class_id).values(**state))


def check_free(live: list[ClassRow], values: dict[str, Any], *, but: int | None) -> None:
    """Refuse a name or a hotkey that another class has.

    Raises:
        InvalidInputError: The hotkey is not one of 1-9.
        ConflictError: It is taken.
    """
    hotkey = values.get("hotkey")
    if hotkey is not None and hotkey not in HOTKEYS:
        raise InvalidInputError(f"{hotkey!r} is not a hotkey", hint="use one of the keys 1 to 9")
    for row in live:
        if row.id == but:
            continue
        if row.name.casefold() == str(values["name"]).casefold():
            raise ConflictError(
                f"there is a class named {row.name!r} already", hint="choose another name"
            )
        if hotkey is not None and row.hotkey == hotkey:
            raise ConflictError(
                f"the key {hotkey} belongs to {row.name!r}", hint="choose another key, or none"
            )


def places_after(
    live: list[ClassRow], class_id: int, position: int | None
) -> dict[int, dict[str, Any]]:
    """Return the new position of each class that moves when one goes to a place, from 0."""
    if position is None:
        return {}
    order = [row for row in live if row.id != class_id]
    order.insert(position, next(row for row in live if row.id == class_id))
    return {row.id: {"position": place} for place, row in enumerate(order) if row.position != place}


class ClassTable:
    """Reads classes; what changes them goes through the journal."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list(self, project_id: int) -> list[ClassRow]:
        """Return the classes of a project in their order."""
        with self._db.read() as connection:
            return rows(connection, project_id)

    def get(self, class_id: int) -> ClassRow:
        """Return one class.

        Raises:
            UnknownClassError: There is none.
        """
        with self._db.read() as connection:
            return get(connection, class_id)

    def by_name(self, project_id: int, name: str) -> ClassRow:
        """Return the class of this name.

        Raises:
            UnknownClassError: There is none.
        """
        every = self.list(project_id)
        for row in every:
            if row.name == name:
                return row
        hint = did_you_mean(name, [row.name for row in every])
        raise UnknownClassError(f"no class named {name!r}", hint=hint)
