"""Registering files: bulk inserts in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, select, update

from sightline.core.labels import split_code
from sightline.store import events
from sightline.store.sql import chunks
from sightline.store.tables import assets, images, locations, projects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from sightline.store.projects import Project

MANY: Final = 1 << 30


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
    gets one more location, and images only for pages that it has more than before.
    """
    by_digest = {file.digest: file for file in files}
    known, before = _assets(connection, project.id, list(by_digest))
    fresh = [file for digest, file in by_digest.items() if digest not in known]
    grown = [file for digest, file in by_digest.items() if before.get(digest, MANY) < _pages(file)]
    count = sum(_pages(file) - before.get(file.digest, 0) for file in [*fresh, *grown])
    query = (
        update(projects)
        .where(projects.c.id == project.id)
        .values(seq=projects.c.seq + 1, next_ordinal=projects.c.next_ordinal + count)
        .returning(projects.c.seq, projects.c.next_ordinal)
    )
    seq, end = connection.execute(query).one()
    new_ids = _insert_assets(connection, project.id, fresh)
    known |= new_ids
    _note_pages(connection, grown, known)
    rows = _image_rows(project.id, [*fresh, *grown], known, before, first=end - count, seq=seq)
    if rows:
        connection.execute(insert(images), rows)
    left = _put_locations(connection, project.id, files, known)
    _set_alive(connection, list(known.values()), sorted(left), seq=seq)
    if count:
        events.append(connection, "ingest", project.id, {"project": project.name, "images": count})
    return Registered(image_ids=_image_ids(connection, known), added=count, seq=seq)


def _assets(
    connection: Connection, project_id: int, digests: list[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the ids of known assets and how many pages of each are images, by digest."""
    ids: dict[str, int] = {}
    pages: dict[str, int] = {}
    for part in chunks(digests):
        query = select(assets.c.digest, assets.c.id, assets.c.pages).where(
            assets.c.project_id == project_id, assets.c.digest.in_(part)
        )
        for digest, key, count in connection.execute(query):
            ids[digest], pages[digest] = key, count
    return ids, pages


def _pages(file: NewFile) -> int:
    return len(file.page_sizes)


def _note_pages(connection: Connection, grown: list[NewFile], asset_ids: dict[str, int]) -> None:
    """Write down that more pages of known assets are images now."""
    rows = [{"key": asset_ids[file.digest], "count": _pages(file)} for file in grown]
    if rows:
        query = update(assets).where(assets.c.id == bindparam("key"))
        connection.execute(query.values(pages=bindparam("count")), rows)


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


def _image_rows(
    project_id: int,
    files: list[NewFile],
    asset_ids: dict[str, int],
    before: dict[str, int],
    *,
    first: int,
    seq: int,
) -> list[dict[str, Any]]:
    """Return the rows of the pages from `before` on, numbered from `first`."""
    rows: list[dict[str, Any]] = []
    for file in files:
        split, known = split_code(file.split), before.get(file.digest, 0)
        start = first + len(rows) - known
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
            if page >= known
        ]
    return rows


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
