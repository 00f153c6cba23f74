"""What is stored of a medium, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.clips import png, write_clip
from fakes.http import Client
from sightline.app import open_workbench
from sightline.server.main import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """The application over an empty workspace."""
    with (
        open_workbench(tmp_path / "workspace") as bench,
        Client(create_app(bench, background=False)) as opened,
    ):
        yield opened


def test_a_stored_clip_is_read_in_parts_by_its_own_type_and_never_cached(
    client: Client, tmp_path: Path
) -> None:
    data = write_clip(tmp_path / "one.mp4", 5).read_bytes()
    octets = {"content-type": "application/octet-stream"}
    sent = client.post("/api/upload?name=page.html", content=data, headers=octets).json()
    where = f"/api/media/{sent['media_id']}/file"

    whole = client.get(where)
    assert whole.content == data
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["cache-control"] == "no-store"
    part = client.get(where, headers={"range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")

    client.delete(f"/api/media/{sent['media_id']}")
    assert client.get(where).status_code == 404


def test_a_picture_that_is_not_stored_is_shown_until_it_was_looked_at(client: Client) -> None:
    octets = {"content-type": "application/octet-stream"}
    sent = client.post("/api/upload?retention=never", content=png(), headers=octets).json()
    answer = client.get(f"/api/media/{sent['media_id']}/file")
    assert (answer.headers["content-type"], answer.content) == ("image/png", png())
