"""Uploads over HTTP: whole or not at all, by content, within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.clips import png, write_clip
from fakes.http import Client
from sightline.app import open_workbench
from sightline.imaging.decode import decode
from sightline.server.main import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sightline.app import Workbench


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workbench, Client]]:
    """A workspace that takes files up to a megabyte, and the application over it."""
    folder = tmp_path_factory.mktemp("media") / "workspace"
    with (
        open_workbench(folder, media_max_mb=1) as bench,
        Client(create_app(bench, background=False)) as client,
    ):
        yield bench, client


@pytest.fixture
def bench(opened: tuple[Workbench, Client]) -> Iterator[Workbench]:
    """The workspace, without media."""
    yield opened[0]
    for media in opened[0].media.all():
        opened[0].media.erase(media.id)


@pytest.fixture
def client(opened: tuple[Workbench, Client], bench: Workbench) -> Client:
    """The application over it."""
    assert not bench.media.all()
    return opened[1]


@pytest.fixture
def clip(tmp_path: Path) -> bytes:
    """A clip of five frames."""
    return write_clip(tmp_path / "one.mp4", 5).read_bytes()


def stored(bench: Workbench) -> list[str]:
    """Return the names of all files that media have on disk."""
    return sorted(one.name for one in (bench.workspace / "media").rglob("*") if one.is_file())


def upload(client: Client, data: bytes, status: int = 201, query: str = "") -> Any:
    """Send a file in a form."""
    files = {"file": ("walk.txt", data, "text/plain")}
    answer = client.post(f"/api/upload{query}", files=files)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_an_upload_has_an_id_a_status_and_is_erased_on_demand(
    client: Client, bench: Workbench, clip: bytes
) -> None:
    sent = upload(client, clip, query="?retention=keep")
    where = f"/api/media/{sent['media_id']}"

    assert (sent["kind"], sent["format"], sent["name"], sent["state"]) == (
        "clip",
        "MP4",
        "walk.txt",
        "waiting",
    )
    assert (sent["facts"]["frames"], sent["expires_at"]) == (5, None)
    assert client.get(f"/api/status/{sent['media_id']}").json() == sent
    assert client.get("/api/media").json() == [sent]
    kept = client.patch(where, json={"retention": "hours", "hours": 2.0}).json()
    assert kept["expires_at"] > kept["added_at"]
    assert client.delete(where).json()["freed_bytes"] > len(clip)
    assert client.get(where).status_code == 404
    assert stored(bench) == []


def test_the_body_itself_may_be_the_file(client: Client, clip: bytes) -> None:
    answer = client.post(
        "/api/upload?name=a%20walk&retention=never",
        content=clip,
        headers={"content-type": "video/mp4"},
    )

    assert answer.status_code == 201
    assert (answer.json()["name"], answer.json()["retention"]) == ("a walk", "never")


def test_what_cannot_be_read_is_refused_and_leaves_nothing(
    client: Client, bench: Workbench
) -> None:
    for data in (b"", b"MZ" * 300, b"#EXTM3U\nfile:///etc/passwd", png()[:20]):
        assert upload(client, data, 422)["code"] in {"unreadable_media", "unreadable_image"}
    assert stored(bench) == []


def test_too_much_is_refused_announced_or_not(
    client: Client, bench: Workbench, clip: bytes
) -> None:
    async def endless() -> Any:
        yield clip
        for _ in range(40):
            yield bytes(100_000)

    assert upload(client, clip + bytes(1_000_000), 413)["code"] == "too_large"
    answer = client.post("/api/upload", content=endless())

    assert answer.status_code == 413
    assert stored(bench) == []


def test_a_full_disk_is_said_and_nothing_half_is_kept(
    client: Client, bench: Workbench, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.media, "room", lambda: len(clip) // 2)

    assert upload(client, clip, 507)["code"] == "storage"
    assert stored(bench) == []


def test_a_form_that_breaks_off_leaves_nothing(
    client: Client, bench: Workbench, clip: bytes
) -> None:
    start = b'--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}

    for body in (start + clip, b"--x--\r\n", b"no form at all"):
        answer = client.post("/api/upload", content=body, headers=headers)
        assert answer.status_code == 422, answer.text
    assert stored(bench) == []


def test_terms_that_make_no_sense_are_refused(client: Client) -> None:
    for query in (
        "?retention=later",
        "?hours=-1",
        "?retention=keep&hours=3",
        "?blur=0.5,0.5,0.1,0.9",
        "?blur=a,b,c,d",
        "?blur=0,0,1",
    ):
        assert upload(client, png(), 422, query)["hint"]


def test_a_camera_is_made_for_a_browser(client: Client, bench: Workbench) -> None:
    made = client.post("/api/media", json={"name": "desk"}).json()

    assert (made["kind"], made["state"]) == ("camera", "running")
    assert bench.media.push(made["media_id"], png())


def test_a_page_reads_only_the_sources_that_are_allowed(client: Client) -> None:
    for source in ("http://127.0.0.1:8000/api/media", "camera:0", "/etc/passwd", "file:///etc/x"):
        answer = client.post("/api/media", json={"source": source})
        assert answer.status_code in {403, 422}, source
        assert answer.json()["hint"]


def test_it_is_said_who_finds_faces(client: Client) -> None:
    assert client.get("/api/media/faces").json()["by"] == ["cascade"]


def test_a_stored_file_is_handed_out_in_ranges_and_frames_as_stills(
    client: Client, clip: bytes
) -> None:
    where = f"/api/media/{upload(client, clip)['media_id']}"

    whole = client.get(f"{where}/file")
    part = client.get(f"{where}/file", headers={"range": "bytes=4-7"})
    still = client.get(f"{where}/still?at_s=0.2&px=32")

    assert (whole.content, whole.headers["content-type"]) == (clip, "video/mp4")
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert decode(still.content).shape == (24, 32, 3)
    assert client.get(f"{where}/still?at_s=99").status_code == 404


def test_what_is_to_be_blurred_is_never_handed_out_as_it_came(client: Client, clip: bytes) -> None:
    sent = upload(client, clip, query="?retention=never&blur=0,0,1,1")
    where = f"/api/media/{sent['media_id']}"

    assert client.get(f"{where}/file").status_code == 409
    assert decode(client.get(f"{where}/still").content)[14, 2, 1] > 30
