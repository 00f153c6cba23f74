"""What people draw: every change a journal entry, read by image and as a stream."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select, update

from sightline.core.errors import InvalidInputError, UnknownImageError
from sightline.store.delta import Delta
from sightline.store.images import page_of
from sightline.store.journal import Applied, Outcome, record, states
from sightline.store.label_plan import only_changed, rows_of
from sightline.store.object_plan import (
    check_classes,
    describe,
    forms,
    object_delta,
    reclassed,
)
from sightline.store.object_rows import object_of, read
from sightline.store.projects import owner_of
from sightline.store.sql import IN_CHUNK
from sightline.store.tables import images, journal, object_rows, projects

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from typing import Any

    from sqlalchemy import Connection

    from sightline.core.objects import ImageObject, ObjectChange
    from sightline.store.db import Database
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project

PART: Final = 10_000
"""Objects that one transaction of an import writes: others write in between."""
PART_IMAGES: Final = 2_000


class ObjectStore:
    """Objects of all projects."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, image_ids: Sequence[int]) -> dict[int, list[ImageObject]]:
        """Return the objects of images, from the bottom up; those without any are left out."""
        found: dict[int, list[ImageObject]] = defaultdict(list)
        with self._db.read() as connection:
            for row in read(connection, image_ids):
                found[row.image_id].append(object_of(row))
        return dict(found)

    def form(self, image_id: int) -> dict[str, Any]:
        """Return an image with all that was drawn in it, as JSON.

        Raises:
            UnknownImageError: There is none.
        """
        with self._db.read() as connection:
            found = forms(connection, [image_id])
        if not found:
            raise UnknownImageError(f"no image with id {image_id}", hint="reload the list")
        return found[0]

    def stream(
        self, project: Project, class_ids: Collection[int] | None = None
    ) -> Iterator[tuple[ImageRow, list[ImageObject]]]:
        """Yield every image with its objects, by ordinal, from one state of the database.

        `class_ids`: only objects of these classes; the images all come.
        """
        wanted = None if class_ids is None else set(class_ids)
        after = -1
        with self._db.read() as connection:
            while rows := page_of(connection, project.id, after, IN_CHUNK):
                after = rows[-1].ordinal
                found: dict[int, list[ImageObject]] = defaultdict(list)
                for row in read(connection, [one.id for one in rows if one.objects]):
                    if wanted is None or row.class_id in wanted:
                        found[row.image_id].append(object_of(row))
                yield from ((one, found.get(one.id, [])) for one in rows)

    def counts(self, project: Project) -> dict[int, int]:
        """Return how many objects there are of each class."""
        query = (
            select(object_rows.c.class_id, func.count())
            .join(images, images.c.id == object_rows.c.image_id)
            .where(images.c.project_id == project.id, images.c.deleted.is_(False))
            .group_by(object_rows.c.class_id)
        )
        with self._db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def set(
        self,
        project: Project,
        changes: Sequence[ObjectChange],
        *,
        actor: str,
        description: str = "",
    ) -> Applied:
        """Change what is drawn; durable when it returns.

        Raises:
            UnknownImageError, UnknownClassError: One of them is not in this project.
            ConflictError: An image has another version; `current` holds what is drawn there.
        """
        return self.submit(project, changes, actor=actor, description=description).result()

    def submit(
        self,
        project: Project | str,
        changes: Sequence[ObjectChange],
        *,
        actor: str,
        description: str = "",
    ) -> Future[Applied]:
        """Hand in what `set` does; the future is done once it is durable.

        `project`: itself, or its name, which is then looked up by the writer.
        """
        if not changes:
            raise InvalidInputError("there is nothing to change", hint="name at least one image")

        def work(connection: Connection) -> Applied:
            owner = owner_of(connection, project)
            delta = _planned(connection, owner, changes)
            ids = [change.image_id for change in changes]
            if not delta.ids:
                return _unchanged(connection, owner, ids)
            text = description or describe(delta)
            done = record(
                connection, owner, delta, actor=actor, kind="objects", description=text, after=()
            )
            return Applied(done.seq, text, states(connection, ids), len(delta.ids))

        return self._db.submit(work)

    def reclass(
        self,
        project: Project,
        named: Mapping[int, Sequence[str]],
        class_id: int | None,
        *,
        actor: str,
        description: str,
    ) -> Applied:
        """Give objects, by image and uid, another class as one step; None: delete them.

        Raises:
            UnknownImageError: One of the images is not in this project.
        """

        def work(connection: Connection) -> Applied:
            rows = rows_of(connection, project, list(named))
            fields = reclassed(connection, named, class_id)
            tops = tuple(row.top for row in rows)
            delta = only_changed(Delta(tuple(named), fields, tops))
            if not delta.ids:
                return _unchanged(connection, project, list(named))
            return record(
                connection, project, delta, actor=actor, kind="objects", description=description
            )

        return self._db.write(work)

    def bulk(
        self,
        project: Project,
        changes: Iterable[ObjectChange],
        *,
        actor: str,
        description: str,
        batch: int | None = None,
    ) -> Outcome:
        """Change many images as one step, part by part as the changes come.

        Each part is durable and in the journal before the next is asked for, so neither memory nor
        others wait for all of it; undo takes all parts back together. `batch`: the step's first
        entry, when it is there already.

        Raises:
            UnknownImageError, UnknownClassError: One of them is not in this project.
            ConflictError: An image has another version than its change saw.
        """
        first = batch
        count = changed = 0
        for part in _parts(changes):
            count += len(part)

            def work(
                connection: Connection,
                part: list[ObjectChange] = part,
                batch: int | None = first,
            ) -> Applied:
                delta = _planned(connection, project, part)
                if not delta.ids:
                    return _unchanged(connection, project, [])
                done = record(
                    connection,
                    project,
                    delta,
                    actor=actor,
                    kind="objects",
                    description=description,
                    after=(),
                    batch=batch or 0,
                )
                _count_in(connection, project, batch, done.count)
                return done

            done = self._db.write(work)
            if done.count:
                first = first or done.seq
                changed += done.count
        return Outcome(count, changed, description, first)


def _planned(connection: Connection, project: Project, changes: Sequence[ObjectChange]) -> Delta:
    rows = rows_of(connection, project, [change.image_id for change in changes])
    check_classes(connection, project, changes)
    return object_delta(connection, rows, changes)


def _unchanged(connection: Connection, project: Project, ids: Sequence[int]) -> Applied:
    seq = connection.scalar(select(projects.c.seq).where(projects.c.id == project.id))
    return Applied(seq or 0, "Nothing changed", states(connection, ids), 0)


def _count_in(connection: Connection, project: Project, batch: int | None, count: int) -> None:
    """Let the first entry of a step count the images of all its parts."""
    if batch is not None:
        first = update(journal).where(journal.c.project_id == project.id, journal.c.seq == batch)
        connection.execute(first.values(count=journal.c.count + count))


def _parts(changes: Iterable[ObjectChange]) -> Iterator[list[ObjectChange]]:
    """Yield the changes in parts of about `PART` objects, an image at most once in each."""
    part: dict[int, ObjectChange] = {}
    size = 0
    for change in changes:
        full = size >= PART or len(part) >= PART_IMAGES
        if part and (full or change.image_id in part):
            yield list(part.values())
            part, size = {}, 0
        part[change.image_id] = change
        size += len(change.put) + len(change.delete) + 1
    if part:
        yield list(part.values())
