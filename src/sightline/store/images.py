"""Assets (files), their locations, and images (a page of an asset, with its ordinal)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import bindparam, select, update

from sightline.core.errors import UnknownImageError
from sightline.core.labels import SPLITS, STATUSES
from sightline.core.objects import REVIEWS
from sightline.store.register import NewFile, Registered, register
from sightline.store.sql import chunks
from sightline.store.tables import annotation_rows, assets, classes, images, locations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from sightline.core.arrays import I64
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
    edit: str | None = None
    """As `core.edits` writes it; None: the picture is as it is."""
    alias: str | None = None
    """Its file name in builds and exports, without the ending; None: as it is."""
    review: str = REVIEWS[0]
    note: str = ""
    """Why it was rejected."""
    objects: int = 0
    """How many are drawn in it."""

    @property
    def stem(self) -> str:
        """How it is called, without the ending."""
        return self.alias or Path(self.path).stem


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
            found = _read(connection, _BY_IDS, {"keys": [image_id]})
        if not found:
            raise UnknownImageError(f"no image with id {image_id}", hint="reload the list")
        return found[0]

    def by_ids(self, image_ids: Sequence[int]) -> list[ImageRow]:
        """Return images in the order asked for, leaving out those that are gone."""
        with self._db.read() as connection:
            found = {
                row.id: row
                for part in chunks(image_ids)
                for row in _read(connection, _BY_IDS, {"keys": list(part)})
            }
        return [found[key] for key in image_ids if key in found]

    def by_ordinals(self, project_id: int, ordinals: Sequence[int]) -> list[ImageRow]:
        """Return images in the order asked for, leaving out those that are gone."""
        with self._db.read() as connection:
            found = {
                row.ordinal: row
                for part in chunks(ordinals)
                for row in _read(
                    connection, _BY_ORDINALS, {"project": project_id, "keys": list(part)}
                )
            }
        return [found[key] for key in ordinals if key in found]

    def changed_since(self, project_id: int, seq: int) -> I64:
        """Return the ordinals of images that were changed after a change number, ascending."""
        query = (
            select(images.c.ordinal)
            .where(images.c.project_id == project_id, images.c.seq > seq)
            .where(images.c.deleted.is_(False))
            .order_by(images.c.ordinal)
        )
        with self._db.read() as connection:
            return np.array(list(connection.scalars(query)), np.int64)

    def page_after(self, project_id: int, after: int, limit: int) -> list[ImageRow]:
        """Return the next images by ordinal, for scripts that read all of them."""
        with self._db.read() as connection:
            return page_of(connection, project_id, after, limit)

    def places(self, asset_id: int) -> list[str]:
        """Return every path of a file, present ones first."""
        query = (
            select(locations.c.path)
            .where(locations.c.asset_id == asset_id)
            .order_by(locations.c.missing, locations.c.id)
        )
        with self._db.read() as connection:
            return list(connection.scalars(query))

    def files_of_assets(self, project_id: int) -> dict[int, tuple[str, str]]:
        """Return the place that counts and the digest of each file of a project."""
        query = (
            select(locations.c.asset_id, locations.c.path, assets.c.digest)
            .join(assets, assets.c.id == locations.c.asset_id)
            .where(locations.c.project_id == project_id)
            .order_by(locations.c.missing, locations.c.id)
        )
        found: dict[int, tuple[str, str]] = {}
        with self._db.read() as connection:
            for asset_id, path, digest in connection.execute(query):
                found.setdefault(asset_id, (path, digest))
        return found

    def ordinal_at(self, project_id: int, path: Path) -> int | None:
        """Return the ordinal of the first page of the file at an absolute path; None: unknown."""
        query = (
            select(images.c.ordinal)
            .join(locations, locations.c.asset_id == images.c.asset_id)
            .where(locations.c.project_id == project_id, locations.c.path == str(path))
            .where(images.c.deleted.is_(False))
            .order_by(images.c.page)
            .limit(1)
        )
        with self._db.read() as connection:
            found: int | None = connection.scalar(query)
        return found

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

    def ordinals_of_assets(self, project_id: int, asset_ids: Sequence[int]) -> list[int]:
        """Return the ordinals of all pages of some files, ascending."""
        found: list[int] = []
        with self._db.read() as connection:
            for part in chunks(asset_ids):
                query = select(images.c.ordinal).where(
                    images.c.project_id == project_id, images.c.asset_id.in_(part)
                )
                found += connection.scalars(query)
        return sorted(found)

    def ordinals_of_digests(self, project_id: int, digests: Sequence[str]) -> dict[str, list[int]]:
        """Return the ordinals of all living pages of files, by the BLAKE3 of their bytes."""
        found: dict[str, list[int]] = defaultdict(list)
        with self._db.read() as connection:
            for part in chunks(digests):
                query = (
                    select(assets.c.digest, images.c.ordinal)
                    .join(images, images.c.asset_id == assets.c.id)
                    .where(images.c.project_id == project_id, images.c.deleted.is_(False))
                    .where(assets.c.digest.in_(part))
                )
                for digest, ordinal in connection.execute(query.order_by(images.c.ordinal)):
                    found[digest].append(ordinal)
        return dict(found)

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

    def has_soft_tags(self, project_id: int) -> bool:
        """Tell whether a tag of a project's images is neither certain nor excluded."""
        query = (
            select(annotation_rows.c.id)
            .join(images, images.c.id == annotation_rows.c.image_id)
            .where(images.c.project_id == project_id, annotation_rows.c.kind == "odds")
            .where(annotation_rows.c.score > 0, annotation_rows.c.score < 1)
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


_PLACE: Final = (
    select(locations.c.path)
    .where(locations.c.asset_id == images.c.asset_id)
    .order_by(locations.c.missing, locations.c.id)
    .limit(1)
    .scalar_subquery()
)
_ROWS: Final = (
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
        _PLACE,
        assets.c.digest,
        assets.c.bytes,
        assets.c.format,
        images.c.project_id,
        images.c.edit,
        images.c.alias,
        images.c.review,
        images.c.note,
        images.c.objects,
    )
    .join(assets, assets.c.id == images.c.asset_id)
    .where(images.c.deleted.is_(False))
    .order_by(images.c.ordinal)
)
"""In the order of ImageRow, but for the tags. Built once, as building costs more than running."""
_BY_IDS: Final = _ROWS.where(images.c.id.in_(bindparam("keys", expanding=True)))
_OF_PROJECT: Final = _ROWS.where(images.c.project_id == bindparam("project"))
_BY_ORDINALS: Final = _OF_PROJECT.where(images.c.ordinal.in_(bindparam("keys", expanding=True)))
_AFTER: Final = _OF_PROJECT.where(images.c.ordinal > bindparam("after")).limit(bindparam("most"))
_TAGS: Final = (
    select(annotation_rows.c.image_id, annotation_rows.c.class_id)
    .join(classes, classes.c.id == annotation_rows.c.class_id)
    .where(
        annotation_rows.c.image_id.in_(bindparam("keys", expanding=True)),
        annotation_rows.c.kind == "tag",
        classes.c.deleted.is_(False),
    )
    .order_by(annotation_rows.c.class_id)
)


def page_of(connection: Connection, project_id: int, after: int, limit: int) -> list[ImageRow]:
    """Return the next images by ordinal."""
    return _read(connection, _AFTER, {"project": project_id, "after": after, "most": limit})


def _read(connection: Connection, query: Any, values: dict[str, Any]) -> list[ImageRow]:
    raw = connection.execute(query, values).all()
    tags = tags_of(connection, [row[0] for row in raw])
    return [_image_row(row, tags.get(row[0], ())) for row in raw]


def _image_row(row: Any, tags: tuple[int, ...]) -> ImageRow:
    values = list(row)
    values[6] = SPLITS[values[6]]
    values[8] = STATUSES[values[8]]
    values[13] = values[13] or ""
    values[20] = REVIEWS[values[20]]
    values.insert(17, tags)
    return ImageRow(*values)


def tags_of(connection: Connection, image_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the tags (ids of living classes, ascending) of those images that have any."""
    found: dict[int, list[int]] = defaultdict(list)
    for part in chunks(image_ids):
        for image_id, class_id in connection.execute(_TAGS, {"keys": list(part)}):
            found[image_id].append(class_id)
    return {image_id: tuple(ids) for image_id, ids in found.items()}
