"""Suggestions by image and source: facts about what engines and files said, no labels."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from sightline.core.suggested import Suggestion
from sightline.store import events
from sightline.store.sql import chunks
from sightline.store.tables import images, suggestions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from sightline.store.db import Database
    from sightline.store.projects import Project

EVENT: Final = "suggestions"
_MINE: Final = (
    suggestions.c.image_id == bindparam("image"),
    suggestions.c.source == bindparam("from_"),
)


class SuggestionTable:
    """Suggestions of all projects."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(
        self,
        project: Project,
        source: str,
        found: Mapping[int, Sequence[Suggestion]],
        *,
        labels: Collection[str] | None = None,
    ) -> int:
        """Keep what a source says of images, by id, in the place of what it said before.

        What a person has rejected stays rejected. Returns how many there are.

        Args:
            project: Whose images.
            source: Who says it.
            found: What it says.
            labels: What it was asked about: what it said of others stays. None: of everything.
        """
        if not found:
            return 0

        def work(connection: Connection) -> int:
            earlier = _earlier(connection, source, list(found))
            before = {one.uid for said in earlier.values() for one in said if one.rejected}
            asked = None if labels is None else {label.casefold() for label in labels}
            for part in chunks(list(found)):
                mine = suggestions.c.image_id.in_(part), suggestions.c.source == source
                connection.execute(delete(suggestions).where(*mine))
            rows = [
                {
                    "image_id": key,
                    "source": source,
                    "objects": _text(
                        [
                            *_others(earlier.get(key, ()), asked),
                            *(replace(one, rejected=one.uid in before) for one in said),
                        ]
                    ),
                }
                for key, said in found.items()
            ]
            connection.execute(insert(suggestions), rows)
            _tell(connection, project, list(found))
            return sum(map(len, found.values()))

        return self._db.write(work)

    def of(self, image_ids: Sequence[int]) -> dict[int, dict[str, list[Suggestion]]]:
        """Return all suggestions of images: by id, then by source; the rejected ones too."""
        found: dict[int, dict[str, list[Suggestion]]] = defaultdict(dict)
        with self._db.read() as connection:
            for part in chunks(list(image_ids)):
                query = select(suggestions).where(suggestions.c.image_id.in_(part))
                for row in connection.execute(query.order_by(suggestions.c.source)):
                    found[row.image_id][row.source] = _read(row.objects)
        return dict(found)

    def stream(self, project: Project, source: str) -> Iterator[tuple[int, list[Suggestion]]]:
        """Yield (image id, suggestions) of one source, by the images' order."""
        query = (
            select(suggestions.c.image_id, suggestions.c.objects)
            .join(images, images.c.id == suggestions.c.image_id)
            .where(
                images.c.project_id == project.id,
                images.c.deleted.is_(False),
                suggestions.c.source == source,
            )
            .order_by(images.c.ordinal)
        )
        with self._db.read() as connection:
            for row in connection.execute(query):
                yield row.image_id, _read(row.objects)

    def sources(self, project: Project) -> dict[str, int]:
        """Return of how many images each source has said something, be it that nothing is there."""
        query = (
            select(suggestions.c.source, func.count().label("images"))
            .join(images, images.c.id == suggestions.c.image_id)
            .where(images.c.project_id == project.id, images.c.deleted.is_(False))
            .group_by(suggestions.c.source)
            .order_by(suggestions.c.source)
        )
        with self._db.read() as connection:
            return {row.source: row.images for row in connection.execute(query)}

    def image_ids(self, project: Project, source: str) -> set[int]:
        """Return the images of which a source has said something."""
        query = (
            select(suggestions.c.image_id)
            .join(images, images.c.id == suggestions.c.image_id)
            .where(images.c.project_id == project.id, suggestions.c.source == source)
        )
        with self._db.read() as connection:
            return set(connection.scalars(query))

    def reject(
        self, project: Project, image_id: int, uids: Collection[str], *, rejected: bool = True
    ) -> int:
        """Note that some of an image's suggestions are wrong, or are not after all."""

        def work(connection: Connection) -> int:
            query = select(suggestions).where(suggestions.c.image_id == image_id)
            changed = 0
            for row in connection.execute(query).all():
                said = _read(row.objects)
                new = [replace(one, rejected=rejected) if one.uid in uids else one for one in said]
                if new == said:
                    continue
                changed += sum(one != other for one, other in zip(new, said, strict=True))
                values = {"image": image_id, "from_": row.source, "new": _text(new)}
                connection.execute(_SET, values)
            if changed:
                _tell(connection, project, [image_id])
            return changed

        return self._db.write(work)

    def clear(self, project: Project, source: str | None = None) -> int:
        """Forget what one source has said of a project's images, or all of them."""

        def work(connection: Connection) -> int:
            mine = select(images.c.id).where(images.c.project_id == project.id)
            query = delete(suggestions).where(suggestions.c.image_id.in_(mine))
            if source is not None:
                query = query.where(suggestions.c.source == source)
            gone = connection.execute(query).rowcount
            if gone:
                _tell(connection, project, [])
            return gone

        return self._db.write(work)


_SET: Final = update(suggestions).where(*_MINE).values(objects=bindparam("new"))


def _earlier(
    connection: Connection, source: str, image_ids: list[int]
) -> dict[int, list[Suggestion]]:
    """Return what a source has said of images."""
    found: dict[int, list[Suggestion]] = {}
    for part in chunks(image_ids):
        query = select(suggestions).where(
            suggestions.c.image_id.in_(part), suggestions.c.source == source
        )
        found |= {row.image_id: _read(row.objects) for row in connection.execute(query)}
    return found


def _others(said: Sequence[Suggestion], asked: Collection[str] | None) -> list[Suggestion]:
    """Return what was said of labels that were not asked about this time."""
    return [] if asked is None else [one for one in said if one.label.casefold() not in asked]


def _tell(connection: Connection, project: Project, image_ids: list[int]) -> None:
    payload: dict[str, Any] = {"project": project.name, "images": image_ids[:500]}
    events.append(connection, EVENT, project.id, payload)


def _text(said: Sequence[Suggestion]) -> str:
    return json.dumps([one.to_json() for one in said], separators=(",", ":"))


def _read(text: str) -> list[Suggestion]:
    return [Suggestion.from_json(one) for one in json.loads(text)]
