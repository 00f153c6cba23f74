"""Registering files: bulk inserts in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from sightline.core.labels import split_code
from sightline.store import events
from sightline.store.sql import chunks
from sightline.store.tables import assets, images, locations, projects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from sightline.store.projects import Project


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is to be registered: the header's facts and the hash of its bytes."""

    path: str
    bytes: int
    mtime_ns: int
    digest: str
    format: str
    raw_width: int
    raw_height: int
    orientation: int
    page_sizes: tuple[tuple[int, int], ...]
    """Display width and height, pixels, of each page."""
    split: str
    split_fixed: bool = False
    label: str | None = None
    """What the folder says."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration made."""

    image_ids: dict[str, tuple[int, ...]]
    """Digest to the images of that asset, new and old."""
    added: int
    """Images that are new."""
    seq: int


def register(connection: Connection, project: Project, files: Sequence[NewFile]) -> Registered:
    """Add files as part of a transaction: assets by digest, their images, and the locations.

    A path that was known with other bytes now belongs to the new asset; an image whose bytes are
    nowhere any more is buried with its labels, and comes back with them. A digest that is known
    gets one more location and no new image.
    """
    by_digest = {file.digest: file for file in files}
    known = _asset_ids(connection, project.id, list(by_digest))
    fresh = [file for digest, file in by_digest.items() if digest not in known]
    count = sum(len(file.page_sizes) for file in fresh)
    query = (
        update(projects)
        .where(projects.c.id == project.id)
        .values(seq=projects.c.seq + 1, next_ordinal=projects.c.next_ordinal + count)
        .returning(projects.c.seq, projects.c.next_ordinal)
    )
    seq, end = connection.execute(query).one()
    new_ids = _insert_assets(connection, project.id, fresh)
    known |= new_ids
    _insert_images(connection, project.id, fresh, new_ids, first=end - count, seq=seq)
    left = _put_locations(connection, project.id, files, known)
    _set_alive(connection, list(known.values()), sorted(left), seq=seq)
    if count:
        events.append(connection, "ingest", project.id, {"project": project.name, "images": count})
    return Registered(image_ids=_image_ids(connection, known), added=count, seq=seq)


def _asset_ids(connection: Connection, project_id: int, digests: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in chunks(digests):
        query = select(assets.c.digest, assets.c.id).where(
            assets.c.project_id == project_id, assets.c.digest.in_(part)
        )
        found |= _pairs(connection.execute(query))
    return found


def _insert_assets(connection: Connection, project_id: int, files: list[NewFile]) -> dict[str, int]:
    if not files:
        return {}
    rows = [
        {
            "project_id": project_id,
            "digest": file.digest,
            "bytes": file.bytes,
            "format": file.format,
            "raw_width": file.raw_width,
            "raw_height": file.raw_height,
            "orientation": file.orientation,
            "pages": len(file.page_sizes),
        }
        for file in files
    ]
    query = insert(assets).returning(assets.c.digest, assets.c.id)
    return _pairs(connection.execute(query, rows))


def _insert_images(
    connection: Connection,
    project_id: int,
    files: list[NewFile],
    asset_ids: dict[str, int],
    *,
    first: int,
    seq: int,
) -> None:
    rows: list[dict[str, Any]] = []
    for file in files:
        split = split_code(file.split)
        start = first + len(rows)
        rows += [
            {
                "project_id": project_id,
                "asset_id": asset_ids[file.digest],
                "page": page,
                "ordinal": start + page,
                "width": width,
                "height": height,
                "split": split,
                "split_fixed": file.split_fixed,
                "status": 0,
                "version": 0,
                "seq": seq,
                "top": 0,
                "deleted": False,
            }
            for page, (width, height) in enumerate(file.page_sizes)
        ]
    if rows:
        connection.execute(insert(images), rows)


def _put_locations(
    connection: Connection, project_id: int, files: Sequence[NewFile], asset_ids: dict[str, int]
) -> set[int]:
    """Write where the files lie and return the assets that lost a place."""
    known: dict[str, tuple[int, int]] = {}
    for part in chunks([file.path for file in files]):
        query = select(locations.c.path, locations.c.id, locations.c.asset_id).where(
            locations.c.project_id == project_id, locations.c.path.in_(part)
        )
        known |= {path: (key, asset) for path, key, asset in connection.execute(query)}
    rows = [
        {
            "project_id": project_id,
            "asset_id": asset_ids[file.digest],
            "path": file.path,
            "bytes": file.bytes,
            "mtime_ns": file.mtime_ns,
            "label": file.label,
            "missing": False,
        }
        for file in files
    ]
    fresh = [row for row in rows if row["path"] not in known]
    stale = [{**row, "key": known[str(row["path"])][0]} for row in rows if row["path"] in known]
    if fresh:
        connection.execute(insert(locations), fresh)
    if stale:
        connection.execute(
            update(locations).where(locations.c.id == bindparam("key")),
            [{key: value for key, value in row.items() if key != "path"} for row in stale],
        )
    before = {asset for _, asset in known.values()}
    return before - {row["asset_id"] for row in stale if isinstance(row["asset_id"], int)}


def _set_alive(
    connection: Connection, present: Sequence[int], left: Sequence[int], *, seq: int
) -> None:
    """Bury images whose file is nowhere any more, and bring back those whose bytes came back."""
    for part in chunks(present):
        back = update(images).where(images.c.asset_id.in_(part), images.c.deleted.is_(True))
        connection.execute(back.values(deleted=False, seq=seq))
    for part in chunks(left):
        somewhere = select(locations.c.asset_id).where(locations.c.asset_id.in_(part))
        gone = update(images).where(
            images.c.asset_id.in_(part), images.c.asset_id.not_in(somewhere)
        )
        connection.execute(gone.values(deleted=True, seq=seq))


def _image_ids(connection: Connection, asset_ids: dict[str, int]) -> dict[str, tuple[int, ...]]:
    digest_of = {key: digest for digest, key in asset_ids.items()}
    found: dict[str, list[int]] = {digest: [] for digest in asset_ids}
    for part in chunks(list(digest_of)):
        query = (
            select(images.c.asset_id, images.c.id)
            .where(images.c.asset_id.in_(part), images.c.deleted.is_(False))
            .order_by(images.c.page)
        )
        for asset_id, image_id in connection.execute(query):
            found[digest_of[asset_id]].append(image_id)
    return {digest: tuple(ids) for digest, ids in found.items()}


def _pairs(rows: Iterable[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in rows}
