"""Assets (files), their locations, and images (a page of an asset, with its ordinal)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from sightline.core.errors import UnknownImageError
from sightline.core.labels import SPLITS, STATUSES
from sightline.store.register import NewFile, Registered, register
from sightline.store.sql import chunks
from sightline.store.tables import annotation_rows, assets, classes, images, locations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from sightline.store.db import Database
    from sightline.store.projects import Project


@dataclass(frozen=True, slots=True)
class Location:
    """Where a known file lies."""

    id: int
    asset_id: int
    path: str
    bytes: int
    mtime_ns: int
    label: str | None
    missing: bool
    digest: str


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One image as lists show it."""

    id: int
    ordinal: int
    asset_id: int
    page: int
    width: int
    height: int
    split: str
    split_fixed: bool
    status: str
    class_id: int | None
    version: int
    seq: int
    top: int
    path: str
    digest: str
    bytes: int
    format: str
    tags: tuple[int, ...]
    project_id: int


class ImageTable:
    """Images of all projects."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def locations(self, project_id: int) -> Iterator[Location]:
        """Yield every place that a project's files were seen at."""
        query = (
            select(
                locations.c.id,
                locations.c.asset_id,
                locations.c.path,
                locations.c.bytes,
                locations.c.mtime_ns,
                locations.c.label,
                locations.c.missing,
                assets.c.digest,
            )
            .join(assets, assets.c.id == locations.c.asset_id)
            .where(locations.c.project_id == project_id)
        )
        with self._db.read() as connection:
            for row in connection.execute(query):
                yield Location(*row)

    def register(self, project: Project, files: Sequence[NewFile]) -> Registered:
        """Add files in one transaction: assets by digest, their images, and the locations.

        A path that was known with other bytes now belongs to the new asset. A digest that is known
        gets one more location and no new image.
        """
        with self._db.transaction() as connection:
            return register(connection, project, files)

    def set_missing(self, location_ids: Iterable[int], *, missing: bool) -> None:
        """Remember that files are no longer (or again) where they were."""
        rows = [{"key": key, "value": missing} for key in location_ids]
        if not rows:
            return
        query = update(locations).where(locations.c.id == bindparam("key"))
        with self._db.transaction() as connection:
            connection.execute(query.values(missing=bindparam("value")), rows)

    def get(self, image_id: int) -> ImageRow:
        """Return one image.

        Raises:
            UnknownImageError: There is none.
        """
        with self._db.read() as connection:
            found = rows_where(connection, [images.c.id == image_id])
        if not found:
            raise UnknownImageError(f"no image with id {image_id}", hint="reload the list")
        return found[0]

    def by_ids(self, image_ids: Sequence[int]) -> list[ImageRow]:
        """Return images in the order asked for, leaving out those that are gone."""
        with self._db.read() as connection:
            found = {
                row.id: row
                for part in chunks(image_ids)
                for row in rows_where(connection, [images.c.id.in_(part)])
            }
        return [found[key] for key in image_ids if key in found]

    def by_ordinals(self, project_id: int, ordinals: Sequence[int]) -> list[ImageRow]:
        """Return images in the order asked for, leaving out those that are gone."""
        with self._db.read() as connection:
            found = {
                row.ordinal: row
                for part in chunks(ordinals)
                for row in rows_where(
                    connection,
                    [images.c.project_id == project_id, images.c.ordinal.in_(part)],
                )
            }
        return [found[key] for key in ordinals if key in found]

    def page_after(self, project_id: int, after: int, limit: int) -> list[ImageRow]:
        """Return the next images by ordinal, for scripts that read all of them."""
        with self._db.read() as connection:
            return rows_where(
                connection,
                [images.c.project_id == project_id, images.c.ordinal > after],
                limit=limit,
            )

    def places(self, asset_id: int) -> list[str]:
        """Return every path of a file, present ones first."""
        query = (
            select(locations.c.path)
            .where(locations.c.asset_id == asset_id)
            .order_by(locations.c.missing, locations.c.id)
        )
        with self._db.read() as connection:
            return list(connection.scalars(query))

    def ids_of_assets(self, project_id: int) -> dict[int, tuple[int, ...]]:
        """Return the images of every asset of a project, by page."""
        query = (
            select(images.c.asset_id, images.c.id)
            .where(images.c.project_id == project_id, images.c.deleted.is_(False))
            .order_by(images.c.page)
        )
        found: dict[int, list[int]] = defaultdict(list)
        with self._db.read() as connection:
            for asset_id, image_id in connection.execute(query):
                found[asset_id].append(image_id)
        return {asset_id: tuple(ids) for asset_id, ids in found.items()}

    def ordinals_matching(self, project_id: int, text: str) -> list[int]:
        """Return the ordinals of images with `text`, in any case, in one of their paths."""
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = (
            select(images.c.ordinal)
            .join(locations, locations.c.asset_id == images.c.asset_id)
            .where(images.c.project_id == project_id, images.c.deleted.is_(False))
            .where(locations.c.path.ilike(f"%{escaped}%", escape="\\"))
            .distinct()
        )
        with self._db.read() as connection:
            return list(connection.scalars(query))

    def has_tags(self, project_id: int) -> bool:
        """Tell whether an image of a project has a tag."""
        query = (
            select(annotation_rows.c.id)
            .join(images, images.c.id == annotation_rows.c.image_id)
            .where(images.c.project_id == project_id, annotation_rows.c.kind == "tag")
            .limit(1)
        )
        with self._db.read() as connection:
            return connection.scalar(query) is not None

    def files(self, project_id: int, ordinals: Sequence[int]) -> dict[int, tuple[str, int, str]]:
        """Return path, page and digest of each ordinal, for work that reads the pictures."""
        return {
            row.ordinal: (row.path, row.page, row.digest)
            for row in self.by_ordinals(project_id, ordinals)
        }


def rows_where(
    connection: Connection, conditions: list[Any], *, limit: int | None = None
) -> list[ImageRow]:
    """Return images with their path and tags, by ordinal; deleted ones are left out."""
    place = (
        select(locations.c.path)
        .where(locations.c.asset_id == images.c.asset_id)
        .order_by(locations.c.missing, locations.c.id)
        .limit(1)
        .scalar_subquery()
        .label("path")
    )
    query = (
        select(
            images.c.id,
            images.c.ordinal,
            images.c.asset_id,
            images.c.page,
            images.c.width,
            images.c.height,
            images.c.split,
            images.c.split_fixed,
            images.c.status,
            images.c.class_id,
            images.c.version,
            images.c.seq,
            images.c.top,
            place,
            assets.c.digest,
            assets.c.bytes,
            assets.c.format,
            images.c.project_id,
        )
        .join(assets, assets.c.id == images.c.asset_id)
        .where(images.c.deleted.is_(False), *conditions)
        .order_by(images.c.ordinal)
    )
    if limit is not None:
        query = query.limit(limit)
    raw = connection.execute(query).mappings().all()
    tags = tags_of(connection, [row["id"] for row in raw])
    return [_image_row(row, tags.get(row["id"], ())) for row in raw]


def _image_row(row: Any, tags: tuple[int, ...]) -> ImageRow:
    values = dict(row)
    values["split"] = SPLITS[values["split"]]
    values["status"] = STATUSES[values["status"]]
    values["path"] = values["path"] or ""
    return ImageRow(**values, tags=tags)


def tags_of(connection: Connection, image_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the tags (ids of living classes, ascending) of those images that have any."""
    found: dict[int, list[int]] = defaultdict(list)
    for part in chunks(image_ids):
        query = (
            select(annotation_rows.c.image_id, annotation_rows.c.class_id)
            .join(classes, classes.c.id == annotation_rows.c.class_id)
            .where(annotation_rows.c.image_id.in_(part), annotation_rows.c.kind == "tag")
            .where(classes.c.deleted.is_(False))
            .order_by(annotation_rows.c.class_id)
        )
        for image_id, class_id in connection.execute(query):
            found[image_id].append(class_id)
    return {image_id: tuple(ids) for image_id, ids in found.items()}


def count_by_status(connection: Connection, project_id: int) -> dict[str, int]:
    """Return how many images have each status."""
    query = (
        select(images.c.status, func.count())
        .where(images.c.project_id == project_id, images.c.deleted.is_(False))
        .group_by(images.c.status)
    )
    return {STATUSES[code]: count for code, count in connection.execute(query)}
