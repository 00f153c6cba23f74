"""How probable a tag is, where a file says so: `tag:0.7` in a sidecar.

Such a row is a fact about what was imported, not a label: the tags themselves live in the journal.
It counts as long as it agrees with them (`learned_as`); what a person has changed is certain.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select

from sightline.store.sql import chunks
from sightline.store.tables import annotation_rows, classes, images

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from sightline.store.db import Database

KIND: Final = "odds"
HALF: Final = 0.5
Odds = dict[int, float]
"""Class id to probability; not a number: nobody knows."""


class OddsTable:
    """Probabilities of tags, by image."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, wanted: Mapping[int, Odds]) -> int:
        """Replace what is known of some images, by id; return how many changed."""
        if not wanted:
            return 0

        def work(connection: Connection) -> int:
            there = _of_images(connection, list(wanted))
            changed = {
                key: odds for key, odds in wanted.items() if not _same(odds, there.get(key, {}))
            }
            for part in chunks(list(changed)):
                mine = annotation_rows.c.image_id.in_(part), annotation_rows.c.kind == KIND
                connection.execute(delete(annotation_rows).where(*mine))
            rows = [
                {
                    "image_id": key, "kind": KIND, "class_id": class_id, "source": "import",
                    "score": None if math.isnan(value) else value,
                }
                for key, odds in changed.items()
                for class_id, value in odds.items()
            ]  # fmt: skip
            if rows:
                connection.execute(insert(annotation_rows), rows)
            return len(changed)

        return self._db.write(work)

    def of_project(self, project_id: int) -> dict[int, Odds]:
        """Return what is known of a project's images, by id; deleted classes are left out."""
        query = (
            select(annotation_rows.c.image_id, annotation_rows.c.class_id, annotation_rows.c.score)
            .join(images, images.c.id == annotation_rows.c.image_id)
            .join(classes, classes.c.id == annotation_rows.c.class_id)
            .where(
                images.c.project_id == project_id,
                annotation_rows.c.kind == KIND,
                classes.c.deleted.is_(False),
            )
        )
        found: dict[int, Odds] = defaultdict(dict)
        with self._db.read() as connection:
            for image_id, class_id, score in connection.execute(query):
                found[image_id][class_id] = math.nan if score is None else score
        return dict(found)


def learned_as(*, tagged: bool, odds: float) -> float:
    """Return how probable a tag is taken to be: as imported, unless the label says otherwise.

    Args:
        tagged: Whether the image has the tag now.
        odds: What was imported; not a number: nobody knows.
    """
    agrees = (odds >= HALF) == tagged  # not a number is not: nobody has said that it is there
    return odds if agrees else float(tagged)


def _of_images(connection: Connection, ids: list[int]) -> dict[int, Odds]:
    found: dict[int, Odds] = defaultdict(dict)
    columns = (annotation_rows.c.image_id, annotation_rows.c.class_id, annotation_rows.c.score)
    for part in chunks(ids):
        query = select(*columns).where(
            annotation_rows.c.image_id.in_(part), annotation_rows.c.kind == KIND
        )
        for image_id, class_id, score in connection.execute(query):
            found[image_id][class_id] = math.nan if score is None else score
    return found


def _same(one: Odds, other: Odds) -> bool:
    return one.keys() == other.keys() and all(
        value == other[key] or (math.isnan(value) and math.isnan(other[key]))
        for key, value in one.items()
    )
