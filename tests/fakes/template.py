"""A workspace with pictures in it, made once and copied for each test that starts with one."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import httpx

from fakes.running import running, wait_for_job
from fakes.shapes import SHAPES, write_shapes

if TYPE_CHECKING:
    from pathlib import Path

EACH = 20


def make_template(root: Path) -> Path:
    """Make `root/workspace` with a project of sixty unlabelled pictures, and return `root`.

    The pictures are in `root/shapes`, outside the workspace; the project has a class for each
    shape.
    """
    pictures = write_shapes(root / "shapes", EACH)
    with (
        running(root / "workspace", root) as server,
        httpx.Client(base_url=server.url, timeout=30) as api,
    ):
        api.post("/api/projects", json={"name": "shapes"}).raise_for_status()
        job = api.post(
            "/api/projects/shapes/ingest", json={"source": str(pictures), "labels": "none"}
        ).raise_for_status()
        wait_for_job(api, job.json()["id"])
        for name in SHAPES:
            api.post("/api/projects/shapes/classes", json={"name": name}).raise_for_status()
    return root


def copy_template(template: Path, root: Path) -> None:
    """Copy what `make_template` made; wherever a path stands, it names the copy."""
    shutil.copytree(template, root, dirs_exist_ok=True)
    for file in (root / "workspace" / "jobs").glob("*/job.json"):
        file.write_text(file.read_text().replace(str(template), str(root)))
    with closing(sqlite3.connect(root / "workspace" / "sightline.db")) as database, database:
        for table, column in _texts(database):
            database.execute(
                f'UPDATE "{table}" SET "{column}" = replace("{column}", ?, ?)'
                f' WHERE instr("{column}", ?)',
                (str(template), str(root), str(template)),
            )


def _texts(database: sqlite3.Connection) -> list[tuple[str, str]]:
    found = database.execute(
        "SELECT tables.name, columns.name FROM sqlite_master AS tables"
        " JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
        " AND (columns.type LIKE '%CHAR%' OR columns.type IN ('TEXT', 'JSON'))"
    )
    return [(str(table), str(column)) for table, column in found]
